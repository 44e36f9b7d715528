"""Whose materials are those of a training, and who may add some?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from cleanheat.governance.models import Training
from cleanheat.governance.resources import trainings_of
from cleanheat.infra import audit
from cleanheat.infra.files import actions as files
from cleanheat.infra.files import queries
from cleanheat.infra.files.models import StoredFile
from cleanheat.infra.scope import may, require, scope_of
from cleanheat.kernel.errors import forbidden, not_found

HOLDER = "governance.training"


def sees(user: Any, training_id: int) -> bool:
    seen = Training.objects.filter(trainings_of(scope_of(user)), pk=training_id)
    return may(user, "governance.view") and seen.exists()


def materials(user: Any, training_id: int) -> Sequence[StoredFile]:
    require(user, "governance.view")
    if not sees(user, training_id):
        raise not_found("没有这条培训记录")
    return queries.of_holder(HOLDER, training_id)


@transaction.atomic
def attach(user: Any, training_id: int, file_ids: Sequence[int]) -> None:
    """Add one's own uploads to a training of one's own organisation."""
    require(user, "governance.handle")
    if not sees(user, training_id):
        raise not_found("没有这条培训记录")
    if not Training.objects.filter(pk=training_id, organisation_id=user.organisation_id).exists():
        raise forbidden("只能修改本单位的培训记录")
    added = files.attach(user, file_ids, HOLDER, training_id)
    audit.record(user, "governance.attach_material", HOLDER, training_id, {"files": added})

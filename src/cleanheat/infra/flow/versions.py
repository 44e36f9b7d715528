"""Which definition is in force?  Shipped flows, their numbered versions, drafting and publishing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from pydantic import ValidationError

from cleanheat.infra import audit, clock
from cleanheat.infra.flow.definition import FlowDefinition, body_of, fingerprint, from_toml, parsed
from cleanheat.infra.flow.models import FlowVersion
from cleanheat.infra.flow.people import directory, unstaffed
from cleanheat.infra.flow.proof import faults
from cleanheat.infra.scope import require
from cleanheat.kernel.errors import Problem, invalid, not_found
from cleanheat.kernel.registry import Registry


@dataclass(frozen=True)
class Flow:
    """A declared flow: where its shipped definition lies, and what people need to see and to change it."""

    key: str
    shipped: Path
    view_permission: str
    edit_permission: str

    def definition(self) -> FlowDefinition:
        return from_toml(self.shipped.read_text("utf-8"))


FLOWS: Registry[Flow] = Registry("flow")


def in_force(key: str) -> FlowVersion:
    """The published version; the shipped definition becomes version 1 where nobody has published any."""
    version = _published(key)
    if version is None:
        definition = FLOWS[key].definition()
        _prove(definition)
        try:
            with transaction.atomic():
                version = _store(definition, None, "随平台提供", FlowVersion.State.PUBLISHED)
        except IntegrityError:  # another thread was first
            version = FlowVersion.objects.get(flow=key, state=FlowVersion.State.PUBLISHED)
    return version


def definition_of(version: FlowVersion) -> FlowDefinition:
    return parsed(version.body)


@transaction.atomic
def draft(user: Any, key: str, body: dict[str, Any], note: str) -> FlowVersion:
    """A new draft; a definition that contradicts itself is refused with the place at fault."""
    require(user, FLOWS[key].edit_permission)
    version = _store(read(key, body), user, note, FlowVersion.State.DRAFT)
    audit.record(user, "flow.draft", "flow_version", version.pk, {"flow": key, "number": version.number})
    return version


@transaction.atomic
def publish(user: Any, version_id: int, key: str = "") -> FlowVersion:
    """Put a draft in force: only if it is proved to strand nothing and somebody is there to act in every state.

    Items that began under an older version keep it.
    """
    version = FlowVersion.objects.select_for_update().filter(pk=version_id).first()
    if version is None or version.flow not in FLOWS or key not in ("", version.flow):
        raise not_found("没有这个流程版本")
    require(user, FLOWS[version.flow].edit_permission)
    if version.state == FlowVersion.State.PUBLISHED:
        return version
    definition = definition_of(version)
    _prove(definition)
    if missing := unstaffed(definition, directory().staffed()):
        where, reason = next(iter(missing.items()))
        raise invalid(where, "流程缺少办理人员", reason)
    published = FlowVersion.objects.filter(flow=version.flow, state=FlowVersion.State.PUBLISHED)
    published.update(state=FlowVersion.State.RETIRED)
    version.state = FlowVersion.State.PUBLISHED
    version.save(update_fields=["state"])
    audit.record(user, "flow.publish", "flow_version", version.pk, {"flow": version.flow, "number": version.number})
    return version


def read(key: str, body: dict[str, Any]) -> FlowDefinition:
    """A definition from outside, checked."""
    try:
        definition = FlowDefinition.model_validate_json(json.dumps(body))
    except ValidationError as error:
        first = error.errors()[0]
        raise invalid(".".join(str(part) for part in first["loc"]), "流程定义有误", first["msg"]) from error
    if definition.key != key:
        raise invalid("key", "流程标识不符", key)
    return definition


def _published(key: str) -> FlowVersion | None:
    return FlowVersion.objects.filter(flow=key, state=FlowVersion.State.PUBLISHED).first()


def _prove(definition: FlowDefinition) -> None:
    if found := faults(definition):
        raise Problem(422, "unsound-flow", "流程不能发布", "；".join(f.title for f in found), found[0].where)


def _store(definition: FlowDefinition, user: Any, note: str, state: FlowVersion.State) -> FlowVersion:
    body = body_of(definition)
    latest = FlowVersion.objects.filter(flow=definition.key).aggregate(n=Max("number"))["n"] or 0
    return FlowVersion.objects.create(
        flow=definition.key,
        number=latest + 1,
        state=state,
        body=body,
        digest=fingerprint(body),
        note=note,
        made_by=user,
        made_at=clock.now_utc(),
    )

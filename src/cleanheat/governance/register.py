"""The register of compliance is filled once with what is shipped; then it is people's to keep."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

from django.db import connections, transaction

from cleanheat.governance.models import PolicyRecord


@transaction.atomic
def load_shipped() -> int:
    """Fill the table if it is empty; what people have changed or removed is left alone."""
    if PolicyRecord.objects.exists():
        return 0
    text = files("cleanheat.governance").joinpath("compliance.toml").read_text("utf-8")
    return len(PolicyRecord.objects.bulk_create(PolicyRecord(**row) for row in tomllib.loads(text)["policy"]))


def load_after_migration(using: str = "default", **_: Any) -> None:
    """Handler of ``post_migrate``: the table may be that of an older plan."""
    if PolicyRecord._meta.db_table in connections[using].introspection.table_names():
        load_shipped()

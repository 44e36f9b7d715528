"""How the archive changes: whole archives are loaded in one transaction, and each state has a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connections, models, router, transaction
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from cleanheat.assets.models import ArchiveVersion
from cleanheat.assets.models_equipment import Equipment
from cleanheat.assets.queries import MODELS, forget

Columns = Mapping[str, Any]
"""One table by column (``district_id``, ``name`` …): arrays or lists of one length."""


LOADED: Mapping[str, type[models.Model]] = {**MODELS, "equipment": Equipment}
"""Every table that may come with an archive, in the order in which rows may refer to each other."""


def load(tables: Mapping[str, Columns], note: str = "") -> str:
    """Store a whole archive, table by table as ``LOADED`` orders them, and publish it as a new version."""
    unknown = tables.keys() - LOADED.keys()
    if unknown:
        raise ValueError(f"unknown archive tables: {sorted(unknown)}")
    with transaction.atomic():
        for key, model in LOADED.items():
            if key in tables:
                insert_columns(model, tables[key])
        return publish(note)


def publish(note: str = "") -> str:
    """Give the present state of the archive a new version, so that whatever is cached from it is built again."""
    with transaction.atomic():
        version = ArchiveVersion.objects.create(name="", note=note)
        version.name = f"v{version.pk:06d}"
        version.save(update_fields=["name"])
        transaction.on_commit(forget)
    return version.name


def insert_columns(model: type[models.Model], columns: Columns, *, or_replace: bool = False) -> None:
    """Rows from columns through the ORM's own statement: a model instance a row would take four times as long.

    ``or_replace``: a row whose primary key exists takes the new values.
    """
    connection = connections[router.db_for_write(model)]
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
    replacing: dict[str, Any] = {
        "on_conflict": OnConflict.UPDATE,
        "update_fields": [f for f in fields if not f.primary_key],
        "unique_fields": [model._meta.pk],
    }
    query = InsertQuery(model, **(replacing if or_replace else {}))
    query.insert_values(fields, [model()], raw=True)
    statement, _ = query.get_compiler(connection=connection).as_sql()[0]
    values = [_values(columns, f) for f in fields]
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(zip(*values, strict=True)))


def _values(columns: Columns, fld: models.Field[Any, Any]) -> Sequence[Any]:
    name = fld.attname
    if name in columns:
        values = columns[name]
        plain: list[Any] = values.tolist() if isinstance(values, np.ndarray) else list(values)
        # 0 stands for "none" in arrays; a foreign key stores it as NULL
        return [v or None for v in plain] if fld.null and fld.is_relation else plain
    if not (fld.has_default() or fld.null or fld.blank):
        raise ValueError(f"{fld.model.__name__}: column {name} is missing")
    return [fld.get_default()] * len(next(iter(columns.values())))

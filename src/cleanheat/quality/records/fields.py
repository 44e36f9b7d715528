"""Which tables of records are there to be judged, and which columns do rules know by which Chinese name?

``fields.toml``: one table each, its own columns and the derived ones (``derived.py``): distances, equal links, sums.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cleanheat.calc.expressions.fields import Field, FieldGroup, FieldType, Vocabulary
from cleanheat.kernel.parameters import Parameters


@dataclass(frozen=True)
class RecordTable:
    """One table: ``key`` is a rule's kind (``archive.building``); ``resource`` where its records are shown and edited.

    ``editable`` are the columns in which a proposal can be applied.
    """

    key: str
    zh: str
    resource: str
    fields: tuple[Field, ...]
    editable: frozenset[str]

    def field(self, code: str) -> Field | None:
        return next((f for f in self.fields if f.code == code), None)


_GROUPS: Mapping[str, FieldGroup] = {"column": "attribute", "derived": "context"}


@cache
def tables() -> Mapping[str, RecordTable]:
    """Every table of records by its key."""
    document = tomllib.loads(files("cleanheat.quality.records").joinpath("fields.toml").read_text("utf-8"))
    return {
        row["key"]: RecordTable(
            row["key"],
            row["zh"],
            row["resource"],
            tuple(_field(code, spec[0], spec[1], group) for group in _GROUPS for code, spec in row[group].items()),
            frozenset(row.get("editable", ())),
        )
        for row in document["table"]
    }


def _field(code: str, zh: str, unit: str, group: str) -> Field:
    kind: FieldType = "text" if unit == "text" else "flag" if unit == "flag" else "number"
    return Field(code, zh, unit if kind == "number" else "", kind, _GROUPS[group])


@cache
def table_vocabulary(key: str) -> Vocabulary:
    return Vocabulary(tables()[key].fields)


def record_vocabulary(key: str, parameters: Parameters) -> Vocabulary:
    """The names of one rule on records: the table's columns and its own parameters."""
    own = (Field(name, p.zh or name, p.unit, group="parameter") for name, p in parameters.items())
    return table_vocabulary(key).extended(own)

"""Which names may a rule on readings use?  Signals, archive attributes and context of each kind, and its own numbers.

In an ``each`` rule 值 is another name of the signal that is being asked (so that its leaves carry the signal's code),
下限 and 上限 (``low``, ``high``) are its bounds in the signal catalogue.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from cleanheat.calc.expressions.fields import Field, FieldType, Vocabulary
from cleanheat.kernel.parameters import Parameters
from cleanheat.kernel.quantities import KINDS, Signal

CONTEXT: Final = (
    Field("outdoor_temp_c", "室外温度", "℃", group="weather"),
    Field("in_season", "采暖期", type="flag", group="context"),
    Field("hour", "小时", group="context"),
    Field("month", "月份", group="context"),
    Field("lag_min", "到报延迟", "min", group="context"),
    Field("clock_offset_min", "时钟偏差", "min", group="context"),
    Field("repeats", "重复次数", group="context"),
)
"""What is known of a minute and of a row's arrival, for every kind."""

_FLAGS: Final = frozenset({"is_on"})
_ALSO_CALLED: Final = MappingProxyType({"branch": ("支线",), "unit": ("机组",), "room": ("室温",), "device": ("设备",)})


@cache
def _attributes() -> Mapping[str, Any]:
    return tomllib.loads(files("cleanheat.quality").joinpath("attributes.toml").read_text("utf-8"))


def _type(is_flag: bool) -> FieldType:
    return "flag" if is_flag else "number"


def attributes(kind: str) -> Iterator[Field]:
    """Archive values and links (``KindTable.values``, ``.links``) of a kind, by their Chinese names."""
    for code, row in _attributes().get(kind, {}).items():
        yield Field(code, row["zh"], row.get("unit", ""), _type("flag" in row), "attribute")


def _fields(kind: str) -> Iterator[Field]:
    """Later names hide earlier ones: a weather station's outdoor temperature is its own, not the city's."""
    yield from CONTEXT
    yield from attributes(kind)
    for s in KINDS[kind].signals:
        yield Field(s.code, s.zh, s.unit, _type(s.code in _FLAGS))


@cache
def kind_vocabulary(kind: str) -> Vocabulary:
    """All names of one kind; ``sum_children`` and ``parent`` find the other kinds by code and Chinese name."""
    kinds = {
        name: (code, Vocabulary(_fields(code)))
        for code, spec in KINDS.items()
        for name in (code, spec.zh, *_ALSO_CALLED.get(code, ()))
    }
    return Vocabulary(_fields(kind), kinds)


def rule_vocabulary(kind: str, parameters: Parameters, each: Signal | None = None) -> Vocabulary:
    """The names of one rule: those of its kind, its parameters and, asked of one signal, 值 下限 上限."""
    own = [Field(name, p.zh or name, p.unit, group="parameter") for name, p in parameters.items()]
    if each is not None:
        own += [
            Field(each.code, "值", each.unit, _type(each.code in _FLAGS)),
            Field("low", "下限", each.unit, group="context"),
            Field("high", "上限", each.unit, group="context"),
        ]
    return kind_vocabulary(kind).extended(own)

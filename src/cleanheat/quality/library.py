"""Which rules does the platform ship with?  The TOML files of ``library/``, one a data class.

A table is a rule; its name is the code.  ``file.kinds`` of several kinds makes one rule of each (``range_unit``,
``range_room`` …).  ``each = ["*"]`` stands for every instantaneous signal of the kind, ``["#"]`` for every counter;
``!signal`` leaves one out.  ``good`` and ``bad`` are operand values (``值=5 变化(值)=-3``; ``-``: missing) for which
the expression holds and does not: they document the rule and are tried by the tests.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cleanheat.kernel.findings import Level
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.contents import CLASS_OF_KIND, DEFAULTS, Content, is_measured, spec_of
from cleanheat.quality.specs import RuleSpec
from cleanheat.quality.vocabulary import DataClass

Operands = Mapping[str, float | None]


@dataclass(frozen=True)
class Shipped:
    """One rule of the files."""

    code: str
    kind: str
    data_class: DataClass
    content: Content
    good: Operands
    bad: Operands

    def spec(self, number: int = 0, version: int = 1) -> RuleSpec:
        return spec_of(number, version, self.code, self.kind, self.content)


@cache
def shipped() -> tuple[Shipped, ...]:
    """Every shipped rule, files and tables in order; a code used twice is a mistake in the files."""
    folder = files("cleanheat.quality").joinpath("library")
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".toml"))
    rules = [rule for name in names for rule in _read(tomllib.loads(folder.joinpath(name).read_text("utf-8")))]
    codes = [r.code for r in rules]
    if twice := {c for c in codes if codes.count(c) > 1}:
        raise ValueError(f"rule codes used twice: {sorted(twice)}")
    return tuple(rules)


def _read(document: Mapping[str, Any]) -> Iterator[Shipped]:
    head = document["file"]
    for code, table in document.items():
        if code == "file":
            continue
        kinds = table.get("kinds", head["kinds"])
        for kind in kinds:
            own = table if len(kinds) == 1 else {**table, **table.get(kind, {})}
            data_class = DataClass(own.get("data_class") or head.get("data_class") or CLASS_OF_KIND[kind])
            yield Shipped(
                code=code if len(kinds) == 1 else f"{code}_{kind.rpartition('.')[2]}",
                kind=kind,
                data_class=data_class,
                content=_content(kind, own, head.get("parameters", {})),
                good=_operands(own.get("good", "")),
                bad=_operands(own.get("bad", "")),
            )


def _operands(text: str) -> Operands:
    pairs = [token.rpartition("=") for token in text.split()]
    return {name: None if value == "-" else float(value) for name, _, value in pairs}


def _content(kind: str, table: Mapping[str, Any], shared: Mapping[str, Any]) -> Content:
    """A table's content; ``uses`` names parameters that the file gives once for several rules."""
    given = {name: table[name] for name in DEFAULTS if name in table}
    parameters = {name: shared[name] for name in table.get("uses", ())} | table.get("parameters", {})
    content = {**DEFAULTS, **given, "title": table["zh"], "parameters": parameters}
    content["level"] = int(Level[table.get("level", "IV")])
    content["verdict"] = int(Verdict[table.get("verdict", "suspicious").upper()])
    content["each"] = _signals(kind, table.get("each", []))
    content["marks"] = _signals(kind, table.get("marks", []))
    return content


def _signals(kind: str, names: Sequence[str]) -> list[str]:
    if not is_measured(kind):
        return list(names)
    spec, left_out = KINDS[kind], {n[1:] for n in names if n.startswith("!")}
    groups = {
        "*": [s.code for s in spec.signals if not s.is_counter],
        "#": [s.code for s in spec.signals if s.is_counter],
    }
    chosen = [code for n in names if not n.startswith("!") for code in groups.get(n, [n])]
    if unknown := [code for code in chosen if code not in spec.index]:
        raise ValueError(f"{kind} has no signal {unknown}")
    return [code for code in dict.fromkeys(chosen) if code not in left_out]

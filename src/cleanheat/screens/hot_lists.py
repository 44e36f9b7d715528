"""Lists of live objects, as bytes: filtered, sorted and cut by arrays, rendered once per minute, scope and question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.infra.http import etag_of
from cleanheat.infra.kept import Kept
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid, not_found
from cleanheat.screens.live import SHOWN_KINDS, LiveKind, live, stamp

MAX_KEPT_BYTES: Final = 32 << 20
LINKS: Final = {name: f"{name}_id" for name in ("company", "office", "sender", "district")} | {
    name: name for name in ("substation", "branch", "boiler", "plant", "building", "unit")
}
"""Links of the archive a list filters by, and their names in a row: ids of organisations and areas, object numbers."""


@dataclass(frozen=True)
class Question:
    """What is asked of a list.  ``links``: pairs of a link's name and the number it must have; ``order``: a column,
    with ``-`` in front for descending.
    """

    kind: str
    links: tuple[tuple[str, int], ...] = ()
    states: tuple[int, ...] = ()
    text: str = ""
    order: str = "number"
    limit: int = 50
    offset: int = 0


_kept = Kept[str](MAX_KEPT_BYTES)


def page(question: Question, scope: Scope) -> tuple[bytes, str]:
    """The page as JSON bytes and its ETag."""
    if question.kind not in SHOWN_KINDS:
        raise not_found("没有这类对象", question.kind)
    key = (stamp(), scope.key, question)
    found = _kept.get(key)
    if found is None:
        body = _render(question, scope)
        found = (etag_of(body), body)
        _kept.put(key, *found)
    etag, body = found
    return body, etag


def _render(question: Question, scope: Scope) -> bytes:
    now = live(question.kind)
    numbers = _sorted(question, now, _selected(question, scope, now))
    shown = numbers[question.offset : question.offset + question.limit]
    return orjson.dumps({"total": int(numbers.shape[0]), "rows": rows(now, shown)}, option=orjson.OPT_SERIALIZE_NUMPY)


def _selected(question: Question, scope: Scope, now: LiveKind) -> NDArray[np.intp]:
    table = assets.archive()[question.kind]
    chosen = assets.visible(question.kind, scope).copy()
    for name, number in question.links:
        if name not in table.links:
            raise invalid(name, "此类对象没有该筛选条件", question.kind)
        chosen &= table.links[name] == number
    if question.states:
        chosen &= np.isin(now.states, question.states)
    if question.text:
        chosen &= assets.matching(question.kind, question.text)
    return np.flatnonzero(chosen)


def _sorted(question: Question, now: LiveKind, numbers: NDArray[np.intp]) -> NDArray[np.intp]:
    """Stable, unknown values last in either direction."""
    name = question.order.removeprefix("-")
    is_descending = question.order.startswith("-")
    if name == "number":
        return numbers[::-1] if is_descending else numbers
    column = _column(question.kind, now, name)[numbers]
    order = np.argsort(-column if is_descending else column, kind="stable")  # NaN sorts last
    return numbers[order]


def _column(kind: str, now: LiveKind, name: str) -> NDArray[np.float64]:
    table = assets.archive()[kind]
    if name in now.values:
        return now.values[name]
    if name in table.values:
        return table.values[name]
    if name in {"minute", "state"}:
        return (now.minute if name == "minute" else now.states).astype(np.float64)
    raise invalid("order", "不支持按此列排序", name)


def rows(now: LiveKind, numbers: NDArray[np.intp]) -> list[dict[str, Any]]:
    """Rows as the list shows them: who and whose it is, its state, its values and those verdicts that are not good."""
    table = assets.archive()[now.kind]
    found = []
    for number, (name, code) in zip(numbers.tolist(), assets.titles(now.kind, numbers.tolist()), strict=True):
        row: dict[str, Any] = {"number": number, "code": code, "name": name}
        row |= {key: int(table.links[link][number]) for link, key in LINKS.items() if link in table.links}
        row["company"] = organisation_name(row.get("company_id") or row.get("sender_id", 0))
        row["district"] = area_name(row.get("district_id", 0))
        if "heated_area_m2" in table.values:
            row["heated_area_m2"] = table.values["heated_area_m2"][number]
        row["state"] = int(now.states[number])
        row["minute"] = int(now.minute[number])
        row["values"] = {s.code: round(float(now.values[s.code][number]), s.decimals + 1) for s in now.signals}
        row["verdicts"] = {code: int(v[number]) for code, v in now.verdicts.items() if v[number]}
        found.append(row)
    return found


@lru_cache(maxsize=1_024)
def area_name(area_id: int) -> str:
    return next(iter(assets.names("area", [area_id])), "") if area_id else ""


def organisation_name(organisation_id: int) -> str:
    card = accounts.find_organisation(organisation_id)
    return card.short_name if card else ""

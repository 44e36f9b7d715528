"""What does a page of a layer say: features with attributes in words, sought by box and by value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.kernel.errors import invalid
from cleanheat.twin.ogc import shapes
from cleanheat.twin.ogc.collections import Attribute, Collection, attributes
from cleanheat.twin.ogc.shapes import Box, Numbers
from cleanheat.twin.secrecy import Allowed

MOST: Final = 10_000
"""Features of one page at most."""
Row = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Which features: within a box, with these values (as text, as told), sorted by an attribute; ``offset`` in all."""

    box: Box | None = None
    equals: Mapping[str, str] = field(default_factory=dict)
    numbers: tuple[int, ...] | None = None
    sort: str = ""
    is_descending: bool = False
    offset: int = 0
    limit: int = 1_000


@dataclass(frozen=True)
class Page:
    """``matched`` counts all features sought, ``numbers`` are those of the page."""

    matched: int
    numbers: Numbers


def page(c: Collection, allowed: Allowed, wanted: Wanted) -> Page:
    """The numbers of a page, ascending unless sorted."""
    found = shapes.find(c, allowed, wanted.box)
    if wanted.numbers is not None:
        found = found[np.isin(found, np.array(wanted.numbers, dtype=np.int64))]
    known = {a.key: a for a in attributes(c, allowed)}
    for key, text in wanted.equals.items():
        found = _equal(c, allowed, _known(known, key), found, text)
    if wanted.sort:
        found = _sorted(c, allowed, _known(known, wanted.sort), found, wanted.is_descending)
    end = wanted.offset + min(wanted.limit, MOST)
    return Page(int(found.size), found[wanted.offset : end])


def _known(known: Mapping[str, Attribute], key: str) -> Attribute:
    if key not in known:
        raise invalid(key, "没有这个属性", f"可用: {', '.join(known)}")
    return known[key]


def _equal(c: Collection, allowed: Allowed, attribute: Attribute, found: Numbers, text: str) -> Numbers:
    told, values = text.casefold(), column(c, allowed, attribute, found)
    return np.asarray(found[np.array([_text(v) == told for v in values], dtype=bool)])


def _text(value: Any) -> str:
    return "" if value is None else str(value).casefold()


def _sorted(c: Collection, allowed: Allowed, attribute: Attribute, found: Numbers, descending: bool) -> Numbers:
    values = column(c, allowed, attribute, found)
    nothing = "" if attribute.type == "string" else 0
    order = sorted(range(len(values)), key=lambda i: (values[i] is None, values[i] or nothing), reverse=descending)
    return np.asarray(found[np.array(order, dtype=np.int64)])


def column(c: Collection, allowed: Allowed, attribute: Attribute, numbers: Numbers) -> list[Any]:
    """One attribute of the features."""
    return [row[attribute.key] for row in rows(c, allowed, numbers, (attribute,))]


def rows(c: Collection, allowed: Allowed, numbers: Numbers, wanted: Sequence[Attribute] | None = None) -> list[Row]:
    """Attributes of features in the order asked."""
    told = tuple(wanted) if wanted is not None else attributes(c, allowed)
    if c.source != "archive":
        by_number = {f["id"]: {"number": f["id"], **f["properties"]} for f in shapes.areas(c, allowed)}
        return [{a.key: by_number[n].get(a.key) for a in told} for n in numbers.tolist()]
    paths = sorted({a.path for a in told if a.path})
    columns = assets.columns(c.kind, ["pk", *paths], numbers.tolist())
    at = {number: i for i, number in enumerate(columns["pk"])}
    places = [at[n] for n in numbers.tolist()]
    out = {a.key: _told(a, [columns[a.path or "pk"][i] for i in places], allowed) for a in told}
    return [dict(zip(out, values, strict=True)) for values in zip(*out.values(), strict=True)] if out else []


def _told(attribute: Attribute, values: list[Any], allowed: Allowed) -> list[Any]:
    """Stored values as people read them; the name of a thing that the client does not see is not told."""
    if attribute.reference:
        names = _names(attribute.reference, {v for v in values if v}, allowed)
        return [names.get(v) for v in values]
    if attribute.choices:
        words = dict(attribute.choices)
        return [words.get(v, v) or None for v in values]
    return values


def _names(kind: str, numbers: set[int], allowed: Allowed) -> dict[int, str]:
    if kind == "organisation":
        return {n: accounts.short_name(n) for n in numbers}
    if kind != "area":
        seen = assets.visible(kind, allowed.scope)
        numbers = {n for n in numbers if n < len(seen) and seen[n]}
    ordered = sorted(numbers)
    return dict(zip(ordered, assets.names(kind, ordered), strict=True))

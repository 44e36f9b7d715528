"""What does a row of the file say in the archive's own terms?  Cells into stored values, every doubt with its reason.

Numbers with units, words for choices, names and codes for what is referred to, geometry for places.  References are
looked up chunk by chunk; what has been found is remembered.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from cleanheat.accounts.models import Organisation
from cleanheat.assets.importing.mapping import PLACES, ColumnMap
from cleanheat.assets.importing.shapes import converter, misplaced, placed
from cleanheat.assets.importing.sources import Chunk, Layer
from cleanheat.assets.models import Area
from cleanheat.assets.queries import KIND_MODELS, MODELS, exists
from cleanheat.assets.record_fields import Field, field_of
from cleanheat.calc.archives import amounts, writing
from cleanheat.infra.scope import Scope

Fault = tuple[str, str]
"""Key of the field and the reason."""
_TRUE: Final = frozenset({"1", "true", "是", "yes", "y", "在用", "使用", "有", "居民", "居住", "住宅", "自管", "启用"})
_FALSE: Final = frozenset(
    {"0", "false", "否", "no", "n", "停用", "未用", "无", "非居民", "非居住", "公建", "非自管", "代管", "拆除"}
)
_QUANTITY: Final[Mapping[str, tuple[str, float]]] = MappingProxyType(
    {
        "m²": ("area", 1.0),
        "MW": ("power", 1.0),
        "kW": ("power", 1e3),
        "W/m²": ("heat_index", 1.0),
        "t/h": ("flow", 1.0),
        "m": ("length", 1.0),
        "km": ("length", 1e-3),
        "mm": ("length", 1e3),
        "℃": ("temperature", 1.0),
    }
)
"""Unit of a field → its quantity, and what the quantity's base unit is multiplied with."""
_AREA_LEVEL: Final = MappingProxyType({"district_id": "district", "street_id": "street", "village_id": "committee"})
_YEAR = re.compile(r"^(\d{4})(?:年|[-/.]\d|$)")
_ORGANISED: Final = MappingProxyType(
    {"company_id": "company", "office_id": "office", "operator_id": "", "platform_id": "rural_platform"}
)
_CHUNK: Final = 400


@dataclass
class Converted:
    """A chunk's records in file order, each with its line, what is wrong with it, and its shape (WKB, or empty)."""

    lines: list[int]
    records: list[dict[str, Any]]
    faults: list[list[Fault]]
    drawn: list[bytes] = field(default_factory=list)


@dataclass
class Converter:
    """Turns chunks of one layer into records, as one mapping says; what the scope does not see is not found."""

    mapping: ColumnMap
    layer: Layer
    scope: Scope | None = None
    _found: dict[str, dict[str, int | str]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        needs_system = bool(self.layer.geometry) or set(PLACES) <= self.mapping.columns.keys()
        default = "" if self.layer.geometry else "wgs84"
        self._move = converter(self.mapping.system or default, self.layer.crs) if needs_system else None
        self._place = {key: self.layer.columns.index(title) for key, title in self.mapping.columns.items()}

    def convert(self, chunk: Chunk) -> Converted:
        """All rows that are not blank."""
        n = chunk.rows
        records: list[dict[str, Any]] = [{} for _ in range(n)]
        faults: list[list[Fault]] = [[] for _ in range(n)]
        for key in {**self.mapping.constants, **self.mapping.columns}:
            wanted = field_of(self.mapping.kind, key)
            if wanted is not None:
                self._column(wanted, self._cells(key, chunk), records, faults)
        drawn: Sequence[bytes] = [b""] * n
        if chunk.geometry is not None:
            drawn = self._shapes(chunk, records, faults)
        elif self._move is not None:
            self._places(records, faults)
        kept = [i for i in range(n) if self._says_something(i, chunk)]
        lines = [chunk.first + i for i in kept]
        return Converted(lines, [records[i] for i in kept], [faults[i] for i in kept], [drawn[i] for i in kept])

    def _says_something(self, row: int, chunk: Chunk) -> bool:
        if chunk.geometry is not None and (chunk.geometry[row] is not None):
            return True
        return any(column[row] not in (None, "") for column in chunk.columns)

    def _cells(self, key: str, chunk: Chunk) -> Sequence[str | None]:
        if key in self._place:
            return chunk.columns[self._place[key]]
        return [self.mapping.constants[key]] * chunk.rows

    def _column(
        self, wanted: Field, cells: Sequence[str | None], records: list[dict[str, Any]], faults: list[list[Fault]]
    ) -> None:
        """One column of cells.  An empty cell leaves the field as it is, or to its default."""
        read = self._reader(wanted, cells)
        known: dict[str, Any] = {}
        for row, cell in enumerate(cells):
            text = (cell or "").strip()
            if not text:
                continue
            if text not in known:
                try:
                    known[text] = read(text)
                except ValueError as error:
                    known[text] = error
            value = known[text]
            if isinstance(value, ValueError):
                faults[row].append((wanted.key, str(value)))
            else:
                records[row][wanted.key] = value

    def _reader(self, wanted: Field, cells: Sequence[str | None]) -> Callable[[str], Any]:
        if wanted.type == "reference":
            return self._references(wanted, cells)
        if wanted.type == "number" or (wanted.type == "integer" and wanted.key != "built_year"):
            return self._number(wanted)
        return {
            "text": self._text(wanted),
            "boolean": _boolean,
            "choice": lambda text: _choice(wanted, text),
            "integer": _year,
        }[wanted.type]

    def _text(self, wanted: Field) -> Callable[[str], str]:
        what = {"name": "name", "code": "code"}.get(wanted.key, "name")
        rules = frozenset(self.mapping.rules) | ({"code"} if wanted.key == "code" else set())

        def read(text: str) -> str:
            (*changed,) = writing.standardise([text], what, rules)
            return changed[0].new if changed else text

        return read

    def _number(self, wanted: Field) -> Callable[[str], float | int]:
        quantity, times = _QUANTITY.get(wanted.unit, ("", 1.0))
        title = self.mapping.columns.get(wanted.key, "")
        unit = amounts.unit_in_title(title, quantity) if quantity else ""
        bare = amounts.FACTORS[quantity][unit] if unit else 1.0 / times
        suffix = wanted.unit if not quantity else ""

        def read(text: str) -> float | int:
            plain = unicodedata.normalize("NFKC", text)
            plain = plain.upper().removeprefix("DN") if wanted.key == "diameter_mm" else plain
            value = amounts.amount(plain.removesuffix(suffix) if suffix else plain, quantity, bare)[0] * times
            if wanted.type == "integer" and abs(value - round(value)) < 1e-6:
                return round(value)
            return round(value, 9)

        return read

    def _references(self, wanted: Field, cells: Sequence[str | None]) -> Callable[[str], int]:
        found = self._found[wanted.key]
        asked = {c.strip() for c in cells if c and c.strip()} - found.keys()
        found |= _looked_up(wanted, asked, self.scope)

        def read(text: str) -> int:
            answer = found.get(text, f"没有这个{wanted.zh}“{text[:20]}”")
            if isinstance(answer, int):
                return answer
            raise ValueError(answer)

        return read

    def _shapes(self, chunk: Chunk, records: list[dict[str, Any]], faults: list[list[Fault]]) -> Sequence[bytes]:
        if chunk.geometry is None or chunk.broken is None or self._move is None:
            return [b""] * chunk.rows
        found = placed(self.mapping.kind, chunk.geometry, chunk.broken, self._move)
        for row, reason in found.faults.items():
            faults[row].append(("geometry", reason))
        wants_length = field_of(self.mapping.kind, "length_m") is not None and "length_m" not in self.mapping.columns
        for row, ((x, y), length_m) in enumerate(zip(found.lonlat.tolist(), found.length_m.tolist(), strict=True)):
            if x == x:  # NaN where the geometry was refused
                records[row] |= {"longitude": round(x, 8), "latitude": round(y, 8)}
            if wants_length and length_m == length_m:
                records[row]["length_m"] = round(length_m, 2)
        return found.drawn

    def _places(self, records: list[dict[str, Any]], faults: list[list[Fault]]) -> None:
        """Longitude and latitude columns, in whatever system they are."""
        xy = np.array([[r.get(axis, np.nan) for axis in PLACES] for r in records], np.float64).reshape(-1, 2)
        lonlat, foreign = self._moved(xy)
        told = dict.fromkeys(foreign, "坐标不属于所选坐标系")
        swapped = misplaced(xy)
        told |= {row: swapped[row] for row in foreign if "颠倒" in swapped.get(row, "")}
        told |= misplaced(lonlat)
        for row, reason in told.items():
            faults[row].append(("longitude", reason))
        for row, (x, y) in enumerate(lonlat.tolist()):
            if x == x:
                records[row] |= {"longitude": round(x, 8), "latitude": round(y, 8)}

    def _moved(self, xy: NDArray[np.float64]) -> tuple[NDArray[np.float64], list[int]]:
        """Degrees of all rows; one by one where some row cannot be in this system, to tell which."""
        if self._move is None:
            return xy, []
        try:
            return self._move(xy), []
        except ValueError:
            lonlat, foreign = np.full(xy.shape, np.nan), []
        for row in np.flatnonzero(np.isfinite(xy).all(axis=1)).tolist():
            try:
                lonlat[row] = self._move(xy[row : row + 1])[0]
            except ValueError:
                foreign.append(row)
        return lonlat, foreign


def _boolean(text: str) -> bool:
    word = text.lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(f"“{text[:10]}”不是是或否")


def _choice(wanted: Field, text: str) -> str:
    for value, zh in wanted.choices:
        if text in (value, zh):
            return value
    near = [value for value, zh in wanted.choices if text in zh or zh in text]
    if len(near) == 1:
        return near[0]
    raise ValueError(f"“{text[:10]}”不在可选项中: {'、'.join(zh for _, zh in wanted.choices)}")


def _year(text: str) -> int:
    found = _YEAR.match(unicodedata.normalize("NFKC", text))
    if found is None:
        raise ValueError(f"“{text[:12]}”不是年份")
    return int(found[1])


def _looked_up(wanted: Field, texts: set[str], scope: Scope | None) -> dict[str, int | str]:
    """Number of what each text names, by code first, by name where only one has it; or why there is none."""
    found: dict[str, int | str] = {}
    asked = sorted(texts)
    for start in range(0, len(asked), _CHUNK):
        some = asked[start : start + _CHUNK]
        by_code, by_name = _named(wanted, some)
        for text in some:
            numbers = by_code.get(text) or by_name.get(text) or by_name.get(f"{text}区") or set()
            numbers = {n for n in numbers if _sees(wanted.reference, n, scope)}
            if len(numbers) == 1:
                found[text] = next(iter(numbers))
            elif numbers:
                found[text] = f"有 {len(numbers)} 个{wanted.zh}叫“{text[:20]}”，请填编码"
    return found


def _sees(kind: str, number: int, scope: Scope | None) -> bool:
    """Areas and organisations are known to everybody; objects to those whose they are."""
    return scope is None or scope.sees_all or kind not in KIND_MODELS or exists(kind, number, scope)


def _named(wanted: Field, texts: Sequence[str]) -> tuple[dict[str, set[int]], dict[str, set[int]]]:
    by_code: dict[str, set[int]] = defaultdict(set)
    by_name: dict[str, set[int]] = defaultdict(set)
    if wanted.reference == "organisation":
        kind = _ORGANISED.get(wanted.key, "")
        ours = Organisation.objects.filter(kind=kind) if kind else Organisation.objects.all()
        for number, code, name, short in ours.values_list("pk", "code", "name", "short_name"):
            by_code[code].add(number)
            by_name[name].add(number)
            by_name[short].add(number)
        return by_code, by_name
    model = MODELS[wanted.reference]
    has_name = any(f.name == "name" for f in model._meta.get_fields())
    rows: QuerySet[Any] = model._default_manager.order_by()
    if model is Area:
        wide = [*texts, *(f"{text}区" for text in texts)]
        rows = rows.filter(Q(level=_AREA_LEVEL.get(wanted.key, ""), name__in=wide) | Q(code__in=texts))
    else:
        rows = rows.filter(Q(code__in=texts) | Q(name__in=texts)) if has_name else rows.filter(code__in=texts)
    for number, code, *name in rows.values_list("pk", "code", *(["name"] if has_name else [])):
        by_code[code].add(number)
        for word in name:
            by_name[word].add(number)
    return by_code, by_name

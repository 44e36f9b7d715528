"""How does a history file become tickets?  Calibrated, matched to homes, told apart by channel and number; in chunks.

A chunk's tickets, refused lines and counts are saved together, so a killed import goes on after the last whole chunk,
and a file imported again changes nothing.  A row whose cells are as they were leaves the ticket alone, corrections made
by people included.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from cleanheat.complaints.calibration import Calibrated, UncalibratableError, calibrate
from cleanheat.complaints.events import TicketsImported
from cleanheat.complaints.filemap import FileMap, parse_map, places_of
from cleanheat.complaints.matching import homes_of
from cleanheat.complaints.models import RefusedLine, Ticket, TicketImport
from cleanheat.infra import audit, clock
from cleanheat.infra.events import publish
from cleanheat.infra.sheets import read_table

CHUNK: Final = 1_000
MAX_BYTES: Final = 128 * 1024 * 1024
WRITTEN: Final = (
    "received_at", "closed_at", "caller_name", "caller_phone", "address", "category", "content", "state", "reply",
    "repair", "satisfaction", "measured_c", "district_id", "street_id", "community_id", "building_id", "heat_user_id",
    "company_id", "office_id", "match_score", "raw", "corrections", "source_id", "validity", "reasons", "judged_at",
)  # fmt: skip

Progress = Callable[[int, int, str], object]


@dataclass(frozen=True)
class _Line:
    """One row of the file: ``raw`` by title, ``cells`` by field."""

    number: int
    raw: dict[str, str]
    cells: dict[str, Any]


def import_tickets(source: TicketImport, path: Path, progress: Progress) -> TicketImport:
    """Works a file off, from where an earlier attempt stopped; a Problem when it is no such file."""
    mapping = parse_map(source.mapping)
    rows = read_table(source.file, path.read_bytes(), MAX_BYTES)
    titles = [str(t).strip() for t in next(rows, [])]
    places = places_of(titles, mapping)
    lines = [_line(i, row, titles, places) for i, row in enumerate(rows, 2) if any(c not in ("", None) for c in row)]
    todo = iter(lines[source.rows_in :])
    while chunk := list(islice(todo, CHUNK)):
        with transaction.atomic():
            _import_chunk(source, mapping, chunk)
        progress(source.rows_in, len(lines), f"{source.created} 新增，{source.refused} 拒绝")
    if source.finished_at is None:
        _finish(source)
    return source


def _finish(source: TicketImport) -> None:
    with transaction.atomic():
        source.finished_at = clock.now_utc()
        source.save(update_fields=["finished_at"])
        counts = {n: getattr(source, n) for n in ("rows_in", "created", "changed", "unchanged", "refused")}
        audit.record(source.user, "complaints.import", "complaints.import", source.pk, counts)
        publish(TicketsImported(source.pk, source.created, source.changed))


def _line(number: int, row: Sequence[Any], titles: Sequence[str], places: Mapping[str, int]) -> _Line:
    cells = {name: row[i] if i < len(row) else "" for name, i in places.items()}
    return _Line(number, {t: str(c) for t, c in zip(titles, row, strict=False) if t}, cells)


def _import_chunk(source: TicketImport, mapping: FileMap, chunk: list[_Line]) -> None:
    made: list[tuple[_Line, Calibrated]] = []
    refused: list[RefusedLine] = []
    for line in chunk:
        try:
            made.append((line, calibrate(line.cells, mapping.channel)))
        except UncalibratableError as error:
            refused.append(
                RefusedLine(source=source, line=line.number, field=error.field, reason=error.reason[:200], raw=line.raw)
            )
    _count(source, made)
    _store(source, made)
    RefusedLine.objects.bulk_create(refused)
    source.rows_in += len(chunk)
    source.refused += len(refused)
    source.save()


def _count(source: TicketImport, made: list[tuple[_Line, Calibrated]]) -> None:
    corrected = Counter(source.corrected)
    for _, row in made:
        corrected.update(row.corrections.keys())
    source.corrected = dict(sorted(corrected.items()))


def _store(source: TicketImport, made: list[tuple[_Line, Calibrated]]) -> None:
    """New tickets and those whose cells differ; a number that comes twice in a chunk is stored as its last row says."""
    known = _known(made)
    changed: dict[tuple[str, str], tuple[_Line, Calibrated]] = {}
    for line, row in made:
        key = row.values["channel"], row.values["number"]
        if known.get(key) == line.raw:
            source.unchanged += 1
            continue
        source.created += key not in known
        source.changed += key in known
        known[key] = line.raw
        changed[key] = line, row
    homes = homes_of([row.values["address"] for _, row in changed.values()])
    tickets = [
        Ticket(**row.values, **asdict(home), raw=line.raw, corrections=row.corrections, source=source)
        for (line, row), home in zip(changed.values(), homes, strict=True)
    ]
    Ticket.objects.bulk_create(
        tickets, update_conflicts=True, unique_fields=["channel", "number"],
        update_fields=[name.removesuffix("_id") for name in WRITTEN],
    )  # fmt: skip


def _known(made: list[tuple[_Line, Calibrated]]) -> dict[tuple[str, str], Any]:
    numbers = sorted({row.values["number"] for _, row in made})
    rows = Ticket.objects.filter(number__in=numbers).order_by()
    return {(channel, number): raw for channel, number, raw in rows.values_list("channel", "number", "raw")}

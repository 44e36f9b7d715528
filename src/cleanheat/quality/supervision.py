"""How well does each company upload, kind by kind?  Expected and received, interruptions, delay, validity, mismatches.

Completeness and validity are counted from the hourly roll-ups over the objects the caller sees; delay and short
interruptions from the batches' arrivals, told only to who sees the whole sender.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S, SHANGHAI, utc
from cleanheat.quality.deliveries import Hours, by_bucket, heard_objects, known_until, owners_seen
from cleanheat.quality.parameter_tables import parameters_of
from cleanheat.telemetry.public import MismatchRow, connected_since, list_mismatches, store

LONGEST_S: Final = 62 * DAY_S
State = Literal["silent", "never", "all"]


@dataclass(frozen=True)
class Upload:
    """One sender and kind over the window; ratios 0–1, ``None`` where nothing can be said.

    An interruption is a stretch without any row: by the minute where batches' arrivals are known, else by whole hours.
    """

    sender: int
    name: str
    kind: str
    kind_zh: str
    objects: int
    expected_rows: int
    received_rows: int
    completeness_ratio: float | None
    valid_ratio: float | None
    invalid_share: float | None
    interruptions: int
    longest_min: int
    current_min: int
    mean_lag_s: float | None
    late_share: float | None
    silent_objects: int
    never_heard: int
    unknown_codes: int


@dataclass(frozen=True)
class Delay:
    """Of one sender and kind: mean seconds under way, share of late rows, pauses, the longest, the last minute."""

    lag_s: float
    late_share: float
    pauses: int
    longest_min: int
    last: int


def sees_whole(scope: Scope, sender: int) -> bool:
    return scope.sees_all or sender in (scope.company_ids or ()) or sender in (scope.sender_ids or ())


def senders_seen(scope: Scope) -> frozenset[int] | None:
    """Senders wholly within the scope; ``None`` = all."""
    return None if scope.sees_all else (scope.company_ids or frozenset()) | (scope.sender_ids or frozenset())


def check_window(start: int, end: int) -> None:
    if not 0 <= start < end or end - start > LONGEST_S:
        raise invalid("end", "时间范围须为正且不超过 62 天", f"[{start}, {end})")


def uploads(start: int, end: int, scope: Scope, sender: int | None = None, kind: str | None = None) -> list[Upload]:
    """One row a sender and kind with anything to send, by sender; the window is widened to whole hours."""
    check_window(start, end)
    if kind is not None and kind not in KINDS:
        raise invalid("kind", "没有这一类监测对象", kind)
    start -= start % HOUR_S
    delays, codes = _delays(start, end, scope), _codes(scope, start)
    rows = [
        row for code in ([kind] if kind else KINDS) for row in _of_kind(code, start, end, scope, sender, delays, codes)
    ]
    return sorted(rows, key=lambda row: (row.sender, list(KINDS).index(row.kind)))


def _of_kind(
    kind: str,
    start: int,
    end: int,
    scope: Scope,
    sender: int | None,
    delays: Mapping[tuple[int, str], Delay],
    codes: Mapping[tuple[int, str], int],
) -> list[Upload]:
    until = known_until(kind, end)
    if until <= start:
        return []
    hours = by_bucket(kind, start, until, scope, by_day=False)
    silent, never = _unheard(kind, until, scope)
    chosen = [s for s in np.flatnonzero(hours.objects).tolist() if sender in (None, s)]
    return [
        _upload(hours, s, delays.get((s, kind)), int(silent[s]), int(never[s]), codes.get((s, kind), 0)) for s in chosen
    ]


def _upload(hours: Hours, s: int, delay: Delay | None, silent: int, never: int, codes: int) -> Upload:
    objects, received = int(hours.objects[s]), int(hours.rows[s].sum())
    expected = objects * hours.expected * hours.starts.shape[0]
    values = received * hours.values_per_row
    valid = int(hours.usable[s].sum()) / values if values else None
    count, longest, current = runs_of_silence(hours.rows[s] == 0)
    if delay is not None:
        count, longest = max(delay.pauses, count), max(delay.longest_min, longest * 60)
    else:
        longest *= 60
    return Upload(
        s, name_of(s), hours.kind, KINDS[hours.kind].zh, objects, expected, received,
        min(received / expected, 1.0) if expected else None,
        valid, int(hours.bad[s].sum()) / values if values else None,
        count, longest, current * 60,
        None if delay is None else round(delay.lag_s, 1), None if delay is None else delay.late_share,
        silent, never, codes,
    )  # fmt: skip


def runs_of_silence(silent: NDArray[np.bool_]) -> tuple[int, int, int]:
    """Of buckets without anything: how many runs, the longest, and the one that still lasts (0: none)."""
    edges = np.diff(np.concatenate([[False], silent, [False]]).astype(np.int8))
    lengths = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    current = int(lengths[-1]) if lengths.shape[0] and silent[-1] else 0
    return int(lengths.shape[0]), int(lengths.max(initial=0)), current


def _unheard(kind: str, until: int, scope: Scope) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Silent and never heard objects by sender."""
    owners = owners_seen(kind, scope)
    size = int(owners.max(initial=0)) + 1
    silent, never = unheard_masks(kind, until)
    return np.bincount(owners[silent], minlength=size), np.bincount(owners[never], minlength=size)


def unheard_masks(kind: str, until: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Objects of the archive without a row for some hours, and those among them without one for weeks."""
    numbers = parameters_of("uploads")
    exists = assets.archive()[kind].exists()
    silent = exists & ~heard_objects(kind, until - int(numbers["silent_h"].value) * HOUR_S, until)
    if not silent.any():
        return silent, silent
    # Weeks end with the day, so that this long look back is taken once a day and not once an hour.
    midnight = until - (until + 8 * HOUR_S) % DAY_S
    heard = heard_objects(kind, midnight - int(numbers["never_days"].value) * DAY_S, midnight)
    return silent, silent & ~heard


def _delays(start: int, end: int, scope: Scope) -> dict[tuple[int, str], Delay]:
    """What arrivals say of the senders wholly within the scope."""
    chosen = senders_seen(scope)
    senders = None if chosen is None else sorted(chosen)
    if senders is not None and not senders:
        return {}
    late_s = int(parameters_of("timeliness")["late_min"].value * MINUTE_S)
    sums = store().arrival_sums(start, end, senders, late_s)
    gaps = store().arrival_gaps(start, end, senders, int(parameters_of("gateway_lost")["silent_min"].value * MINUTE_S))
    pauses = {
        (int(s), k): (int(n), int(most) // MINUTE_S, int(last))
        for s, k, n, most, last in zip(gaps.senders, gaps.kinds, gaps.gaps, gaps.longest_s, gaps.last, strict=True)
    }
    totals: dict[tuple[int, str], NDArray[np.float64]] = {}
    for i, code in enumerate(sums.kinds):
        of = totals.setdefault((int(sums.senders[i]), code), np.zeros(3))
        of += np.array([sums.rows[i], sums.late[i], sums.lag_s[i] * sums.rows[i]])
    return {
        key: Delay(float(lag / max(rows, 1)), float(late / max(rows, 1)), *pauses[key])
        for key, (rows, late, lag) in totals.items()
    }


def _codes(scope: Scope, since: int) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    for row in mismatches(since, scope):
        found[row.sender, row.kind] = found.get((row.sender, row.kind), 0) + 1
    return found


def mismatches(since: int, scope: Scope) -> list[MismatchRow]:
    """Codes that were sent since then and are nobody's or another's, of senders wholly within the scope."""
    return list_mismatches(utc(since), senders_seen(scope))


def name_of(sender: int) -> str:
    return accounts.short_name(sender) or str(sender)


@dataclass(frozen=True)
class UnheardObject:
    """An object that ought to report; ``last`` is the hour of its newest row, 0 where none is known."""

    sender: int
    sender_name: str
    kind: str
    kind_zh: str
    number: int
    name: str
    code: str
    state: str
    last: int


def unheard(
    kind: str, end: int, scope: Scope, state: State, sender: int | None, limit: int, offset: int
) -> tuple[int, list[UnheardObject]]:
    """Silent objects (``never``: not heard for weeks) of a kind, by number; how many there are, and one page."""
    if kind not in KINDS:
        raise invalid("kind", "没有这一类监测对象", kind)
    until = known_until(kind, end)
    owners = owners_seen(kind, scope)
    silent, never = unheard_masks(kind, until)
    wanted = {"silent": silent & ~never, "never": never, "all": silent}[state] & (owners > 0)
    if sender is not None:
        wanted &= owners == sender
    numbers = np.flatnonzero(wanted)
    page = numbers[offset : offset + limit]
    last = _last_heard(kind, page, until)
    titles = assets.titles(kind, page.tolist())
    return int(numbers.shape[0]), [
        UnheardObject(
            int(owners[n]), name_of(int(owners[n])), kind, KINDS[kind].zh, int(n), name, code,
            "never" if never[n] else "silent", last.get(int(n), 0),
        )
        for n, (name, code) in zip(page, titles, strict=True)
    ]  # fmt: skip


def _last_heard(kind: str, numbers: NDArray[Any], until: int) -> dict[int, int]:
    if not numbers.shape[0]:
        return {}
    since = until - int(parameters_of("uploads")["never_days"].value) * DAY_S
    found = store().delivered_by_object(kind, since, until, numbers)
    return dict(zip(found.ids.tolist(), found.last.tolist(), strict=True))


@dataclass(frozen=True)
class Calendar:
    """Sender × day: completeness and validity, 0–1, NaN where nothing was expected or came.  ``days`` as epoch s.

    ``imported``: days before the sender was connected, of which only a history is known: nothing was expected then.
    """

    days: list[int]
    labels: list[str]
    senders: list[int]
    names: list[str]
    completeness: NDArray[np.float64]
    validity: NDArray[np.float64]
    imported: NDArray[np.bool_]


def calendar(start: int, end: int, scope: Scope, kind: str | None = None) -> Calendar:
    """Whole days (Asia/Shanghai) that touch the window; the present day counts up to its last full hour."""
    check_window(start, end)
    first = start - (start + 8 * HOUR_S) % DAY_S
    days = np.arange(first, end + -(end + 8 * HOUR_S) % DAY_S, DAY_S)
    since = connected_since()
    due: dict[int, NDArray[np.float64]] = {}
    came: dict[int, NDArray[np.float64]] = {}
    for code in [kind] if kind else KINDS:
        until = known_until(code, end)
        if until <= first:
            continue
        found = by_bucket(code, first, until, scope, by_day=True)
        known = found.starts.shape[0]
        for s in np.flatnonzero(found.objects).tolist():
            begun = np.maximum(found.starts, since.get(s, 0))  # before it was connected nothing was expected of it
            hours = np.clip((np.minimum(until, found.starts + DAY_S) - begun) / DAY_S, 0, 1)
            due.setdefault(s, np.zeros(days.shape[0]))[:known] += found.objects[s] * found.expected * hours
            table = came.setdefault(s, np.zeros((3, days.shape[0])))
            table[:, :known] += [found.rows[s], found.usable[s], found.rows[s] * found.values_per_row]
    return _calendar(days, due, came)


def _calendar(
    days: NDArray[np.int64], due: Mapping[int, NDArray[np.float64]], came: Mapping[int, NDArray[np.float64]]
) -> Calendar:
    senders, n = sorted(due), days.shape[0]
    expected = np.array([due[s] for s in senders]).reshape(-1, n)
    rows, usable, values = np.array([came[s] for s in senders]).reshape(-1, 3, n).transpose(1, 0, 2)
    return Calendar(
        days.tolist(),
        [_label(d) for d in days.tolist()],
        senders,
        [name_of(s) for s in senders],
        np.minimum(_shares(rows, expected), 1.0),
        _shares(usable, values),
        (expected == 0) & (rows > 0),
    )


def _label(day: int) -> str:
    return f"{utc(day).astimezone(SHANGHAI):%m-%d}"


def _shares(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    out: NDArray[np.float64] = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=out, where=whole > 0)
    return out


ORDERS: Final = frozenset(f.name for f in fields(Upload))


def ordered(rows: list[Upload], order: str) -> list[Upload]:
    """By a column of :class:`Upload`, ``-`` in front for descending; what is not known comes last."""
    name = order.removeprefix("-")
    if name not in ORDERS:
        raise invalid("order", "没有这一列", order)
    known = [row for row in rows if getattr(row, name) is not None]
    unknown = [row for row in rows if getattr(row, name) is None]
    return sorted(known, key=lambda row: getattr(row, name), reverse=order.startswith("-")) + unknown

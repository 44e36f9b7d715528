"""Hits, cleaned values, counts, arrivals and deliveries: what was written comes back, once, by every grouping."""

import datetime as dt

import numpy as np
import pytest

from cleanheat.kernel.errors import Problem
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.kernel.verdicts import Verdict
from cleanheat.telemetry.frames import Block
from cleanheat.telemetry.store import Store, gathering
from cleanheat.telemetry.traces import Arrivals, Cleaned, Counts, Hits, Method, arrivals_of

START = 1_768_406_400  # 2026-01-15 00:00 Asia/Shanghai


def hits(kind, rows):
    """Rows of (id, minute after START, signal, rule, raw)."""
    ids, minutes, signals, rules, raw = (np.array(c) for c in zip(*rows, strict=True))
    times = START + 60 * minutes.astype(np.int64)
    types = (np.uint32, np.int64, np.uint8, np.uint32, np.uint16, np.int32)
    columns = (ids, times, signals, rules, np.ones(len(rows)), raw)
    return Hits(kind, *(c.astype(t) for c, t in zip(columns, types, strict=True)))


def cleaned(kind, rows):
    """Rows of (id, minute after START, signal, raw, value, method, rule)."""
    ids, minutes, signals, raw, values, methods, rules = (np.array(c) for c in zip(*rows, strict=True))
    verdicts = np.where(methods == Method.MANUAL, Verdict.CONFIRMED, Verdict.IMPUTED)
    types = (np.uint32, np.int64, np.uint8, np.int32, np.int32, np.uint8, np.uint8, np.uint32, np.uint16)
    columns = (ids, START + 60 * minutes, signals, raw, values, verdicts, methods, rules, np.ones(len(rows)))
    return Cleaned(kind, *(c.astype(t) for c, t in zip(columns, types, strict=True)))


def counts(kind, *rows):
    """Rows of (rule, sender, checks, violations, skipped)."""
    table = np.array(rows, np.int64)
    sums = table[:, 2:].astype(np.uint64).T
    return Counts(
        kind, table[:, 0].astype(np.uint32), np.ones(len(rows), np.uint16), table[:, 1].astype(np.uint32), *sums
    )


def arrivals(*rows):
    """Rows of (kind, sender, sequence, minute after START, seconds under way, rows, repeated)."""
    kinds, senders, sequences, minutes, lags, n, again = zip(*rows, strict=True)
    times = START + 60 * np.array(minutes, np.int64)
    return Arrivals(
        list(kinds),
        np.array(senders, np.uint32),
        np.array(sequences, np.uint64),
        times,
        times + 60 + np.array(lags, np.int64),
        np.array(n, np.uint32),
        np.array(again, np.uint32),
    )


def test_hits_come_back_by_object_rule_and_window_and_only_once(store):
    minute = [hits("unit", [(5, 1, 0, 7, 990), (9, 1, 2, 8, -5)]), hits("room", [(5, 1, 0, 7, 990)])]
    for _ in range(2):
        store.append_judged(minute, [], "m1")
    store.append_hits([hits("unit", [(5, 3, 0, 8, 991)])], "m3")
    of_5 = store.hits("unit", 5, START, START + 3_600)
    assert of_5.minutes.tolist() == [START + 60, START + 180]
    assert of_5.raw.tolist() == [990, 991]
    assert (of_5.rules.tolist(), of_5.versions.tolist()) == ([7, 8], [1, 1])
    assert len(store.hits("unit", 5, START, START + 180)) == 1
    assert store.hits("unit", None, START, START + 3_600, rules=[8]).ids.tolist() == [5, 9]
    assert len(store.hits("unit", None, START, START + 3_600, limit=2)) == 2
    assert len(store.hits("unit", [9, 77], START, START + 3_600)) == 1
    assert len(store.hits("plant", None, START, START + 3_600)) == 0


def test_the_worst_objects_are_those_with_most_hits(store):
    store.append_hits([hits("unit", [(5, 1, 0, 7, 0), (9, 1, 0, 7, 0), (9, 2, 1, 8, 0)])], "a")
    worst = store.object_hits("unit", START, START + DAY_S)
    assert worst.ids.tolist() == [9, 5]
    assert (worst.hits.tolist(), worst.rules.tolist()) == ([2, 1], [2, 1])
    assert worst.last.tolist() == [START + 120, START + 60]
    assert store.object_hits("unit", START, START + DAY_S, rules=[7], ids=np.array([5])).ids.tolist() == [5]


def test_cleaned_values_lie_apart_and_a_person_has_the_last_word(store):
    store.append_judged(
        [hits("unit", [(5, 1, 0, 7, 990)])],
        [cleaned("unit", [(5, 1, 0, 990, 450, Method.MANUAL, 3), (5, 1, 0, 990, 451, Method.HOLD, 7)])],
        "m",
    )
    found = store.cleaned("unit", 5, START, START + 3_600)
    assert found.values.tolist() == [451, 450]
    assert found.verdicts.tolist() == [Verdict.IMPUTED, Verdict.CONFIRMED]
    assert found.methods.tolist() == [Method.HOLD, Method.MANUAL]
    assert len(store.hits("unit", 5, START, START + 3_600)) == 1
    store.drop_cleaned("unit", 5, START, START + 3_600, Method.MANUAL, 3)
    assert store.cleaned("unit", 5, START, START + 3_600).values.tolist() == [451]


def test_counts_of_many_minutes_are_one_row_an_hour(store):
    for minute in range(130):
        for _ in range(2):  # a segment run twice
            store.append_counts(
                [counts("unit", (7, 10, 100, 2, 1), (7, 20, 50, 0, 0)), counts("room", (8, 10, 9, 9, 0))],
                START + 60 * minute,
                f"m{minute}",
            )
    day = store.count_sums(START, START + DAY_S)
    assert sorted(day.kinds) == ["room", "unit", "unit"]
    assert day.checks.sum() == 130 * 159
    assert day.violations.sum() == 130 * 11
    hours = store.count_sums(START, START + DAY_S, by=("hour",), rules=[7], senders=[10])
    assert (hours.keys["hour"] - START).tolist() == [0, HOUR_S, 2 * HOUR_S]
    assert hours.checks.tolist() == [6_000, 6_000, 1_000]
    assert hours.skipped.tolist() == [60, 60, 10]
    with pytest.raises(Problem, match="分组"):
        store.count_sums(START, START + DAY_S, by=("colour",))


def test_gathered_counts_survive_closing(store):
    store.append_counts([counts("unit", (7, 10, 100, 2, 1))], START, "m")
    assert "trace_counts" not in store.sizes()
    store.flush_traces()
    store.flush_traces()
    assert store.sizes()["trace_counts"][0] == 1


def test_what_waits_is_written_together_after_ten_minutes(store):
    for minute in range(gathering.GATHERED_MIN + 1):
        store.append_counts([counts("unit", (7, 10, 1, 0, 0))], START + 60 * minute, f"m{minute}")
    assert store.sizes()["trace_counts"][2] == 1


def test_arrivals_tell_batches_lateness_and_gaps(store):
    store.append_arrivals(
        arrivals(
            ("unit", 10, 1, 0, 5, 100, 0),
            ("unit", 10, 2, 1, 5, 100, 20),
            ("room", 10, 2, 1, 5, 10, 0),
            ("unit", 10, 3, 30, 900, 100, 0),
            ("unit", 20, 1, 0, 0, 7, 0),
        ),
        "a",
    )
    raw = store.arrivals(START, START + DAY_S, senders=[10], kind="unit")
    assert raw.sequences.tolist() == [1, 2, 3]
    assert (raw.received_at - raw.minutes).tolist() == [65, 65, 960]
    assert raw.kinds == ["unit"] * 3
    sums = store.arrival_sums(START, START + DAY_S, senders=[10])
    unit = sums.kinds.index("unit")
    assert (sums.batches[unit], sums.rows[unit], sums.repeated[unit], sums.late[unit]) == (3, 300, 20, 100)
    assert sums.days.tolist() == [START] * 2
    assert round(float(sums.lag_s[unit]), 2) == round(91_000 / 300, 2)
    assert sums.longest_lag_s[unit] == 900
    gaps = store.arrival_gaps(START, START + DAY_S, None, longest_s=600)
    of = {(int(s), k): (int(g), int(most)) for s, k, g, most in zip(
        gaps.senders, gaps.kinds, gaps.gaps, gaps.longest_s, strict=True)}  # fmt: skip
    assert of == {(10, "unit"): (1, 1_740), (10, "room"): (0, 0), (20, "unit"): (0, 0)}


def test_arrivals_of_blocks_know_when_the_batch_came():
    ids = np.array([1, 2], np.uint32)
    blocks = [Block(10, 7, "room", START, ids, [None, None], received=START + 75), Block(20, 8, "room", START, ids, [])]
    found = arrivals_of(blocks, START + 99.5, {(20, "room", START): 1})
    assert found.received_at.tolist() == [START + 75, START + 99]
    assert found.repeated.tolist() == [0, 1]
    assert found.rows.tolist() == [2, 2]


@pytest.fixture
def delivered(store):
    """Rooms 1 (whole two hours), 2 (half an hour, some bad) and 4 of the next day."""
    room = KINDS["room"]
    for number, n, first in ((1, 120, 0), (2, 30, 0), (4, 60, 24)):
        times = START + HOUR_S * first + 60 * np.arange(n)
        words = np.zeros(n, np.uint64)
        if number == 2:
            words[:10] = Verdict.BAD | (Verdict.MISSING << 3)
        columns = [np.full(n, 50, s.dtype) for s in room.signals]
        store.append_rows("room", np.full(n, number, np.uint32), times, columns, words, f"r{number}")
    for hour in (0, 1, 24):
        store.roll_up(START + HOUR_S * hour, ["room"])
    return store


def test_deliveries_add_up_by_owner_and_object(delivered):
    owners = np.array([0, 10, 20, 20])  # object 4 is not in the archive
    found = delivered.delivered("room", START, START + 2 * DAY_S, owners)
    assert found.owners.tolist() == [10, 20]
    assert (found.rows.tolist(), found.usable.tolist(), found.bad.tolist()) == ([120, 30], [240, 40], [0, 10])
    by_hour = delivered.delivered("room", START, START + DAY_S, owners, by_day=False)
    assert (by_hour.buckets - START).tolist() == [0, 0, HOUR_S]
    each = delivered.delivered_by_object("room", START, START + 2 * DAY_S)
    assert each.ids.tolist() == [1, 2, 4]
    assert (each.hours.tolist(), each.rows.tolist()) == ([2, 1, 1], [120, 30, 60])
    assert each.last.tolist() == [START + HOUR_S, START, START + 24 * HOUR_S]
    assert delivered.delivered_by_object("room", START, START + DAY_S, [2]).bad.tolist() == [10]
    assert delivered.rolled_until("room", START + 3 * HOUR_S) == START + 2 * HOUR_S


def test_old_traces_go_and_counts_stay(store):
    for day in (0, 1):
        moved = hits("unit", [(5, 1 + 1_440 * day, 0, 7, 0)])
        store.append_judged([moved], [], f"d{day}")
        store.append_arrivals(arrivals(("unit", 10, 1, 1_440 * day, 5, 100, 0)), f"d{day}")
    store.append_counts([counts("unit", (7, 10, 100, 2, 1))], START, "m")
    store.flush_traces()
    assert store.drop_traces_before(dt.date(2026, 1, 16)) == 2
    assert len(store.hits("unit", None, START, START + 2 * DAY_S)) == 1
    assert store.arrivals(START, START + 2 * DAY_S).minutes.tolist() == [START + DAY_S]
    assert len(store.count_sums(START, START + DAY_S)) == 1


def test_a_killed_process_loses_no_counts_and_counts_none_twice(store, tmp_path):
    """What waited is written by the next process; the segment it runs again changes nothing."""
    of = [counts("unit", (7, 10, 100, 3, 0))]
    killed = Store(store._engine, tmp_path)
    for n in range(3):
        killed.append_counts(of, START + 60 * n, f"segment-{n}")
    with (tmp_path / "trace_counts.npy").open("ab") as file:
        file.write(b"\x93NUMPY cut off")
    for _ in range(2):  # killed again, before anything new
        after = Store(store._engine, tmp_path)
        after.append_counts(of, START + 120, "segment-2")
        after.append_counts(of, START + 180, "segment-3")
        assert after.count_sums(START, START + HOUR_S, by=("rule",)).violations.tolist() == [12]


def test_written_but_not_yet_forgotten_is_written_once(store, tmp_path):
    """The process dies between the insert and the file."""
    first = Store(store._engine, tmp_path)
    first.append_counts([counts("unit", (7, 10, 100, 3, 0))], START, "segment-1")
    kept = (tmp_path / "trace_counts.npy").read_bytes()
    first.flush_traces()
    (tmp_path / "trace_counts.npy").write_bytes(kept)
    assert Store(store._engine, tmp_path).count_sums(START, START + HOUR_S, by=("rule",)).violations.tolist() == [3]

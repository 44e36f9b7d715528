"""Does the feed send what companies would: by sender, in order, imperfect, reproducible, going on after a restart?"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from cleanheat.kernel.errors import Problem
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import ManualClock
from cleanheat.simulator import faults as faults_module
from cleanheat.simulator.families import Fault
from cleanheat.simulator.faults import Schedule
from cleanheat.simulator.feed import Feed
from cleanheat.simulator.thread import FeedThread
from tests.simulator.test_physics import label

MINUTE = 60


def calm_feed(archive, start, folder, extra=None, seed=7):
    return Feed(archive, seed, start, folder, schedule=Schedule(archive, seed, extra, rate=0.0))


def collected(feed, start, minutes):
    return [feed.minute(start + m * MINUTE) for m in range(minutes)]


def rows_of(deliveries, kind, number):
    """minute → row (list of scaled values, None where not sent) of one object in a list of minutes of deliveries."""
    rows = {}
    for _, blocks in (d for minute in deliveries for d in minute):
        for block in blocks:
            at = np.searchsorted(block.ids, number)
            if block.kind == kind and at < len(block.ids) and block.ids[at] == number:
                rows[block.minute] = [None if c is None else int(c[at]) for c in block.columns]
    return rows


def same(a, b):
    """Are two lists of deliveries the same but for their sequence numbers?"""
    assert [s for s, _ in a] == [s for s, _ in b]
    for (_, first), (_, second) in zip(a, b, strict=True):
        for x, y in zip(first, second, strict=True):
            assert (x.kind, x.minute) == (y.kind, y.minute)
            np.testing.assert_array_equal(x.ids, y.ids)
            for p, q in zip(x.columns, y.columns, strict=True):
                assert (p is None) == (q is None)
                if p is not None and q is not None:
                    np.testing.assert_array_equal(p, q)


@pytest.mark.feature("A5-2")
def test_every_sender_sends_its_own_objects_once(archive, evening, tmp_path):
    feed = calm_feed(archive, evening, tmp_path)
    arriving = feed.minute(evening)
    senders = {int(s) for kind in KINDS for s in archive[kind].links["sender"][archive[kind].numbers]}
    assert {s for s, _ in arriving} <= senders
    assert len(arriving) >= len(senders) - 1
    for sender, blocks in arriving:
        assert len({b.kind for b in blocks}) == len(blocks)
        for block in blocks:
            assert block.sender == sender
            assert (archive[block.kind].links["sender"][block.ids] == sender).all()
            assert (np.diff(block.ids.astype(np.int64)) > 0).all()
            for signal, column in zip(KINDS[block.kind].signals, block.columns, strict=True):
                assert column is None or (column.dtype == signal.dtype and column.shape == block.ids.shape)
    rooms = sum(len(b.ids) for _, blocks in arriving for b in blocks if b.kind == "room")
    assert 0.9 * archive["room"].count < rooms <= archive["room"].count


def test_values_lie_within_the_hard_bounds(archive, evening, tmp_path):
    for _, blocks in calm_feed(archive, evening, tmp_path).minute(evening):
        for block in blocks:
            for signal, column in zip(KINDS[block.kind].signals, block.columns, strict=True):
                if column is not None:
                    known = column[column != signal.missing]
                    assert ((known >= signal.low_scaled) & (known <= signal.high_scaled)).all(), signal.code


def test_half_a_percent_of_values_is_missing(archive, evening, tmp_path):
    missing = total = 0
    for minute in collected(calm_feed(archive, evening, tmp_path), evening, 30):
        for block in (b for _, blocks in minute for b in blocks if b.kind == "unit"):
            for signal, column in zip(KINDS["unit"].signals, block.columns, strict=True):
                if column is not None and (column != signal.missing).any():
                    missing, total = missing + (column == signal.missing).sum(), total + column.size
    assert 0.003 < missing / total < 0.02


def test_the_same_seed_sends_the_same(archive, evening, tmp_path):
    first = collected(Feed(archive, 7, evening, tmp_path / "a"), evening, 3)
    again = collected(Feed(archive, 7, evening, tmp_path / "b"), evening, 3)
    other = collected(Feed(archive, 8, evening, tmp_path / "c"), evening, 3)
    for a, b in zip(first, again, strict=True):
        same(a, b)
    with pytest.raises(AssertionError):
        same(first[0], other[0])


def test_a_restart_goes_on_where_it_stopped(archive, evening, tmp_path):
    whole = Feed(archive, 7, evening, tmp_path / "whole")
    unbroken = collected(whole, evening, 8)
    first = Feed(archive, 7, evening, tmp_path / "broken")
    before = collected(first, evening, 4)
    first.close()
    second = Feed(archive, 7, evening + 4 * MINUTE, tmp_path / "broken")
    after = collected(second, evening + 4 * MINUTE, 4)
    number = int(archive["unit"].numbers[0])
    assert rows_of(unbroken, "unit", number) == rows_of(before + after, "unit", number)


def test_sequence_numbers_only_rise_even_after_a_crash(archive, evening, tmp_path):
    first = Feed(archive, 7, evening, tmp_path)
    used = [b[0].sequence for m in collected(first, evening, 5) for _, b in m]
    crashed_and_started_again = Feed(archive, 7, evening, tmp_path)
    later = [b[0].sequence for m in collected(crashed_and_started_again, evening, 2) for _, b in m]
    assert min(later) > max(used)


def test_counters_turn_while_nobody_asks(archive, evening, tmp_path):
    feed = calm_feed(archive, evening, tmp_path)
    number, column = int(archive["unit"].numbers[2]), KINDS["unit"].index["heat_total_gj"]
    power = KINDS["unit"].index["heat_power_gj_h"]
    rows = rows_of([feed.minute(evening)], "unit", number)
    rows |= rows_of([feed.minute(evening + 3_600)], "unit", number)
    (first, last) = (rows[evening][column], rows[evening + 3_600][column])
    assert (last - first) / 10 == pytest.approx(rows[evening][power] / 100, rel=0.15)


def test_stop_is_in_what_is_sent_and_its_label_is_not(archive, evening, tmp_path):
    number = int(archive["unit"].numbers[5])
    stop = label("unit", number, Fault.STOP, evening + 2 * MINUTE, evening + 40 * MINUTE)
    feed = calm_feed(archive, evening, tmp_path, stop)
    deliveries = collected(feed, evening, 16)
    index = KINDS["unit"].index
    rows = rows_of(deliveries, "unit", number)
    late = [row for minute, row in rows.items() if minute >= evening + 10 * MINUTE]
    supply, back, flow = (
        [r[index[c]] for r in late]
        for c in ("secondary_supply_temp_c", "secondary_return_temp_c", "secondary_flow_t_h")
    )
    known = [(s, b, f) for s, b, f in zip(supply, back, flow, strict=True) if min(s, b, f) > -32_768]
    design = archive["unit"].values["design_flow_t_h"][number]
    assert len(known) >= 3
    assert all(s - b < 10 and f / 10 < 0.05 * design for s, b, f in known)
    assert Fault.STOP in feed.labels(evening, evening + 3_600)["fault"]
    for _, blocks in (d for m in deliveries for d in m):
        for block in blocks:
            assert set(block.__slots__) == {"sender", "sequence", "kind", "minute", "ids", "columns", "received"}
            assert len(block.columns) == len(KINDS[block.kind].signals)


def test_lost_company_sends_nothing_meanwhile(archive, evening, tmp_path):
    company = int(archive["unit"].links["sender"][archive["unit"].numbers[0]])
    lost = label("company", company, Fault.COMPANY_GATEWAY, evening + MINUTE, evening + 3 * MINUTE)
    arriving = collected(calm_feed(archive, evening, tmp_path, lost), evening, 4)
    minutes = {b.minute for m in arriving for s, blocks in m if s == company for b in blocks}
    assert minutes.isdisjoint({evening + MINUTE, evening + 2 * MINUTE})


def test_some_batches_are_late_some_come_twice(archive, evening, tmp_path, monkeypatch):
    monkeypatch.setattr(faults_module, "LATE_SHARE", 0.2)
    monkeypatch.setattr(faults_module, "TWICE_SHARE", 0.2)
    monkeypatch.setattr(faults_module, "LOST_SHARE", 0.1)
    arriving = collected(calm_feed(archive, evening, tmp_path), evening, 12)
    seen = Counter((s, b[0].minute) for m in arriving for s, b in m)
    lags = [evening + i * MINUTE - b[0].minute for i, m in enumerate(arriving) for _, b in m]
    assert max(seen.values()) == 2
    assert 0 < max(lags) <= 30 * MINUTE
    assert min(lags) == 0
    kept = {s for s, _ in seen}
    never = [(s, evening + i * MINUTE) for i in range(8) for s in kept if (s, evening + i * MINUTE) not in seen]
    assert never
    sequences = [[b[0].sequence for m in arriving for s, b in m if s == sender] for sender in kept]
    assert sum(each != sorted(set(each)) for each in sequences) > len(sequences) / 2


def test_deltas_have_a_realistic_entropy(archive, evening, tmp_path):
    feed = calm_feed(archive, evening, tmp_path)
    numbers = archive["unit"].numbers
    table = np.full((90, len(KINDS["unit"].signals), archive["unit"].size), np.iinfo(np.int64).min)
    for m in range(90):
        for _, blocks in feed.minute(evening + m * MINUTE):
            for block in (b for b in blocks if b.kind == "unit" and b.minute == evening + m * MINUTE):
                for i, column in enumerate(block.columns):
                    if column is not None:
                        table[m, i, block.ids] = column
    bits = 0.0
    for i in range(table.shape[1]):
        delta = np.diff(table[:, i, numbers], axis=0)
        _, counts = np.unique(delta, return_counts=True)
        share = counts / counts.sum()
        bits += float(-(share * np.log2(share)).sum())
    assert 2.0 < bits / 8 < 5.5


def test_thread_delivers_each_minute_when_the_clock_passes_it(archive, evening, tmp_path):
    clock = ManualClock(float(evening))
    delivered = []

    def deliver(batches):
        refused = [] if delivered else [Problem(409, "replayed-batch", "重复批次")]
        delivered.extend(batches)
        return refused

    thread = FeedThread(calm_feed(archive, evening, tmp_path), clock, deliver)
    assert thread.step()
    assert not thread.step()
    assert (thread.refused, thread.delivered) == (1, len(delivered) - 1)
    clock.advance(180)
    assert thread.behind_s == 120
    steps = 0
    while thread.step():
        steps += 1
    assert steps == 3
    assert {b[0].minute for _, _, b in delivered} == {evening + m * MINUTE for m in range(4)}


def test_thread_delivers_the_same_batches_again_after_a_failure(archive, evening, tmp_path):
    clock = ManualClock(float(evening))
    seen = []

    def deliver(batches):
        seen.append(batches)
        if len(seen) == 1:
            raise ConnectionError("the server is restarting")
        return []

    thread = FeedThread(calm_feed(archive, evening, tmp_path), clock, deliver)
    with pytest.raises(ConnectionError):
        thread.step()
    assert thread.step()
    assert seen[0] is seen[1]
    clock.advance(60)
    assert thread.step()
    assert min(sequence for _, sequence, _ in seen[2]) > max(sequence for _, sequence, _ in seen[1])


def test_thread_waits_for_the_clock_and_saves_at_the_end(archive, evening, tmp_path):
    clock = ManualClock(float(evening), speed=60.0)
    waits = []

    def wait(seconds):
        waits.append(seconds)
        clock.advance(30)
        if len(waits) == 4:
            thread._stopping.set()

    thread = FeedThread(calm_feed(archive, evening, tmp_path), clock, lambda _batches: [], wait)
    thread.run()
    assert thread.next_minute == evening + 2 * MINUTE + MINUTE or thread.next_minute == evening + 2 * MINUTE
    assert all(0 < w <= 1.0 for w in waits)
    assert (tmp_path / "simulator" / "state.npz").exists()

"""Does the past hang together: hours of two seasons, minutes of three days, a seam nobody sees?"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, season
from cleanheat.simulator.feed import Feed
from cleanheat.simulator.past import write_past
from tests.simulator.made_archive import made_archive
from tests.simulator.test_feed import rows_of


@dataclass
class Kept:
    """A store that only remembers what it was given."""

    rows: dict[str, list] = field(default_factory=dict)
    hours: dict[str, list] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)

    def append_rows(self, kind, ids, times, columns, verdict_words, token):
        assert verdict_words is None
        assert len({ids.shape, times.shape, *(c.shape for c in columns)}) == 1
        self.rows.setdefault(kind, []).append((ids, times, columns))
        self.tokens.append(token)

    def append_hourly(self, kind, ids, hours, counts, means, lows, highs, lasts, token):
        self.hours.setdefault(kind, []).append((ids, hours, counts, means, lows, highs, lasts))
        self.tokens.append(token)

    def series(self, kind, number, code, where="rows"):
        """(times, scaled values) of one object's signal."""
        column = KINDS[kind].index[code]
        times, values = [], []
        for block in getattr(self, where)[kind]:
            mine = block[0] == number
            chosen = block[2] if where == "rows" else block[6 if KINDS[kind].signals[column].is_counter else 3]
            times.append(block[1][mine].astype(np.int64))
            values.append(chosen[column][mine].astype(np.int64))
        return np.concatenate(times), np.concatenate(values)


@pytest.fixture(scope="module")
def small():
    return made_archive(substations=12, buildings=30, rooms=40, devices=40, stations=2)


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def past(small, told, tmp_path_factory):
    kept, folder = Kept(), tmp_path_factory.mktemp("past")
    until = 1_768_475_400
    report = write_past(small, kept, 7, until, lambda *step: told.append(step), "small", folder)
    return kept, folder, report, until


def test_tokens_name_each_block_once(past):
    kept = past[0]
    assert len(set(kept.tokens)) == len(kept.tokens)


def test_progress_reaches_its_total(past, told):
    assert told[-1][0] == told[-1][1]
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)


def test_hours_cover_both_seasons_without_gap_or_repeat(past, small):
    kept, _, _, until = past
    for kind in ("plant", "branch", "boiler", "unit", "weather"):
        number = int(small[kind].numbers[0])
        code = KINDS[kind].signals[0].code
        hours, _ = kept.series(kind, number, code, "hours")
        assert len(set(hours.tolist())) == hours.shape[0]
        for year in (2024, 2025):
            begin, end = season(year).start, min(season(year).end, until - until % HOUR_S)
            inside = hours[(hours >= begin) & (hours < end)]
            # An hour may be wholly silent when a gateway is lost.
            assert inside.shape[0] >= (end - begin) // HOUR_S - 12, kind


def test_minutes_cover_three_days_and_rooms_one(past, small):
    kept, _, report, until = past
    for kind, hours in (("unit", 72), ("weather", 72), ("room", 24), ("device", 24)):
        times = np.unique(np.concatenate([block[1] for block in kept.rows[kind]]))
        assert times[-1] == until - 60
        assert hours * 60 <= times.shape[0] <= hours * 60 + 60
        assert report.minute_rows[kind] == sum(b[0].shape[0] for b in kept.rows[kind])
    assert set(report.hour_rows) == set(KINDS)


def test_rows_come_in_order_of_object_and_time(past):
    for kind, parts in past[0].rows.items():
        for ids, times, _ in parts:
            key = ids.astype(np.int64) << 32 | times
            assert (np.diff(key) > 0).all(), kind


def test_no_block_crosses_midnight_of_the_city(past):
    for parts in past[0].rows.values():
        for _, times, _ in parts:
            assert len(np.unique((times.astype(np.int64) + 8 * HOUR_S) // DAY_S)) == 1


def test_hours_are_the_means_of_their_minutes(past, small):
    kept = past[0]
    number = int(small["unit"].numbers[1])
    times, values = kept.series("unit", number, "secondary_supply_temp_c")
    hours, means = kept.series("unit", number, "secondary_supply_temp_c", "hours")
    mean_of = dict(zip(hours.tolist(), means.tolist(), strict=True))
    for hour in np.unique(times // HOUR_S * HOUR_S)[5:10].tolist():
        mine = values[(times // HOUR_S * HOUR_S == hour) & (values > -32_768)]
        assert mean_of[hour] == pytest.approx(mine.mean(), abs=1.0)


def test_season_heat_is_that_of_the_city(past, small):
    kept = past[0]
    begin, end = season(2024).start, season(2024).end
    used = area = 0.0
    for number in small["unit"].numbers.tolist():
        hours, total = kept.series("unit", number, "heat_total_gj", "hours")
        inside = total[(hours >= begin) & (hours < end)]
        used += (inside.max() - inside.min()) / 10
        area += small["unit"].values["heated_area_m2"][number]
    assert 0.28 < used / area < 0.48


def test_counters_never_fall_up_to_the_live_feed(past, small):
    kept, folder, _, until = past
    number = int(small["unit"].numbers[0])
    hours, by_hour = kept.series("unit", number, "heat_total_gj", "hours")
    order = np.argsort(hours)
    fallen = np.flatnonzero(np.diff(by_hour[order]) < 0) + 1
    assert (by_hour[order][fallen] < 0.05 * by_hour.max()).all()  # reset, or a dead controller
    assert fallen.shape[0] < 15
    feed = Feed(small, 7, until, folder)
    live = rows_of([feed.minute(until)], "unit", number)
    _, by_minute = kept.series("unit", number, "heat_total_gj")
    known = by_minute[by_minute > 0]
    assert 0 <= live[until][KINDS["unit"].index["heat_total_gj"]] - known[-1] <= 2


@pytest.mark.parametrize(("kind", "code", "step"), [
    ("unit", "secondary_supply_temp_c", 6), ("boiler", "supply_temp_c", 6), ("plant", "supply_temp_c", 6),
    ("room", "room_temp_c", 4), ("weather", "outdoor_temp_c", 6),
])  # fmt: skip
def test_past_and_feed_join_without_a_jump(past, small, tmp_path, kind, code, step):
    kept, _, _, until = past
    feed = Feed(small, 7, until, tmp_path)
    arriving = [feed.minute(until), feed.minute(until + 60)]
    column, compared = KINDS[kind].index[code], 0
    for number in small[kind].numbers.tolist():
        live = [r[column] for r in rows_of(arriving, kind, number).values() if r[column] and r[column] > -300]
        times, values = kept.series(kind, number, code)
        last = values[(times >= until - 180) & (values > -32_768)]
        if live and last.shape[0]:
            compared += 1
            assert abs(live[0] - last[-1]) <= step, number
    assert compared >= 1


def test_labels_of_the_past_are_kept_apart(past):
    folder = past[1]
    assert (folder / "simulator" / "labels" / "past.parquet").exists()

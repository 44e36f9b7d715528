"""Service measured day by day, summed to every level, each company its own, silence said as silence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from cleanheat.diagnosis import teaching
from cleanheat.diagnosis.service import days, jobs, quality
from cleanheat.infra.scope import EVERYTHING, Scope
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import DAY_S
from tests.conftest import EVENING


@pytest.fixture
def measured(heated):
    def progress(_done: int, _total: int, _note: str = "") -> None:
        """Nobody watches."""

    assert jobs.measure_service({"days": 3}, progress) == {"days": 4}
    return heated


def span() -> tuple[int, int]:
    return int(EVENING) - 7 * DAY_S, int(EVENING)


@pytest.mark.feature("A9-10", "C4-4")
def test_every_level_says_rate_interval_score_and_coverage(measured, subtests):
    for level in ("building", "community", "substation", "company", "district", "city", "branch"):
        with subtests.test(level=level):
            look(quality.quality(level, *span(), EVERYTHING))


def look(rows):
    assert rows
    assert sum(r.rooms for r in rows) == 2
    for row in rows:
        assert row.low <= row.qualified <= row.high
        assert 0 <= row.score <= 100
        assert row.coverage == pytest.approx(row.rooms / row.households, abs=1e-4)
        assert row.name
        assert row.few
    if len(rows) == 2:
        warm, cold = rows
        assert warm.qualified == 1
        assert cold.qualified == 0
        assert warm.score > cold.score + 50
        assert warm.parts["continuity"] == 1
        assert warm.parts["handling"] is None  # nobody called: nothing to judge
        assert warm.weighed < 1


@pytest.mark.feature("A9-10")
def test_a_company_sees_its_own_alone(measured):
    own = Scope(key="10", organisation_id=10, company_ids=frozenset({10}))
    assert [r.number for r in quality.quality("company", *span(), own)] == [10]
    assert [r.number for r in quality.quality("building", *span(), own)] == [1]
    city = quality.quality("city", *span(), own)[0]
    assert city.rooms == 1
    assert city.qualified == 1
    with pytest.raises(Problem):
        quality.trend("company", 20, *span(), "day", own)


@pytest.mark.feature("C4-7", "C4-4")
def test_quality_is_tracked_step_by_step(measured, subtests):
    for step in ("day", "week", "month"):
        with subtests.test(step=step):
            found = quality.trend("community", 2, *span(), step, EVERYTHING)
            known = [q for q in found.qualified if q is not None]
            assert known
            assert set(known) == {0.0}
            assert len(found.times) == len(found.qualified) == len(found.outdoor_c)
            assert next(c for c in found.outdoor_c if c is not None) == pytest.approx(-12, abs=0.3)


def test_days_nobody_measured_say_nothing(measured):
    assert quality.quality("company", 0, 30 * DAY_S, EVERYTHING) == []
    with pytest.raises(Problem):
        quality.quality("street", *span(), EVERYTHING)


def test_a_day_is_kept_as_it_was_and_a_broken_file_is_measured_again(measured):
    start = days.day_start(EVENING) - DAY_S
    folder = Path(settings.DATA_DIR)
    (day,) = days.kept(folder, start, start + DAY_S)
    assert day.hours.tolist() == [24, 24]
    assert day.good_hours.tolist() == [24, 0]
    assert day.short_kh[1] == pytest.approx(36, abs=2)
    assert day.fed_hours.tolist() == day.watched_hours.tolist()
    days.path_of(folder, start).write_bytes(b"no file")
    assert not list(days.kept(folder, start, start + DAY_S))


def test_a_sensor_that_stands_still_is_not_a_warm_home(heated, store, monkeypatch):
    monkeypatch.setattr(days, "room_grid", lambda *_: np.stack([np.full(24, 23.0), 20 + np.sin(np.arange(24))]))
    day = days.measure(store, heated, days.day_start(EVENING) - DAY_S)
    assert day.sensors.tolist() == [1, 1]
    assert day.rooms.tolist() == [0, 1]
    assert day.hours.tolist() == [0, 24]


@pytest.mark.feature("C4-4")
def test_a_new_city_has_its_last_days_measured_before_it_opens(heated, store, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    told = []
    assert teaching.measure_first(store, int(EVENING), lambda *step: told.append(step)) == 3
    assert [step[0] for step in told] == [0, 1, 2]
    assert len(list(days.kept(tmp_path, int(EVENING) - 3 * DAY_S, int(EVENING)))) == 3

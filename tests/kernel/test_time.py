from datetime import UTC, datetime

import pytest

from cleanheat.kernel.time import (
    DAY_S,
    SHANGHAI,
    ManualClock,
    RunningClock,
    epoch,
    floor_minute,
    local,
    season,
    season_of,
)


def test_season_is_169_days_from_20_october_to_6_april():
    winter = season(2025)
    assert (winter.end - winter.start) / DAY_S == 169
    assert local(winter.start) == datetime(2025, 10, 20, tzinfo=SHANGHAI)
    assert local(winter.end - 1).date().isoformat() == "2026-04-06"


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (datetime(2025, 10, 19, 23, 59, tzinfo=SHANGHAI), 2024),
        (datetime(2025, 10, 20, tzinfo=SHANGHAI), 2025),
        (datetime(2026, 1, 15, tzinfo=SHANGHAI), 2025),
        (datetime(2026, 7, 1, tzinfo=SHANGHAI), 2025),
    ],
)
def test_season_of_is_the_one_running_or_last_begun(moment, year):
    assert season_of(epoch(moment)).year == year


def test_naive_time_is_refused():
    with pytest.raises(ValueError, match="naive"):
        epoch(datetime(2026, 1, 1))  # noqa: DTZ001 - the refusal is what is tested


def test_clocks():
    clock = ManualClock(epoch(datetime(2026, 1, 15, 11, 0, 30, tzinfo=UTC)))
    clock.advance(45)
    assert floor_minute(clock.now()) == epoch(datetime(2026, 1, 15, 11, 1, tzinfo=UTC))
    fast = RunningClock(1000.0, speed=1e6)
    assert fast.now() > 1000.0

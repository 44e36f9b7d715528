"""The city's growth out of its archive, comparisons of spans out of records and readings."""

import numpy as np
import pytest

from cleanheat.infra.panels import PANELS, PanelQuery
from cleanheat.infra.panels.serve import result
from cleanheat.infra.scope import EVERYTHING, NOBODY, Scope
from cleanheat.kernel.time import DAY_S, local
from cleanheat.overview.development import compared, development
from cleanheat.overview.heat import heat_days
from cleanheat.overview.panels import spans_of
from cleanheat.telemetry.public import HourlyMeans
from tests.screens.conftest import MINUTE

COMPANY = Scope("company:10", 10, company_ids=frozenset({10}))
MIDNIGHT = 1_768_406_400
"""2026-01-15 00:00 in Shanghai."""


def _query(key, days=7, scope=EVERYTHING):
    return PanelQuery(scope, MINUTE - days * DAY_S, MINUTE, "day", PANELS[key].params())


@pytest.mark.feature("C5-3")
def test_things_stand_as_they_were_built(readings):
    found = development(EVERYTHING)
    things = {t.key: t for t in found.things}
    assert (found.years[0], found.years[-1]) == (2007, 2026)
    assert things["area"].now == 0.8  # two buildings of 4,000 m²
    assert things["households"].now == 96
    assert (things["substation"].now, things["boiler"].now, things["pipe"].now) == (4, 2, 0.2)
    assert things["area"].change == 0  # nothing new this year
    assert sum(things["pipe"].added) == 0  # laid in 2001 and 2002: there before


def test_age_and_energy_standard(readings):
    found = development(EVERYTHING)
    assert {a.zh: a.pipe_km for a in found.ages if a.pipe_km} == {"20–30 年": 0.2}
    assert found.old_pipe_share == 1
    assert found.unsaving_share == 0
    assert {c.zh: sum(c.areas) for c in found.classes if sum(c.areas)} == {"节能50%": 0.8}
    assert found.decades[0] == "2000年代"


def test_everybody_sees_his_own_part(readings):
    assert [t.now for t in development(COMPANY).things] == [0.4, 48, 1, 2, 1, 0.1]
    nothing = development(NOBODY)
    assert {t.now for t in nothing.things} == {0}
    assert nothing.old_pipe_share is None


@pytest.mark.feature("C5-3")
def test_spans_are_whole_days_of_equal_length():
    (start, end), (before, until), (last_year, last_end) = spans_of(_query("overview.compared"))
    assert (local(end).hour, local(start).hour, end) == (0, 0, MIDNIGHT)
    assert end - start == until - before == last_end - last_year == 7 * DAY_S
    assert until == start
    assert local(last_end).strftime("%m-%d") == local(end).strftime("%m-%d")


def test_comparison_says_nothing_without_a_before():
    row = compared("x", "x", "", (110.0, 100.0, None))
    assert (row.period_change, row.year_change) == (0.1, None)


@pytest.mark.feature("C5-3")
def test_happenings_are_counted_in_their_span(troubles):
    from cleanheat.alerts.models import Alert
    from cleanheat.kernel.time import utc

    Alert.objects.update(first_at=utc(MIDNIGHT - 2 * DAY_S))
    Alert.objects.filter(object_number=2).update(first_at=utc(MIDNIGHT - 9 * DAY_S))
    rows = {row[0]: row[2:] for row in result(PANELS["overview.compared"], _query("overview.compared")).rows}
    assert rows["新增预警"] == [1.0, 1.0, 0.0, 0.0, None]
    own = result(PANELS["overview.compared"], _query("overview.compared", scope=Scope("o", 11, office_ids={11})))
    assert "投诉" not in {row[0] for row in own.rows}


class _Hours:
    """Every unit 2 GJ/h, −2 ℃ outside; the second day has only six hours of heat."""

    def hourly_means(self, kind, signals, start, end, ids=None, source=None):
        hours = np.arange(start, end, 3_600)
        if kind == "unit":
            hours = hours[(hours < start + DAY_S) | (hours >= start + DAY_S + 18 * 3_600)]
        value = 2.0 if kind == "unit" else -2.0
        return HourlyMeans(hours, np.full((1, hours.size), value), np.ones((1, hours.size), np.int64))


def test_heat_per_degree_day(readings, monkeypatch):
    from cleanheat.overview import heat

    monkeypatch.setattr(heat.telemetry, "store", _Hours)
    found = heat_days(EVERYTHING, MIDNIGHT, MIDNIGHT + 2 * DAY_S)
    assert found.heat_gj[0] == 4 * 24 * 2
    assert np.isnan(found.heat_gj[1])
    # 192 GJ over 20 ℃·d and 20 × 10,000 m²
    assert found.specific[0] == pytest.approx(192 / 20 / 20)
    (heat_row, days, specific) = heat.heat_compared(EVERYTHING, ((MIDNIGHT, MIDNIGHT + DAY_S),) * 3)
    assert (heat_row.now, days.now, specific.period_change) == (192, 20, 0)

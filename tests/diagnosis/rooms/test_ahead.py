"""Rooms ahead reckon with the weather that guidance reckons with."""

import numpy as np
import pytest

from cleanheat.calc.rooms.horizons import HORIZONS_H
from cleanheat.diagnosis.forecast.actions import keep
from cleanheat.diagnosis.forecast.reading import Issue
from cleanheat.diagnosis.rooms import kept, queries
from cleanheat.kernel.time import HOUR_S
from tests.conftest import EVENING
from tests.diagnosis.service.conftest import heated  # noqa: F401 - a fixture

END = int(EVENING) // HOUR_S * HOUR_S


@pytest.fixture
def asked(heated, monkeypatch):  # noqa: F811
    """The outdoor temperatures that the models of the hours ahead are given."""
    seen = []

    def forecast(_own, inputs):
        seen.append(inputs.outdoor_c)
        return np.full((1, len(HORIZONS_H), inputs.room_c.shape[1]), 20.0)

    monkeypatch.setattr(queries.horizons, "forecast", forecast)
    trusted = type("Own", (), {"trust": np.ones((1, len(HORIZONS_H)))})()
    monkeypatch.setattr(kept.RoomModels, "horizons", lambda _self, _number: trusted)
    return seen


@pytest.mark.feature("A9-9")
def test_a_forecast_of_a_cold_snap_is_what_rooms_are_asked_for(asked):
    hours = tuple(-12.0 - min(h, 48) * 0.25 for h in range(72))
    keep(Issue("市气象台", END - HOUR_S, END, hours, ()))
    found = queries.ahead(1)
    assert {a.weather for a in found} == {"forecast"}
    ahead = asked[0][-max(HORIZONS_H) :]
    assert ahead[0] == pytest.approx(-12, abs=1)
    assert ahead[-1] == pytest.approx(-24, abs=1)


@pytest.mark.feature("A9-9")
def test_without_a_forecast_the_days_before_go_on_and_it_is_said(asked):
    found = queries.ahead(1)
    assert {a.weather for a in found} == {"persistence"}
    assert asked[0][-max(HORIZONS_H) :] == pytest.approx(-12, abs=0.5)

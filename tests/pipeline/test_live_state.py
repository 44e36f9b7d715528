"""What colour an object gets: truth table of reporting, alerts and season."""

import numpy as np
import pytest

from bench.arrays import City, tiny
from cleanheat.pipeline.live_state import LiveMap
from cleanheat.telemetry.frames import assemble
from cleanheat.telemetry.public import Latest

NOW = 1_768_478_400
STOP, LOST = "diagnosis.supply_stopped", "quality.gateway_lost"


@pytest.fixture
def city():
    return City(tiny())


@pytest.fixture
def latest(city):
    made = Latest(city.archive)
    for kind in made:
        made.update(assemble([b for b in city.minute(NOW) if b.kind == kind]))
        made[kind].heard[city.archive[kind].numbers] = NOW
    return made


def operation(city, latest, standing=None, minute=NOW):
    return {
        layer: s
        for (theme, layer), s in LiveMap(city.archive).states(latest, standing or {}, minute).items()
        if theme == "operation"
    }


def test_every_layer_has_a_state_for_every_slot(city, latest):
    states = LiveMap(city.archive).states(latest, {}, NOW)
    sizes = {
        "buildings": "building",
        "pipes": "pipe",
        "substations": "substation",
        "boilers": "boiler",
        "plants": "plant",
    }
    for (_, layer), bytes_ in states.items():
        assert bytes_.dtype == np.uint8
        if layer in sizes:
            assert bytes_.size == city.archive[sizes[layer]].size


@pytest.mark.parametrize(("silent_min", "state"), [(0, 1), (2, 1), (3, 6), (600, 6)])
def test_reporting(city, latest, silent_min, state):
    latest["unit"].heard[4 * 3 + 1] = NOW - 60 * silent_min
    assert operation(city, latest)["substations"][3] == state


def test_never_heard_is_no_data(city):
    assert not any(s.any() for s in operation(city, Latest(city.archive)).values())


@pytest.mark.parametrize(("level", "state"), [(1, 5), (2, 4), (3, 3), (4, 2)])
def test_an_alert_of_a_substation_colours_what_it_heats(city, latest, level, state):
    shown = operation(city, latest, {(STOP, "substation", 4): level})
    units = city.archive["building"].links["substation"] == 4
    assert shown["substations"][4] == state
    assert (shown["buildings"][units] == state).all()


def test_one_units_alert_shows_at_its_substation_and_on_its_own_pipes(city, latest):
    shown = operation(city, latest, {(STOP, "unit", 4 * 4 + 2): 3})
    pipes = city.archive["pipe"].links["unit"] == 4 * 4 + 2
    assert shown["substations"][4] == 3
    assert (shown["pipes"][pipes] == 3).all()
    assert (shown["buildings"][city.archive["building"].links["unit"] == 4 * 4 + 1] == 1).all()


def test_a_lost_gateway_is_grey_not_blue(city, latest):
    latest["unit"].heard[4 * 3 + 1] = NOW - 600
    assert operation(city, latest, {(LOST, "substation", 3): 4})["substations"][3] == 6


def test_outside_the_season_things_rest(city, latest):
    july = NOW + 180 * 86_400
    for kind in latest:
        latest[kind].heard[city.archive[kind].numbers] = july
    shown = operation(city, latest, minute=july)
    assert (shown["substations"][1:] == 7).all()
    assert (shown["weather"][1:] == 1).all()


def test_a_resting_peak_boiler_room_is_out_of_service(city, latest):
    state = latest["boiler"]
    state.values[state.spec.index["running_boilers"]][:] = 0
    state.verdicts[state.spec.index["running_boilers"]][:] = 0
    peak = city.archive["boiler"].values["is_peak"] > 0
    shown = operation(city, latest)["boilers"]
    assert (shown[peak] == 7).all()
    assert (shown[1:][~peak[1:]] == 1).all()


def test_temperatures_follow_their_legend(city, latest):
    states = LiveMap(city.archive).states(latest, {}, NOW)
    rooms = states["room_temp", "buildings"]
    assert 0 < np.median(rooms[rooms > 0]) <= 250
    secondary = city.archive["pipe"].values["medium"] == 2
    units = city.archive["pipe"].links["unit"]
    shown = states["supply_temp", "pipes"]
    picture = LiveMap(city.archive)
    picture.states(latest, {}, NOW)
    known = ~np.isnan(picture.picture.supply_temp_c["unit"][units]) & secondary
    assert (shown[known] > 0).all()

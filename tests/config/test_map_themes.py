"""What every theme of the map tells of the small city, and that a company's frames hold its own objects alone."""

import numpy as np
import pytest

from cleanheat.accounts.models import User
from cleanheat.assets import public as assets
from cleanheat.complaints.models import Ticket
from cleanheat.evaluation.models import Score
from cleanheat.infra import map_sources, maplayers
from cleanheat.infra.maplayers import layers, themes
from cleanheat.infra.scope import EVERYTHING, scope_of
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import utc
from cleanheat.pipeline.themes import Themes
from cleanheat.twin import live_frames
from cleanheat.twin import themes as asked
from cleanheat.twin.live_state import LiveState
from cleanheat.twin.public import _visible
from tests.config.two_companies import OURS, THEIRS, things_of
from tests.screens.conftest import MINUTE, readings  # noqa: F401 - fixture

BY_PIPELINE = {"operation", "supply_temp", "room_temp", "diagnosis"}
"""Themes that the minute computes itself; all others have a declared source."""


@pytest.fixture
def live(readings, cast):  # noqa: F811
    """A city in which each company has an alert, an order, a score and a complaint at its first building."""
    for owner in (OURS, THEIRS):
        things_of(owner)
        building = int(np.flatnonzero(assets.archive()["building"].links["company"] == owner.company)[0])
        Ticket.objects.create(
            channel="12345", number=f"T{owner.company}", received_at=utc(MINUTE), category="cold_room",
            building_id=building, company_id=owner.company,
        )  # fmt: skip
    Score.objects.filter(subject_kind="company").update(total=91.0)
    state = LiveState(_visible)
    archive = assets.archive()
    for theme in themes:
        for layer in theme.layers:  # as if everything were known: what must not be seen is there to be seen
            if theme.key in BY_PIPELINE:
                state.set_states(theme.key, layer, archive[layers[layer].kind].exists().astype(np.uint8))
    for (theme, layer), states in Themes().due(MINUTE, archive.version).items():
        state.set_states(theme, layer, states)
    state.publish(MINUTE)
    return state


def _scope(login):
    return scope_of(User.objects.get(username=login))


def _own(kind, company):
    table = assets.archive()[kind]
    owner = table.links.get("company", table.links.get("sender"))
    return np.flatnonzero(owner == company)


@pytest.mark.feature("A2-9")
def test_there_are_ten_themes_and_more_and_their_declarations_fit_together():
    assert len(themes) >= 10
    assert maplayers.check() == []
    assert {source.key for source in map_sources.sources} == {theme.key for theme in themes} - BY_PIPELINE


@pytest.mark.feature("A2-7")
@pytest.mark.parametrize("theme", [theme.key for theme in themes])
def test_a_companys_frames_hold_its_own_objects_alone(live, theme):
    scope = _scope("company.reader")
    seen = 0
    for message in map(live_frames.decode, live.fulls(theme, scope)):
        layer = next(layer for layer in layers if layer.code == message.layer)
        allowed = np.asarray(assets.visible(layer.kind, scope))
        assert not message.states[~allowed[: len(message.states)]].any(), layer.key
        seen += int((message.states > 0).sum())
        if "company" in assets.archive()[layer.kind].links:
            assert not message.states[_own(layer.kind, THEIRS.company)].any(), layer.key
    assert seen > 0 or theme == "rural", "a company sees something under every theme but that of rural devices"


@pytest.mark.feature("A1-7")
def test_alerts_orders_complaints_and_points_show_at_the_object_they_are_about(live):
    stations = {key: live.states(key, "substations", EVERYTHING) for key in ("alerts", "orders", "complaints")}
    assert stations["alerts"][[1, 2]].tolist() == [5, 5]
    assert stations["orders"][[1, 2]].min() > 1
    buildings = live.states("complaints", "buildings", EVERYTHING)
    assert buildings[_own("building", OURS.company)[0]] == 2
    rated = live.states("evaluation", "substations", EVERYTHING)
    assert themes["evaluation"].ramp.decode(rated)[1] == pytest.approx(91.0, abs=0.1)
    years = themes["built_year"].ramp.decode(live.states("built_year", "buildings", EVERYTHING))
    built = assets.archive()["building"].values["built_year"]
    numbers = assets.archive()["building"].numbers
    assert np.abs(years - np.clip(built, 1980, 2030))[numbers].max() < 0.2


def test_data_quality_counts_what_a_minute_brought(live):
    shown = live.states("quality", "substations", EVERYTHING)
    percent = themes["quality"].ramp.decode(shown)
    assert 0 < percent[1] < 100, "two of a unit's signals came, the others are missing"
    rooms = themes["quality"].ramp.decode(live.states("quality", "buildings", EVERYTHING))
    assert np.nanmax(rooms) == pytest.approx(50, abs=0.3), "the temperature came, the humidity did not"


@pytest.mark.parametrize("theme", [theme.key for theme in themes])
def test_an_object_has_its_value_under_every_theme_that_shows_it(live, theme):
    layer = layers[themes[theme].layers[0]]
    number = int(assets.archive()[layer.kind].numbers[0])
    value = asked.value_of(theme, layer.kind, number, live, EVERYTHING)
    assert value.minute == MINUTE
    assert value.state == int(live.states(theme, layer.key, EVERYTHING)[number])
    assert value.state_zh or value.headline


@pytest.mark.parametrize(
    ("theme", "kind", "number"), [("nothing", "building", 1), ("rural", "pipe", 1), ("alerts", "substation", 2)]
)
def test_what_a_theme_does_not_show_and_whom_it_does_not_concern_is_not_found(live, theme, kind, number):
    with pytest.raises(Problem) as refused:
        asked.value_of(theme, kind, number, live, _scope("company.reader"))
    assert refused.value.status == 404


@pytest.mark.feature("C13-1", "C13-2")
def test_marks_tell_object_problem_model_level_and_page_of_ones_own_matters(live):
    user = User.objects.get(username="company.reader")
    found = asked.open_marks(user, scope_of(user), MINUTE)
    assert {(p.mark.sort, p.layer, p.number) for p in found.marks} == {
        ("alert", "substations", 1), ("order", "substations", 1),
    }  # fmt: skip
    (alert,) = (p.mark for p in found.marks if p.mark.sort == "alert")
    assert (alert.level, alert.problem_zh, alert.model_zh) == (1, "停供", "换热站异常模型")
    assert alert.path == f"/alerts/{alert.id}"
    everything = asked.open_marks(User.objects.get(username="city.reader"), EVERYTHING, MINUTE)
    assert len(everything.marks) == 4


def test_a_source_is_asked_when_its_time_has_come_and_after_the_archive_changed(monkeypatch):
    times = []
    registry = type(map_sources.sources)("theme source")
    registry.add(map_sources.ThemeSource("x", 300, lambda minute: times.append(minute) or {}))
    monkeypatch.setattr("cleanheat.pipeline.themes.sources", registry)
    due = Themes()
    for minute in range(0, 660, 60):
        due.due(minute, "a")
    assert times == [0, 300, 600]
    due.due(660, "b")
    due.due(60, "b")
    assert times[3:] == [660, 60], "another archive, and a clock set back"


def test_a_source_that_fails_costs_its_theme_alone(monkeypatch):
    registry = type(map_sources.sources)("theme source")
    registry.add(map_sources.ThemeSource("bad", 60, lambda _: 1 / 0))
    registry.add(map_sources.ThemeSource("good", 60, lambda _: {"pipes": np.ones(2, np.uint8)}))
    monkeypatch.setattr("cleanheat.pipeline.themes.sources", registry)
    assert list(Themes().due(0, "a")) == [("good", "pipes")]

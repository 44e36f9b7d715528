"""Every declared panel keeps the engine's promises on the small city."""

import time

import pytest

from cleanheat.accounts.rules import PERMISSIONS
from cleanheat.diagnosis.public import SUPPLY_STOPPED as STOP
from cleanheat.infra import clock
from cleanheat.infra.panels import PANELS, PanelQuery
from cleanheat.infra.panels.export import sheet_of
from cleanheat.infra.panels.serve import result
from cleanheat.infra.scope import EVERYTHING, NOBODY, Scope
from cleanheat.pipeline.minute import MinutePipeline
from cleanheat.pipeline.public import ROOM_LIMIT_C, Line, Status, install_line
from cleanheat.screens.layouts import Screen, screens
from cleanheat.screens.panels import ROOM_BANDS
from cleanheat.telemetry.latest import latest
from tests.pipeline.memory_store import MemoryStore
from tests.pipeline.test_minute import Shown
from tests.screens.conftest import MINUTE

every_panel = pytest.mark.parametrize("panel", list(PANELS), ids=lambda p: p.key)
PLACED = {cell.panel for screen in screens().values() for cell in screen.cells}


def _query(panel, scope):
    return PanelQuery(scope, MINUTE + 60 - 7_200, MINUTE + 60, "minute", panel.params())


@every_panel
def test_words_are_whole_and_it_is_placed(panel):
    assert panel.zh
    assert panel.formula
    assert panel.source
    assert panel.permission in PERMISSIONS
    assert not panel.drill or panel.drill in PANELS
    assert panel.key in PLACED, "place it on a screen in screens/layouts/"


@pytest.mark.feature("C5-1")
@every_panel
def test_answers_on_the_small_city_within_its_budget(panel, line, readings, stored):
    answer = result(panel, _query(panel, EVERYTHING))
    assert any(_cost_ms(panel) <= panel.cost.value for _ in range(3))  # the collector may run in between
    panel.shows.model_validate_json(answer.model_dump_json())
    header, rows = sheet_of(answer)
    assert all(len(list(row)) == len(header) for row in rows)


def _cost_ms(panel):
    began = time.thread_time()
    result(panel, _query(panel, EVERYTHING))
    return (time.thread_time() - began) * 1_000


@every_panel
def test_answers_someone_who_sees_nothing(panel, line, readings, stored):
    result(panel, _query(panel, NOBODY))


@every_panel
def test_two_companies_never_share_a_named_object(panel, line, readings, stored):
    """What names an object of company 10 must not appear for company 20."""
    ours, theirs = (
        result(panel, _query(panel, Scope(f"company:{c}", c, company_ids=frozenset({c})))).model_dump()
        for c in (10, 20)
    )
    assert _objects(ours).isdisjoint(_objects(theirs))


def _objects(answer):
    """Every (kind, number) an answer refers to."""
    if isinstance(answer, dict):
        own = {(answer["object_kind"], answer["number"])} if answer.get("object_kind") and "number" in answer else set()
        return own.union(*(_objects(v) for v in answer.values()))
    return set().union(*(_objects(v) for v in answer)) if isinstance(answer, list) else set()


@pytest.fixture
def judged(readings):
    """A line that has judged the minute of ``readings``."""
    pipeline = MinutePipeline(readings, MemoryStore(), latest(), clock.now(), Shown())
    pipeline.run([], clock.now(), "none")
    install_line(Line(pipeline, runner=None, status=Status()))
    yield pipeline
    install_line(None)


def test_totals_are_the_viewers_own(judged, stored):
    panel = PANELS["screens.live_totals"]
    city = {m.label: m.value for m in result(panel, _query(panel, EVERYTHING)).measures}
    own = {m.label: m.value for m in result(panel, _query(panel, Scope("company:10", 10, company_ids={10}))).measures}
    assert (city["换热站"], city["供热面积"], city["室温合格率"]) == (4, 20, 50)
    assert (own["换热站"], own["供热面积"], own["室温合格率"]) == (2, 10, 100)
    assert own["二次供温均值"] == pytest.approx(46)


def test_totals_on_the_screen_are_those_above_the_map(judged, stored):
    """One substation with an alert of level Ⅱ stands still, one of level Ⅲ runs: here as there."""
    judged._standing = {(STOP, "substation", 1): 2, (STOP, "substation", 2): 3}
    judged._show(MINUTE)
    panel = PANELS["screens.live_totals"]
    shown = {m.label: m.value for m in result(panel, _query(panel, EVERYTHING)).measures}
    totals = judged.totals.of(EVERYTHING)
    assert (shown["停运"], shown["运行"]) == (totals["stopped"], totals["running"]) == (1, 3)


@pytest.mark.parametrize(
    "cell",
    [
        {"panel": "no.such", "x": 0, "y": 0, "w": 1, "h": 1},
        {"panel": "screens.live_totals", "x": 9, "y": 0, "w": 4, "h": 1},
    ],
    ids=["unknown panel", "beyond the edge"],
)
def test_bad_layout_is_refused(cell):
    with pytest.raises(ValueError, match=r"no panel|beyond"):
        Screen(key="x", zh="x", permission="screens.view", columns=12, cells=(cell,))


def test_room_classes_leave_no_gap_and_part_at_the_limit():
    lows, highs, names = zip(*ROOM_BANDS, strict=True)
    assert lows[1:] == highs[:-1]
    assert ROOM_LIMIT_C in lows
    assert len(set(names)) == len(names)

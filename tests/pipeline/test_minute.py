"""The line over a tiny city: stored once, judged, diagnosed, visible, whatever the order of arrival."""

import numpy as np
import pytest

from bench.arrays import COMPANY, City, tiny
from cleanheat.alerts import sources
from cleanheat.alerts.models import Alert
from cleanheat.alerts.public import reconcile
from cleanheat.assets import public as assets
from cleanheat.infra.scope import EVERYTHING, Scope
from cleanheat.kernel.findings import Finding, Level
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict, unpack
from cleanheat.pipeline.minute import MinutePipeline
from cleanheat.quality import queries
from cleanheat.quality.specs import Alarm
from cleanheat.quality.vocabulary import Action, AlarmAt, Family, Fill
from cleanheat.telemetry.frames import Block
from cleanheat.telemetry.public import Latest
from tests.pipeline.memory_store import MemoryStore
from tests.quality.specs import Fixed, spec

START = 1_768_478_400
pytestmark = pytest.mark.django_db


class Shown:
    """A map that remembers what it was shown."""

    def __init__(self):
        self.states, self.totals, self.minute = {}, {}, 0

    def set_states(self, theme, layer, states):
        self.states[theme, layer] = states.copy()

    def publish(self, minute, totals):
        self.minute, self.totals = minute, totals(EVERYTHING)


@pytest.fixture
def city(monkeypatch):
    made = City(tiny())
    monkeypatch.setattr(assets, "archive", lambda: made.archive)
    monkeypatch.setattr(assets, "names", lambda kind, numbers: [f"{kind}{n}" for n in numbers], raising=False)
    return made


@pytest.fixture
def shown():
    return Shown()


@pytest.fixture
def line(city, store, shown):
    return MinutePipeline(city.archive, store, Latest(city.archive), START, shown, Fixed())


@pytest.fixture
def long_line(city, shown):
    """For tests of many minutes: the store is a list."""
    return MinutePipeline(city.archive, MemoryStore(), Latest(city.archive), START, shown, Fixed())


def run(line, blocks, minute, token="a", **more):
    return line.run(blocks, minute + 65, f"{token}{minute}", **more)


def rows_of(store, kind, start=START, end=START + 86_400):
    return store.rows(kind, start, end, 0, 2**31)


@pytest.mark.feature("A5-3")
@pytest.mark.feature("H1-1")
def test_a_minute_is_stored_judged_and_shown(line, city, store, shown):
    blocks = city.minute(START)
    report = run(line, blocks, START)
    assert report.total_rows == sum(b.ids.size for b in blocks)
    assert (report.blocks, report.senders) == (len(blocks), len({b.sender for b in blocks}))
    for kind in KINDS:
        kept = rows_of(store, kind)
        sent = np.sort(np.concatenate([b.ids for b in blocks if b.kind == kind]))
        assert (kept.ids == sent).all()
        verdicts = unpack(kept.words, len(KINDS[kind].signals))
        missing = [c == s.missing for c, s in zip(kept.columns, KINDS[kind].signals, strict=True)]
        assert ((verdicts == Verdict.MISSING) == np.array(missing)).all()
        assert (line.latest[kind].minute[sent] == START).all()
    assert shown.minute == START
    assert shown.totals["substations"] == shown.totals["running"] == 12
    assert all(report.costs[s].wall_s > 0 for s in ("assemble", "judge", "store", "diagnose", "alerts", "live"))


def test_the_same_segment_again_changes_nothing(line, city, store):
    blocks = city.minute(START)
    run(line, blocks, START)
    again = run(line, blocks, START)
    assert again.total_rows == 0
    assert again.repeated_rows == sum(b.ids.size for b in blocks)
    assert rows_of(store, "room").ids.size == np.unique(rows_of(store, "room").ids).size


def test_a_restart_replays_without_doubling(line, city, store, shown):
    blocks = city.minute(START)
    run(line, blocks, START)
    before = rows_of(store, "unit")
    latest = Latest(city.archive)
    latest.rebuild(store, START + 70)
    reborn = MinutePipeline(city.archive, store, latest, START + 70, shown, Fixed())
    run(reborn, blocks, START)
    run(reborn, city.minute(START + 60), START + 60)
    assert (rows_of(store, "unit", START, START + 60).ids == before.ids).all()
    assert rows_of(store, "unit", START + 60, START + 120).ids.size > 0


def test_of_a_repeated_object_the_first_report_stays(line, city, store):
    blocks = [b for b in city.minute(START) if b.kind == "room"]
    half = [Block(b.sender, 1, b.kind, START, b.ids[::2], [c[::2] for c in b.columns]) for b in blocks]
    changed = [Block(b.sender, 2, b.kind, START, b.ids, [c + 1 for c in b.columns]) for b in blocks]
    run(line, half, START)
    report = run(line, changed, START, token="b")
    kept = rows_of(store, "room")
    assert report.repeated_rows == sum(b.ids.size for b in half)
    for b, h in zip(blocks, half, strict=True):
        mine = np.isin(kept.ids, b.ids)
        first = np.isin(kept.ids[mine], h.ids)
        assert (kept.columns[0][mine][first] == h.columns[0]).all()
        assert mine.sum() == b.ids.size


def test_late_minutes_are_stored_but_do_not_turn_back_the_present(line, city, store):
    late, now = city.minute(START), city.minute(START + 60)
    run(line, now, START + 60)
    report = run(line, late, START + 60, token="late")
    assert report.late_rows == report.total_rows > 0
    ids = np.concatenate([b.ids for b in now if b.kind == "unit"])
    assert (line.latest["unit"].minute[ids] == START + 60).all()
    assert rows_of(store, "unit", START, START + 60).ids.size == sum(b.ids.size for b in late if b.kind == "unit")


def test_one_malformed_block_costs_itself(line, city):
    blocks = city.minute(START)
    i, unit = next((i, b) for i, b in enumerate(blocks) if b.kind == "unit")
    blocks[i] = Block(unit.sender, 1, "unit", START, unit.ids, [unit.columns[0]])
    report = run(line, blocks, START)
    assert report.dropped_blocks == 1
    assert report.rows["unit"] == sum(b.ids.size for b in blocks if b.kind == "unit") - unit.ids.size


def _stop(blocks, units):
    """The same blocks with some units' circuit standing still."""
    spec = KINDS["unit"]
    for b in blocks:
        if b.kind == "unit":
            hit = np.isin(b.ids, units)
            for signal in ("secondary_flow_t_h", "heat_power_gj_h"):
                b.columns[spec.index[signal]][hit] = 0
    return blocks


@pytest.mark.feature("A6-1")
def test_a_stop_becomes_an_alert_on_the_map_and_ends_by_itself(long_line, city, shown):
    minutes = iter(range(START, START + 86_400, 60))
    for minute in (next(minutes) for _ in range(18)):
        run(long_line, _stop(city.minute(minute), [4 * 4 + 1, 4 * 4 + 2]), minute)
    alert = Alert.objects.get(source="diagnosis.supply_stopped")
    assert (alert.object_kind, alert.object_number, alert.level) == ("substation", 4, 2)
    assert shown.states["operation", "substations"][4] == 4
    assert (shown.states["operation", "buildings"] == 4).any()
    assert shown.totals["stopped"] == 1
    for minute in (next(minutes) for _ in range(12)):
        run(long_line, city.minute(minute), minute)
    alert.refresh_from_db()
    assert (alert.state, alert.is_live) == ("closed", False)
    assert shown.states["operation", "substations"][4] == 1


def test_the_first_picture_after_a_restart_shows_the_alerts_that_stand(line, city, store, shown):
    stop = Finding("diagnosis.supply_stopped", "substation", 4, Level.II, START - 900, "换热站停供")
    reconcile([stop], START)
    run(line, city.minute(START), START)
    reborn = MinutePipeline(city.archive, store, line.latest, START + 70, shown, Fixed())
    shown.states.clear()
    reborn.run([], START + 70, "none")  # a minute that was judged before the restart is only shown
    assert shown.states["operation", "substations"][4] == 4
    assert shown.totals["stopped"] == 1


@pytest.mark.feature("A6-1")
def test_a_company_falls_silent_and_comes_back(long_line, city, shown):
    minutes = iter(range(START, START + 86_400, 60))
    run(long_line, city.minute(START), next(minutes))
    for minute in (next(minutes) for _ in range(7)):
        run(long_line, [b for b in city.minute(minute) if b.sender != COMPANY + 1], minute)
    alert = Alert.objects.get()
    assert (alert.source, alert.object_kind, alert.company_id) == ("quality.gateway_lost", "sender", COMPANY + 1)
    theirs = city.archive["substation"].links["company"] == COMPANY + 1
    assert (shown.states["operation", "substations"][theirs] == 6).all()
    assert shown.totals["silent"] == theirs.sum()
    for minute in (next(minutes) for _ in range(4)):
        run(long_line, city.minute(minute), minute)
    alert.refresh_from_db()
    assert alert.state == "closed"


def test_a_backlog_is_judged_minute_by_minute(long_line, city):
    stopped = [4 * 4 + 1, 4 * 4 + 2]
    backlog = [b for m in range(START, START + 20 * 60, 60) for b in _stop(city.minute(m), stopped)]
    run(long_line, backlog, START + 19 * 60)
    assert Alert.objects.get().object_number == 4


def test_an_empty_minute_is_judged_too(long_line, shown):
    for i in range(7):
        run(long_line, [], START + i * 60)
    assert Alert.objects.filter(object_kind="sender").count() == len({*range(101, 104), 201, 301, 302, 401})
    assert shown.minute == START + 6 * 60


def test_totals_of_a_company_are_its_own(long_line, city, monkeypatch):
    run(long_line, city.minute(START), START)
    own = {
        kind: table.links.get("company", np.zeros(table.size)) == COMPANY + 1
        for kind, table in city.archive.kinds.items()
    }
    monkeypatch.setattr(assets, "visible", lambda kind, scope: own[kind])
    totals = long_line.totals.of(Scope("company:101", 101, company_ids=frozenset({101})))
    assert totals["substations"] == 4
    assert totals["heated_area_m2"] == 4 * 80_000
    assert 0 < totals["rooms_reporting"] < long_line.totals.city()["rooms_reporting"]


def test_an_announced_outage_is_no_stop(long_line, city, monkeypatch):
    out = np.zeros(city.archive["unit"].size, bool)
    out[[4 * 4 + 1, 4 * 4 + 2]] = True
    monkeypatch.setattr(assets, "planned_outages", lambda archive, minute: {"unit": out})
    for minute in range(START, START + 20 * 60, 60):
        run(long_line, _stop(city.minute(minute), [4 * 4 + 1, 4 * 4 + 2]), minute)
    assert not Alert.objects.exists()


def test_a_restart_closes_no_alert_whose_condition_goes_on(long_line, city, shown):
    """After a gap the models have forgotten: what they do not find yet is not over."""
    stopped = [4 * 4 + 1, 4 * 4 + 2]
    silent = COMPANY + 1 if city.archive["substation"].links["company"][4] != COMPANY + 1 else COMPANY + 2

    def sent(minute):
        return [b for b in _stop(city.minute(minute), stopped) if b.sender != silent]

    for minute in range(START, START + 20 * 60, 60):
        run(long_line, sent(minute), minute)
    assert set(Alert.objects.values_list("source", flat=True)) == {"diagnosis.supply_stopped", "quality.gateway_lost"}
    again = START + 3 * 3_600
    reborn = MinutePipeline(city.archive, MemoryStore(), Latest(city.archive), again, shown, Fixed())
    for minute in range(again, again + 25 * 60, 60):
        run(reborn, sent(minute), minute)
    assert Alert.objects.filter(is_live=True).count() == Alert.objects.count() == 2
    for minute in range(again + 25 * 60, again + 40 * 60, 60):
        run(reborn, city.minute(minute), minute)
    assert not Alert.objects.filter(is_live=True).exists()


def test_a_clock_set_back_stores_nothing_twice(city, shown):
    """What a former process stored of minutes that are ahead now is not stored again."""
    store = MemoryStore()
    first = MinutePipeline(city.archive, store, Latest(city.archive), START + 3_600, shown, Fixed())
    blocks = city.minute(START + 3_600)
    run(first, blocks, START + 3_600)
    latest = Latest(city.archive)
    latest.rebuild(store, START)
    reborn = MinutePipeline(city.archive, store, latest, START, shown, Fixed())
    report = reborn.run(blocks, START + 3_665, "another")
    assert report.total_rows == 0
    assert report.repeated_rows > 0


def test_everybody_is_told_how_cold_the_city_is(long_line, city, monkeypatch):
    run(long_line, city.minute(START), START)
    stations = long_line.latest["weather"].trusted("outdoor_temp_c", START)
    monkeypatch.setattr(assets, "visible", lambda kind, scope: np.zeros(city.archive[kind].size, bool))
    nobody = long_line.totals.of(Scope("company:999", 999, company_ids=frozenset({999})))
    assert nobody["outdoor_temp_c"] == long_line.totals.city()["outdoor_temp_c"]
    assert nobody["outdoor_temp_c"] == pytest.approx(np.nanmedian(stations), abs=0.05)
    assert nobody["substations"] == 0


def test_an_outdoor_temperature_nobody_trusts_is_none(long_line, shown):
    assert long_line.totals.city()["outdoor_temp_c"] is None
    run(long_line, [], START)
    assert shown.totals["outdoor_temp_c"] is None


@pytest.mark.feature("A5-1")
@pytest.mark.feature("A5-5")
def test_what_was_received_is_stored_and_what_models_see_is_corrected(city, shown):
    """A missing temperature is held over: raw and corrected value are both kept, with the rule that did it."""
    supply = "secondary_supply_temp_c"
    hold = spec(
        7, "hold", "unit", "not 缺失(值)", Family.COMPLETENESS, each=(supply,), verdict=Verdict.MISSING,
        action=Action.CORRECT, fill=Fill.HOLD,
    )  # fmt: skip
    store = MemoryStore()
    line = MinutePipeline(city.archive, store, Latest(city.archive), START, shown, Fixed([hold]))
    run(line, city.minute(START), START)
    i, before = KINDS["unit"].index[supply], line.latest["unit"].values[KINDS["unit"].index[supply]].copy()
    blocks = city.minute(START + 60)
    unit = next(b for b in blocks if b.kind == "unit")
    known = np.flatnonzero(before[unit.ids] != KINDS["unit"].signals[i].missing)[0]
    unit.columns[i][known] = KINDS["unit"].signals[i].missing
    run(line, blocks, START + 60)
    number = unit.ids[known]
    stored = rows_of(store, "unit", START + 60, START + 120)
    at = np.flatnonzero(stored.ids == number)[0]
    assert stored.columns[i][at] == KINDS["unit"].signals[i].missing
    assert unpack(stored.words[at : at + 1], 20)[i, 0] == Verdict.MISSING
    seen = line.latest["unit"]
    assert (seen.values[i][number], seen.verdicts[i][number]) == (before[number], Verdict.IMPUTED)
    cleaned = next(c for c in store.cleaned if len(c))
    trace = [(int(a), int(b), int(c)) for a, b, c in zip(cleaned.ids, cleaned.rules, cleaned.versions, strict=True)]
    assert (int(number), 7, 1) in trace


def test_a_replayed_segment_leaves_no_second_trace(city, shown):
    store = MemoryStore()
    line = MinutePipeline(city.archive, store, Latest(city.archive), START, shown, Fixed())
    blocks = city.minute(START)
    run(line, blocks, START)
    hits, counts = sum(map(len, store.hits)), len(store.counts)
    assert hits > 0
    run(line, blocks, START)
    reborn = MinutePipeline(city.archive, store, Latest(city.archive), START + 70, shown, Fixed())
    run(reborn, blocks, START)
    assert (sum(map(len, store.hits)), len(store.counts), len(store.arrivals)) == (hits, counts, 1)


def test_a_crash_before_the_rows_writes_the_same_traces_once(city, shown):
    """Traces are written first; the segment then runs again and adds only what is missing."""

    class Fragile(MemoryStore):
        def append(self, frame, token):
            if self.fails:
                raise OSError(28, "disk full")
            super().append(frame, token)

        def _once(self, token):
            is_new = token not in self.tokens
            self.tokens.add(token)
            return is_new

    store = Fragile()
    line = MinutePipeline(city.archive, store, Latest(city.archive), START, shown, Fixed())
    blocks, store.fails = city.minute(START), True
    with pytest.raises(OSError, match="disk full"):
        run(line, blocks, START)
    hits, store.fails = sum(map(len, store.hits)), False
    assert run(line, blocks, START).total_rows == sum(b.ids.size for b in blocks)
    assert sum(map(len, store.hits)) == hits > 0


@pytest.mark.feature("A6-1")
@pytest.mark.feature("G4-1")
def test_a_lasting_hit_becomes_an_alert_under_its_rules_name_and_ends_by_itself(city, shown, monkeypatch):
    supply = "secondary_supply_temp_c"
    rule = spec(
        9, "hot", "unit", "值 <= 80", Family.BOUNDARY, each=(supply,), zh="二次供温过高",
        alarm=Alarm(AlarmAt.OBJECT, after_min=3, clear_min=2),
    )  # fmt: skip
    monkeypatch.setattr(queries, "alarm_source", lambda key: rule if key == rule.source else None)
    monkeypatch.setattr(sources, "alarm_source", queries.alarm_source)
    line = MinutePipeline(city.archive, MemoryStore(), Latest(city.archive), START, shown, Fixed([rule]))
    for i in range(12):
        blocks = city.minute(START + i * 60)
        unit = next(b for b in blocks if b.kind == "unit")
        unit.columns[KINDS["unit"].index[supply]][0] = 850 if i < 6 else 500
        run(line, blocks, START + i * 60)
    alert = Alert.objects.get(source="quality.hot")
    assert (alert.object_kind, alert.object_number, alert.text[:6]) == ("unit", unit.ids[0], "二次供温过高")
    assert (alert.state, alert.is_live, alert.count) == ("closed", False, 4)
    assert alert.evidence[0]["value"] == 85.0

"""What guidance says of the small city: within limits, within scope, and honest where it does not know."""

import json
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cleanheat.alerts.models import Alert
from cleanheat.diagnosis import http_guidance
from cleanheat.diagnosis.forecast import queries as past_forecasts
from cleanheat.diagnosis.forecast.actions import keep
from cleanheat.diagnosis.forecast.models import Forecast
from cleanheat.diagnosis.forecast.outlook import HOURS, Outlook
from cleanheat.diagnosis.forecast.reading import Issue
from cleanheat.diagnosis.guidance import advice, compliance, plan, source_plan, weathers
from cleanheat.diagnosis.guidance.jobs import issue_advice, learn_signatures
from cleanheat.diagnosis.guidance.models import Advice
from cleanheat.diagnosis.guidance.network import supplied
from cleanheat.diagnosis.guidance.present import present
from cleanheat.diagnosis.guidance.words import AdviceState
from cleanheat.infra import events
from cleanheat.infra.jobs import Progress
from cleanheat.infra.models import AuditEntry
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import HOUR_S, local
from cleanheat.telemetry.latest import Latest, latest
from cleanheat.telemetry.public import install_store
from tests.screens.conftest import MINUTE, frame
from tests.simulator.made_archive import made_archive

NOW = MINUTE + 60
OURS = Scope("company:10", 10, company_ids=frozenset({10}))


@pytest.fixture
def world(city, cast, manual_clock, monkeypatch):
    """Substations 1–4 on one branch at −15 ℃: unit 5 too cool, 9 right, 13 too hot, 17 without readings."""
    for made in (
        frame(
            "unit",
            [5, 9, 13],
            secondary_supply_temp_c=[38, 46, 60],
            secondary_return_temp_c=[32, 38, 50],
            secondary_flow_t_h=[95, 95, 95],
            heat_power_gj_h=[4, 6, 8],
            primary_supply_temp_c=[95, 95, 95],
            primary_flow_t_h=[20, 30, 40],
            valve_opening_pct=[40, 50, 60],
            circulation_pump_hz=[42, 42, 42],
        ),
        frame("branch", [1], supply_temp_c=[98], return_temp_c=[45], flow_t_h=[130], heat_power_mw=[8]),
        frame("boiler", [1, 2], supply_temp_c=[25, 25], heat_power_mw=[0, 0], running_boilers=[0, 0]),
        frame("room", [1, 2], room_temp_c=[16.5, 20]),
        frame("device", [1], room_temp_c=[17]),
        frame("weather", [1], outdoor_temp_c=[-15]),
    ):
        latest().update(made)
    monkeypatch.setattr(past_forecasts, "measured", lambda _end, hours: np.full(hours, -14.0))
    issued = NOW - 2 * HOUR_S
    keep(Issue("气象台", issued, issued, tuple(-15 - 5 * np.sin(np.arange(96) / 10))))
    plan.forget_plan()
    yield city
    plan.forget_plan()


def get(client, path):
    answer = client.get(f"/api/v1/diagnosis/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.feature("A9-11")
@pytest.mark.feature("C3-7")
def test_a_unit_is_told_what_to_run_at_for_three_days(world, signed_in):
    told = get(signed_in("company.reader"), "guidance/unit/5")
    asked = told["recommended"]
    assert {len(v) for v in asked.values()} == {73}
    assert told["basis"] == "forecast"
    supply = asked["supply_c"]
    assert supply[0] == pytest.approx(41.0)  # from 38 ℃ at 3 K an hour
    assert max(np.abs(np.diff([38.0, *supply]))) <= 3.01
    assert asked["needed_c"][0] > 41
    assert asked["return_c"][5] < supply[5]
    assert all(20 <= hz <= 50 for hz in asked["pump_hz"])
    assert all(v is None or 0 <= v <= 100 for v in asked["valve_pct"])
    room = told["room"]
    assert all(
        low < mid < high for low, mid, high in zip(room["low_c"], room["expected_c"], room["high_c"], strict=True)
    )
    assert room["expected_c"][-1] > told["as_is"]["room_c"][-1]
    assert told["energy"]["saved_gj_day"] < 0  # warm rooms need more heat
    curve = told["curve"]["recommended_c"]
    assert (np.diff(curve) <= 1e-9).all()


def test_nothing_is_nan_where_nothing_is_read(world, signed_in):
    told = get(signed_in("city.reader"), "guidance/unit/17")
    assert told["present"]["supply_c"] is None
    assert told["judgement"]["known"] is False
    assert told["judgement"]["complies"] is None
    assert told["judgement"]["reasons"] == []
    assert None not in told["recommended"]["supply_c"]


@pytest.mark.parametrize("kind", ["plant", "branch"])
@pytest.mark.feature("C1-7")
def test_a_source_is_told_supply_and_flow(world, signed_in, kind):
    told = get(signed_in("city.reader"), f"guidance/{kind}/1")
    asked = told["recommended"]
    steps = np.abs(np.diff([98.0, *asked["supply_c"]]))
    assert steps.max() <= 5.01
    assert all(back < supply for back, supply in zip(asked["return_c"], asked["supply_c"], strict=True))
    heat = 1.163 * np.array(asked["flow_t_h"]) * (np.array(asked["supply_c"]) - np.array(asked["return_c"]))
    assert heat == pytest.approx(np.array(asked["heat_kw"]), rel=0.02)


@pytest.mark.feature("C2-7")
def test_a_boiler_room_is_told_how_many_boilers(world, signed_in):
    told = get(signed_in("city.reader"), "guidance/boiler/1")
    assert set(told["recommended"]["boilers"]) == {0}  # the small city's boiler rooms feed nobody
    assert told["present"]["boilers"] == 0


def test_a_substation_is_its_units_weighted_by_area(world, signed_in):
    told = get(signed_in("city.reader"), "guidance/substation/1")
    unit = get(signed_in("city.reader"), "guidance/unit/5")
    assert told["recommended"]["supply_c"] == unit["recommended"]["supply_c"]
    (own,) = told["systems"]["units"]
    assert (own["terminal"], own["number"]) == ("散热器", 5)
    assert 0 <= own["mark"] <= 100


def test_a_rural_device_is_told_by_its_class(world, signed_in):
    told = get(signed_in("city.reader"), "guidance/device/1")["device"]
    assert told["device_class"] == "heat_pump_air"
    assert told["room_c"] == 17
    assert len(told["run_share"]) == 73
    assert all(0 <= s <= 1 for s in told["run_share"])
    assert told["suffices"] == (told["cold_able_kw"] >= told["cold_need_kw"])


@pytest.mark.parametrize("path", ["guidance/unit/999", "guidance/moon/1", "guidance/unit/99999999999", "guidance/room"])
def test_what_does_not_exist_is_not_found(world, signed_in, path):
    assert signed_in("city.reader").get(f"/api/v1/diagnosis/{path}").status_code == 404


@pytest.mark.feature("A9-4")
def test_who_would_not_keep_rooms_warm_is_listed_with_what_is_missing(world, signed_in):
    found = get(signed_in("city.reader"), "guidance/substation")
    assert (found["seen"], found["judged"]) == (4, 3)
    worst = found["items"][0]
    assert worst["number"] == 1
    assert {"room", "supply"} & {r["key"] for r in worst["reasons"]}
    assert all(r["missing"] > 0 for r in worst["reasons"])
    assert worst["heat_missing_gj_day"] > 0
    assert 3 not in {row["number"] for row in found["items"]}


def test_a_plan_made_before_readings_came_is_of_its_minute_only(world, signed_in, manual_clock, monkeypatch):
    with monkeypatch.context() as start:
        start.setattr(plan, "latest", lambda: Latest(world))
        plan.forget_plan()
        assert not np.isfinite(plan.city_plan().present.units["supply_c"]).any()
    early = plan.city_plan()
    manual_clock.advance(60)
    whole = plan.city_plan()
    assert whole is not early
    assert np.isfinite(whole.present.units["supply_c"]).sum() == 3
    manual_clock.advance(60)
    assert plan.city_plan() is whole


@pytest.mark.feature("A9-2")
@pytest.mark.feature("A9-3")
def test_sources_are_judged_by_what_hangs_on_them(world, signed_in):
    branch = get(signed_in("city.reader"), "guidance/branch")
    assert (branch["seen"], branch["judged"]) == (1, 1)
    boilers = get(signed_in("city.reader"), "guidance/boiler")
    assert (boilers["seen"], boilers["judged"], boilers["failing"]) == (2, 0, 0)  # they feed nobody: no judgement


def test_without_any_weather_nothing_is_advised_and_it_is_said(world, signed_in, monkeypatch, manual_clock):
    Forecast.objects.all().delete()
    latest().update(frame("weather", [1], outdoor_temp_c=[np.nan]))
    manual_clock.advance(3 * HOUR_S)
    monkeypatch.setattr(past_forecasts, "measured", lambda _end, hours: np.full(hours, np.nan))
    plan.forget_plan()
    told = get(signed_in("city.reader"), "guidance/unit/5")
    assert told["basis"] == "none"
    assert "无法给出建议" in told["note"]
    assert set(told["recommended"]["supply_c"]) == {None}
    assert get(signed_in("city.reader"), "guidance/unit")["failing"] == 0
    answer = signed_in("city.reader").post(
        "/api/v1/diagnosis/scenarios", {"name": "x", "lowest_c": -25}, "application/json"
    )
    assert answer.status_code == 422


def scenario(client, **asked):
    body = {"name": "寒潮", "lowest_c": -25, "within_h": 12, "hours": 48} | asked
    return client.post("/api/v1/diagnosis/scenarios", body, "application/json")


@pytest.mark.feature("A9-11")
def test_a_cold_snap_is_gone_through_saved_and_compared(world, signed_in):
    client = signed_in("city.dispatcher")
    plain = scenario(client).json()
    tripped = scenario(client, limited=[{"kind": "branch", "number": 1, "share": 0.2}]).json()
    as_is, better = plain["result"]["as_is"], plain["result"]["with_measures"]
    assert len(plain["result"]["outdoor_c"]) == 60
    assert min(plain["result"]["outdoor_c"]) >= -25
    assert better["lowest_room_c"] > as_is["lowest_room_c"]
    assert as_is["worst"][0]["number"] == 1
    assert tripped["result"]["as_is"]["short_gj"] > as_is["short_gj"]
    assert tripped["result"]["as_is"]["sources"][0]["short_mw"] > 0
    assert tripped["result"]["with_measures"]["first_below_h"] is not None
    both = get(client, f"scenarios/compare?ids={plain['id']},{tripped['id']}")
    assert [row["id"] for row in both] == [plain["id"], tripped["id"]]
    assert AuditEntry.objects.filter(verb="diagnosis.scenario").count() == 2
    assert client.delete(f"/api/v1/diagnosis/scenarios/{plain['id']}").status_code == 204
    assert len(get(client, "scenarios")) == 1


def test_a_company_goes_through_its_own_part_alone(world, signed_in):
    told = scenario(signed_in("company.reader")).json()
    assert {row["number"] for row in told["result"]["as_is"]["worst"]} == {1, 3}
    assert {row["company_id"] for row in told["result"]["as_is"]["companies"]} == {10}
    assert get(signed_in("company2.reader"), "scenarios") == []
    assert "换热站2" not in json.dumps(told, ensure_ascii=False)
    refused = scenario(signed_in("company.reader"), limited=[{"kind": "plant", "number": 1, "share": 0}])
    assert refused.status_code == 404  # another's source does not exist


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"lowest_c": -80}, "lowest_c"),
        ({"lowest_c": 25}, "lowest_c"),
        ({"within_h": 0}, "within_h"),
        ({"hours": 1_000}, "hours"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"limited": [{"kind": "unit", "number": 5}]}, "limited.0.kind"),
    ],
)
def test_an_impossible_scenario_is_refused_by_field(world, signed_in, asked, field):
    answer = scenario(signed_in("city.reader"), **asked)
    assert answer.status_code == 422
    assert answer.json()["field"].endswith(field)


@pytest.mark.feature("C1-8")
@pytest.mark.feature("C3-8")
def test_advice_is_issued_once_a_day_answered_and_measured(world, signed_in, manual_clock, monkeypatch):
    progress = Progress(0, 0, 60)
    monkeypatch.setattr(Progress, "__call__", lambda *_: None)
    assert issue_advice({}, progress)["issued"] >= 2
    assert issue_advice({}, progress) == {"measured": 0, "issued": 0}  # once a day
    cold, hot = (Advice.objects.get(kind="unit", number=n) for n in (5, 13))
    assert "提高" in cold.text
    assert "降低" in hot.text
    assert cold.level < hot.level
    company = signed_in("company.dispatcher")
    page = get(company, "advice")
    assert {row["number"] for row in page["items"]} <= {5, 13}
    adopted = company.post(
        f"/api/v1/diagnosis/advice/{cold.pk}/answer", {"adopts": True, "note": "今晚执行"}, "application/json"
    )
    assert adopted.json()["state"] == "adopted"
    said_no = company.post(f"/api/v1/diagnosis/advice/{hot.pk}/answer", {"adopts": False}, "application/json")
    assert said_no.json()["field"] == "note"
    manual_clock.advance(25 * HOUR_S)
    issued = NOW + 24 * HOUR_S
    keep(Issue("气象台", issued, issued, tuple([-15.0] * 96)))
    later = NOW + 25 * HOUR_S - 60
    for made in (
        frame("unit", [5, 13], secondary_supply_temp_c=[47, 60], secondary_return_temp_c=[38, 50]),
        frame("weather", [1], outdoor_temp_c=[-15]),
    ):
        latest().update(type(made)(made.kind, later, made.ids, made.columns, made.verdicts))
    plan.forget_plan()
    assert advice.measure(plan.city_plan()) >= 2
    cold.refresh_from_db()
    hot.refresh_from_db()
    assert (cold.state, hot.state) == (AdviceState.FOLLOWED, AdviceState.IGNORED)
    assert cold.outcome["said"] == "adopted"
    assert cold.outcome["followed_share"] > 0.5


def test_advice_handed_over_becomes_one_alert(world, signed_in, django_capture_on_commit_callbacks):
    advice.issue(plan.city_plan())
    cold = Advice.objects.get(kind="unit", number=5)
    client = signed_in("city.dispatcher")
    for _ in range(2):
        told = client.post(f"/api/v1/diagnosis/advice/{cold.pk}/hand-over", {"note": "督办"}, "application/json")
        assert told.json()["state"] == "handed_over"
    events.dispatch_pending()
    raised = Alert.objects.get(source="diagnosis.advice")
    assert (raised.object_kind, raised.object_number, raised.company_id) == ("unit", 5, 10)
    assert signed_in("company.dispatcher").post(
        f"/api/v1/diagnosis/advice/{cold.pk}/answer", {"adopts": True}, "application/json"
    ).status_code == 409  # fmt: skip


@pytest.mark.feature("C1-2")
@pytest.mark.feature("C1-3")
@pytest.mark.feature("C2-2")
@pytest.mark.feature("C3-2")
@pytest.mark.parametrize("kind", ["branch", "substation", "unit"])
def test_capacity_sets_design_history_and_rooms_side_by_side(world, signed_in, kind):
    rows = get(signed_in("city.reader"), f"capacity/{kind}")
    first = rows[0]
    assert first["connected_kw"] > 0
    assert first["need_kw"] > 0
    assert first["history_kw"] is None  # nothing learned yet, and it says so
    assert first["class"] in {"short", "tight", "fit", "idle"}
    ratios = [r["load_ratio"] for r in rows]
    assert ratios == sorted(ratios, reverse=True)
    if kind == "branch":
        assert (first["units"], first["users"]) == (4, 96)  # homes, not only heat users with a card


@pytest.mark.feature("C2-3")
def test_capacity_uses_what_history_says(world, signed_in, store, monkeypatch):
    install_store(store)
    monkeypatch.setattr(past_forecasts, "measured", lambda _end, hours: -8 + 6 * np.sin(np.arange(hours) / 24.0 / 3.0))

    def grid(kind, signals, start, end, ids):
        hours = (end - start) // HOUR_S
        outdoor = past_forecasts.measured(end, hours)
        scale = {"unit": 0.0036, "boiler": 0.001, "branch": 0.001, "plant": 0.001}[kind]
        return np.broadcast_to((900 - 45 * outdoor) * scale, (1, len(ids), hours)).astype(np.float32)

    monkeypatch.setattr(store, "hour_grid", grid)
    progress = Progress(0, 0, 60)
    monkeypatch.setattr(Progress, "__call__", lambda *_: None)
    assert learn_signatures({}, progress)["unit"] == 4
    row = get(signed_in("city.reader"), "capacity/unit")[0]
    assert row["history_kw"] == pytest.approx(900 + 45 * 21.1, rel=0.02)
    assert row["index_w_m2"] == pytest.approx(row["history_kw"] / 50, rel=0.01)
    assert row["days"] == 60
    station = get(signed_in("city.reader"), "capacity/substation")[0]
    assert station["history_kw"] == row["history_kw"]


@pytest.mark.feature("C2-9")
def test_a_peak_boiler_room_that_should_run_is_named_with_its_past(world, signed_in, store, monkeypatch):
    install_store(store)
    made = plan.city_plan()
    network = replace(made.network, is_peak=np.array([True, False]), branch_of_boiler=np.array([0, -1]))
    tight = replace(made.sources, able_kw=made.sources.demand_kw[:, 0])
    monkeypatch.setattr(http_guidance, "city_plan", lambda: replace(made, network=network, sources=tight))
    heat = np.zeros((1, 1, 720), np.float32)
    heat[0, 0, 100:130], heat[0, 0, 500:] = 20.0, 12.0
    monkeypatch.setattr(store, "hour_grid", lambda *_: heat)
    (row,) = get(signed_in("city.reader"), "peak-boilers")
    assert (row["number"], row["verdict"], row["is_on"]) == (1, "should_start", False)
    assert (row["starts"], row["hours_on"]) == (2, 250)
    assert [r["hours"] for r in row["runs"]] == [30, 220]
    assert row["runs"][0]["outdoor_start_c"] == -14
    assert row["starts_below_c"] < 0
    assert get(signed_in("company2.reader"), "peak-boilers") == []


@pytest.mark.feature("C3-3")
@pytest.mark.feature("C3-9")
def test_systems_are_compared_within_the_scope(world, signed_in):
    (single, *others) = get(signed_in("city.reader"), "systems")
    assert (single["zh"], single["substations"], single["units"]) == ("单系统", 4, 4)
    assert all(o["substations"] == 0 for o in others)
    assert single["mark"] is not None
    assert get(signed_in("company.reader"), "systems")[0]["substations"] == 2


def test_a_forecast_is_handed_in_as_json_and_as_a_file(world, signed_in):
    client = signed_in("city.administrator")
    hours = [{"time": local(NOW + h * HOUR_S).isoformat(), "outdoor_temp_c": -20 - h % 5} for h in range(72)]
    body = {"source": "市气象台", "issued_at": local(NOW).isoformat(), "hours": hours}
    taken = client.post("/api/v1/diagnosis/forecast", body, "application/json")
    assert taken.status_code == 201, taken.content
    assert get(client, "forecast")["issued"] == NOW
    table = "时间,气温\n" + "\n".join(f"{h['time']},{h['outdoor_temp_c']}" for h in hours)
    sent = {"file": SimpleUploadedFile("a.csv", table.encode()), "source": "省台", "issued_at": local(NOW).isoformat()}
    assert client.post("/api/v1/diagnosis/forecast/file", sent).json()["hours"] == 72
    bad = client.post("/api/v1/diagnosis/forecast", body | {"hours": hours[:2]}, "application/json")
    assert (bad.status_code, bad.json()["field"]) == (422, "hours")
    for who in ("company.administrator", "district.administrator"):
        assert signed_in(who).post("/api/v1/diagnosis/forecast", body, "application/json").status_code == 403


def test_a_colder_city_is_never_advised_less(world):
    """The whole composition is monotone: forecast, curve, anticipation, limits."""
    mild = plan.city_plan().units.supply_c
    issued = NOW - HOUR_S
    keep(Issue("气象台", issued, issued, tuple(-19 - 5 * np.sin(np.arange(96) / 10))))
    plan.forget_plan()
    cold = plan.city_plan().units.supply_c
    assert (cold >= mild - 1e-9).all()
    assert (cold[0] > mild[0]).any()


@pytest.mark.feature("A9-11")
def test_the_whole_city_is_gone_through_in_seconds():
    """3,500 substations, both ways, and the judgement in three weathers: ten seconds are the promise, not the usual."""
    archive = made_archive(3_500, buildings=10, rooms=10, devices=10)
    network = supplied(archive)
    hours = np.full(HOURS, -15.0)
    sky = Outlook(NOW, hours, hours - 1, hours + 1, hours, np.full(96, -15.0), "forecast")
    began = time.process_time()
    now = present(Latest(archive), archive, network, NOW)
    heating = plan.heating_of(network, now, -15.0)
    curve, basis = plan.unit_curves(network, heating, None)
    force = plan.in_force(network, now, curve, -15.0, None)
    sources = plan.plan_sources(network, now, sky, heating, curve)
    units = plan.plan_units(network, now, sky, sources, heating, curve, force, basis)
    city_plan = plan.CityPlan(NOW, sky, network, now, units, sources, 0)
    compliance.judge(city_plan)
    snap_c = weathers.cold_snap(sky, -25.0, 12, 72, 4.0)
    found = [weathers.run(city_plan, snap_c, follows, compliance.able_now(city_plan)) for follows in (False, True)]
    assert time.process_time() - began < 10
    assert network.units.size > 5_000
    assert not np.isnan(found[1].room_c).any()
    fed = network.source >= 0
    assert (sources.demand_kw[:, 0].sum()) == pytest.approx(units.heat_kw[fed, 0].sum(), rel=0.02)


@pytest.mark.feature("C3-7")
@pytest.mark.parametrize(("day_c", "night_c", "lowest_c"), [(-5.0, -12.0, -15.0), (-14.0, -20.0, -21.1)])
def test_a_fast_fall_starts_from_the_day_and_ends_at_what_heating_is_designed_for(day_c, night_c, lowest_c):
    past = np.full(96, day_c)
    sky = Outlook(0, np.full(HOURS, night_c), past, past, past, past, "forecast")
    assert compliance.rapid_lowest_c(sky) == pytest.approx(lowest_c, abs=0.3)


def _reasons(told):
    return {r["key"]: r for r in told["judgement"]["reasons"]}


@pytest.mark.feature("A9-11", "C3-7")
def test_a_need_beyond_what_the_source_sends_is_said_as_the_sources(world, signed_in):
    client = signed_in("city.reader")
    assert "source" not in _reasons(get(client, "guidance/unit/9"))
    cooler = frame("branch", [1], supply_temp_c=[47], return_temp_c=[40], flow_t_h=[130], heat_power_mw=[2])
    latest().update(replace(cooler, minute=MINUTE + 60))
    plan.forget_plan()
    lack = _reasons(get(client, "guidance/unit/9"))["source"]
    assert (lack["zh"], lack["unit"]) == ("热源供水不足", "K")
    assert lack["missing"] > 3
    assert {p["key"] for i in get(client, "guidance/unit")["items"] for p in i["reasons"]} >= {"source"}
    curve = get(client, "guidance/branch/1")["curve"]
    assert len(curve["in_force_c"]) == len(curve["outdoor_c"])


def test_sources_go_on_by_the_curve_they_are_run_at_and_it_goes_on_into_the_cold(city):
    network = supplied(city)
    size = city["branch"].size
    knots = np.array([[-15.0, 95.0], [-5.0, 80.0], [5.0, 70.0]], np.float32)
    p = SimpleNamespace(curve_in_force=np.tile(knots, (size, 1, 1)))
    found = plan.source_curves(network, p, None)
    n = network.branches.size
    at = {c: float(found[0, int(np.argmin(np.abs(plan.GRID_C - c)))]) for c in (-25, -15, -5, 10)}
    assert at == {-25: 110.0, -15: 95.0, -5: 80.0, 10: 70.0}
    assert np.isnan(found[n:]).all()
    shifted = source_plan.in_force(
        found, None, np.full(network.sources, 85.0), np.array([-5.0]), np.full(network.sources, 130.0)
    )
    assert shifted[0, int(np.argmin(np.abs(plan.GRID_C + 15)))] == pytest.approx(100.0)

"""The life of models: trained first, again, by object; adopted, rolled back; set by people; followed; watched."""

from datetime import timedelta

import numpy as np
import pytest

from cleanheat.assets import public as assets
from cleanheat.diagnosis import actions, fleet, queries, versions
from cleanheat.diagnosis import jobs as _jobs  # noqa: F401 - its jobs declare themselves
from cleanheat.diagnosis.fleet import kept
from cleanheat.diagnosis.models import Drift, ModelVersion, Outcome, Training
from cleanheat.diagnosis.parameters import Reason, Source
from cleanheat.infra import clock, jobs
from cleanheat.infra.models import AuditEntry, Job
from cleanheat.kernel.errors import Problem
from tests.diagnosis.fleet.conftest import who

pytestmark = pytest.mark.django_db(transaction=True)
ADMIN = "city.administrator"


def run_all():
    while (claimed := jobs.claim()) is not None:
        jobs.run(claimed)


def trained(kind="unit", numbers=(), reason="试验"):
    made = actions.request_training(who(ADMIN), kind, numbers, reason)
    run_all()
    made.refresh_from_db()
    job = Job.objects.get(pk=made.job_id)
    assert job.state == "done", job.error
    return made.version


@pytest.mark.feature("A9-12", "C1-1", "C2-1", "C3-1")
def test_a_fresh_city_has_models_of_every_kind_at_once(past):
    versions.train_first(("plant", "branch", "boiler", "unit", "device"), past, past.until, lambda *_: None)
    assert set(ModelVersion.objects.values_list("kind", "state")) == {
        (kind, "adopted") for kind in ("plant", "branch", "boiler", "unit", "device")
    }
    p = fleet.current("unit")
    numbers = assets.archive()["unit"].numbers
    assert (p.source[numbers] == Source.OWN).all()
    assert p.curve_slope[numbers] == pytest.approx(np.full(4, -0.64), abs=0.05)
    assert np.isfinite(p.curve_recommended[numbers]).all()
    row = queries.adopted("unit")
    assert row.metrics["supply"]["mae"] < 0.3 < row.metrics["supply"]["mae_persistence"]
    assert row.sources["own"] == 4
    assert row.weather_source
    assert versions.train_first(("unit",), past, past.until, lambda *_: None) == []


def test_without_history_there_is_no_model_and_no_fault(past):
    past.begin = past.until
    assert versions.train_first(("unit",), past, past.until, lambda *_: None) == []
    assert fleet.current("unit") is None
    actions.request_training(who(ADMIN), "unit")
    run_all()
    assert Training.objects.get().version is None


@pytest.mark.feature("A9-16", "C3-6", "G4-2")
def test_trained_anew_compared_and_adopted(models):
    first = queries.adopted("unit")
    models.shift[("unit", 5)], models.shifted_from = 4.0, models.until - 60 * 86_400
    draft = trained()
    assert (draft.state, draft.number, draft.base_id) == ("draft", 2, first.pk)
    assert fleet.current("unit").version == 1
    p = queries.trained(draft).parameters
    assert p.metrics["supply_mae"][5] < p.metrics["supply_mae_before"][5]
    adopted = actions.adopt(who(ADMIN), draft.pk)
    assert adopted.state == "adopted"
    assert fleet.current("unit").version == 2
    first.refresh_from_db()
    assert first.state == "retired"
    assert actions.adopt(who(ADMIN), draft.pk).adopted_at == adopted.adopted_at
    assert AuditEntry.objects.filter(verb="diagnosis.adopt").count() == 1


def test_rolled_back_to_what_was_before(models):
    first, second = queries.adopted("unit"), trained()
    with pytest.raises(Problem) as refused:
        actions.roll_back(who(ADMIN), first.pk, "不准")
    assert refused.value.code == "nothing-before"
    actions.adopt(who(ADMIN), second.pk)
    with pytest.raises(Problem) as refused:
        actions.roll_back(who(ADMIN), second.pk, " ")
    assert refused.value.field == "reason"
    assert actions.roll_back(who(ADMIN), second.pk, "不准").state == "rolled_back"
    assert actions.roll_back(who(ADMIN), second.pk, "不准").state == "rolled_back"
    assert fleet.current("unit").version == 1
    with pytest.raises(Problem) as refused:
        actions.roll_back(who(ADMIN), trained().pk, "不准")
    assert refused.value.code == "not-in-force"


@pytest.mark.feature("A9-17", "C1-5", "C2-5", "C3-5")
def test_one_object_alone_is_learned_and_all_others_stay_to_the_last_bit(models):
    before = queries.trained(queries.adopted("unit")).parameters
    models.shift[("unit", 9)], models.shifted_from = 5.0, models.until - 90 * 86_400
    version = trained(numbers=[9])
    after = queries.trained(version).parameters
    others = np.delete(np.arange(after.size), 9)
    for name, q in after.quantities.items():
        assert np.array_equal(q.theta[others], before.quantities[name].theta[others], equal_nan=True)
    assert np.abs(after.quantities["supply"].theta[9] - before.quantities["supply"].theta[9]).max() > 1
    assert (version.numbers, version.how) == ([9], "objects")


def test_the_same_wish_is_one_training(models):
    one = actions.request_training(who(ADMIN), "boiler", [2, 1, 1])
    assert actions.request_training(who(ADMIN), "boiler", [1, 2]).pk == one.pk
    run_all()
    assert actions.request_training(who(ADMIN), "boiler", [1, 2]).pk != one.pk


def test_who_may_not_and_what_is_not(models, cast):
    for name in ("city.dispatcher", "district.administrator", "company.administrator"):
        with pytest.raises(Problem) as refused:
            actions.request_training(who(name), "unit")
        assert refused.value.status == 403
    for kind, numbers, status in (
        ("building", [], 422),
        ("room", [1], 422),
        ("unit", [999], 404),
        ("unit", list(range(501)), 422),
    ):
        with pytest.raises(Problem) as refused:
            actions.request_training(who(ADMIN), kind, numbers)
        assert refused.value.status == status
    with pytest.raises(Problem):
        actions.adopt(who(ADMIN), 12_345)


@pytest.mark.feature("A9-14", "A9-15")
def test_people_set_coefficients_for_one_for_a_company_and_for_all(models):
    def factor(n):
        return float(fleet.current("unit").coefficients["limit_factor"][n])

    low = fleet.current("unit").limits("supply")[0].copy()
    for_all = actions.set_override(who(ADMIN), "unit", "limit_factor", 1.2, "整类放宽")
    actions.set_override(who(ADMIN), "unit", "limit_factor", 1.5, "本企业放宽", company_id=10)
    actions.set_override(who(ADMIN), "unit", "limit_factor", 2.0, "单站放宽", number=5)
    assert [round(factor(n), 2) for n in (5, 13, 9)] == [2.0, 1.5, 1.2]
    assert fleet.current("unit").source[5] == Source.OVERRIDDEN
    assert fleet.current("unit").limits("supply")[0][5] == pytest.approx(2 * low[5])
    actions.end_override(who(ADMIN), for_all.pk)
    actions.end_override(who(ADMIN), for_all.pk)
    assert factor(9) == 1.0
    actions.adopt(who(ADMIN), trained().pk)  # it holds over every version
    assert fleet.current("unit").version == 2
    assert factor(5) == 2.0
    assert AuditEntry.objects.filter(verb="diagnosis.end_override").count() == 1


def test_overrides_move_what_is_expected_and_recommended(models):
    before = fleet.current("unit")
    actions.set_override(who(ADMIN), "unit", "expected_supply_offset_k", -2.0, "改造", number=5)
    actions.set_override(who(ADMIN), "unit", "expected_heat_factor", 0.8, "改造", number=5)
    actions.set_override(who(ADMIN), "unit", "recommended_offset_k", 3.0, "老人多", number=5)
    actions.set_override(who(ADMIN), "unit", "recommended_max_c", 45.0, "地暖", number=5)
    after = fleet.current("unit")
    x = np.ones((1, len(after.quantities["supply"].features)), np.float32)
    assert (after.expected("supply", x, 5) - before.expected("supply", x, 5))[5] == pytest.approx(-2.0, abs=1e-3)
    assert after.expected("heat", x, 5)[5] == pytest.approx(0.8 * before.expected("heat", x, 5)[5], rel=1e-4)
    assert after.curve_recommended[5, :, 1].max() == pytest.approx(45.0)
    assert after.curve_recommended[5, -1, 1] == pytest.approx(before.curve_recommended[5, -1, 1] + 3, abs=0.01)
    assert np.array_equal(after.curve_recommended[9], before.curve_recommended[9])


def test_an_override_ends_by_itself(models, manual_clock):
    until = clock.now_utc() + timedelta(hours=1)
    made = actions.set_override(who(ADMIN), "unit", "limit_factor", 1.4, "临时", number=5, until=until)
    assert actions.set_override(who(ADMIN), "unit", "limit_factor", 1.4, "临时", number=5, until=until).pk == made.pk
    assert actions.end_expired() == 0
    manual_clock.advance(3601)
    assert queries.settings_in_force("unit") == []
    assert actions.end_expired() == 1
    assert fleet.current("unit").coefficients["limit_factor"][5] == 1.0


def test_overrides_are_bounded_and_reasoned(models):
    for more, field in (
        ({"coefficient": "limit_factor", "value": 9.0}, "value"),
        ({"coefficient": "nonsense", "value": 1.0}, "coefficient"),
        ({"coefficient": "limit_factor", "value": 1.1, "reason": " "}, "reason"),
        ({"coefficient": "limit_factor", "value": 1.1, "until": clock.now_utc()}, "until"),
    ):
        with pytest.raises(Problem) as refused:
            actions.set_override(who(ADMIN), "unit", **({"reason": "试"} | more))
        assert refused.value.field == field


@pytest.mark.feature("A9-13")
def test_handled_alerts_move_the_limits_of_their_object_a_bounded_step(models):
    for i in range(12):
        actions.learn_outcome(f"alert:{i}", "unit", 5, "diagnosis.x", "false_alarm")
    actions.learn_outcome("alert:3", "unit", 5, "diagnosis.x", "false_alarm")
    assert Outcome.objects.count() == 12
    assert fleet.current("unit").coefficients["limit_factor"][5] == pytest.approx(2.5)
    actions.learn_outcome("alert:12", "unit", 5, "diagnosis.x", "confirmed", who(ADMIN))
    assert fleet.current("unit").coefficients["limit_factor"][5] == pytest.approx(2.425)
    assert fleet.current("unit").source[5] == Source.OWN
    actions.set_override(who(ADMIN), "unit", "limit_factor", 1.1, "人工确定", number=5)
    assert fleet.current("unit").coefficients["limit_factor"][5] == pytest.approx(1.1)
    (of_station,) = actions.learn_outcome("alert:20", "substation", 2, "diagnosis.x", "confirmed")
    assert (of_station.kind, of_station.number, of_station.factor_after) == ("unit", 9, 0.97)
    assert actions.learn_outcome("alert:21", "room", 1, "diagnosis.x", "confirmed") == []
    with pytest.raises(Problem):
        actions.learn_outcome("alert:22", "unit", 5, "x", "maybe")


@pytest.mark.feature("A9-16")
def test_each_night_the_newest_days_are_learned(models, settings):
    before = fleet.current("unit")
    models.until += 3 * 86_400
    models.shift[("unit", 5)], models.shifted_from = 0.8, queries.adopted("unit").end_s
    assert versions.follow_on("unit", models, models.until) == 72
    after = fleet.current("unit")
    assert after is not before
    now = np.array([[1, -7, -7, -7, -7, -7, 7, 0, 0]], np.float32)
    moved = np.mean([after.expected("supply", now, h) - before.expected("supply", now, h) for h in range(24)], axis=0)
    assert 0.005 < moved[5] < 0.4
    assert abs(moved[9]) < moved[5] / 2
    assert versions.follow_on("unit", models, models.until) == 0
    folder = kept.folder_of(settings.DATA_DIR)
    as_trained = kept.load(folder, "unit", 1, as_trained=True).parameters
    assert np.array_equal(as_trained.quantities["supply"].theta[5], before.quantities["supply"].theta[5])
    assert queries.adopted("unit").followed_until_s == models.until - models.until % 3600


def test_drift_is_listed_refitted_and_gone(models, manual_clock):
    assert versions.watch_drift("unit", models, models.until) == 0
    models.until += 7 * 86_400
    models.shift[("unit", 5)], models.shifted_from = 5.0, models.until - 7 * 86_400
    assert versions.watch_drift("unit", models, models.until) >= 1
    versions.watch_drift("unit", models, models.until)
    found = Drift.objects.get(quantity="supply")
    assert (found.number, found.state, found.hours) == (5, "open", 168)
    assert found.bias == pytest.approx(5.0, abs=0.5)
    refitted = actions.refit_drift(who(ADMIN), found.pk)
    assert (refitted.state, refitted.training.numbers) == ("refitted", [5])
    assert actions.refit_drift(who(ADMIN), found.pk).training_id == refitted.training_id
    versions.watch_drift("unit", models, models.until)
    models.shift.clear()
    versions.watch_drift("unit", models, models.until)
    assert not Drift.objects.filter(state="open").exists()
    assert Drift.objects.filter(state="gone").exists()


def test_a_drift_is_dismissed_with_a_reason(models):
    row = Drift.objects.create(kind="unit", number=5, quantity="supply", week_s=0, bias=3, limit=1, hours=168)
    with pytest.raises(Problem):
        actions.dismiss_drift(who("city.dispatcher"), row.pk, "")
    assert actions.dismiss_drift(who("city.dispatcher"), row.pk, "检修").state == "dismissed"
    with pytest.raises(Problem) as refused:
        actions.dismiss_drift(who("company2.administrator"), row.pk, "x")
    assert refused.value.status == 403


def test_dead_and_still_objects_say_why(past):
    past.silent.add(("unit", 5))
    past.still.add(("unit", 9))
    versions.train_first(("unit",), past, past.until, lambda *_: None)
    p = fleet.current("unit")
    assert p.source[[5, 9, 13]].tolist() == [Source.GROUP, Source.GROUP, Source.OWN]
    assert p.reason[[5, 9, 13]].tolist() == [Reason.NO_READINGS, Reason.CONSTANT, Reason.NONE]
    assert queries.adopted("unit").sources == {"none": 0, "group": 2, "own": 2, "network": 0, "overridden": 0}


def test_a_file_that_is_gone_is_a_problem_not_a_crash(models, settings):
    draft = trained()
    (kept.folder_of(settings.DATA_DIR) / f"unit-{draft.number}.npz").unlink()
    with pytest.raises(Problem) as refused:
        actions.adopt(who(ADMIN), draft.pk)
    assert refused.value.status == 404
    (kept.folder_of(settings.DATA_DIR) / "unit-1.npz").write_bytes(b"torn")
    kept.put_in_force(kept.folder_of(settings.DATA_DIR), "unit", 1)
    assert fleet.current("unit") is None


def test_the_jobs_do_it_all(past):
    from cleanheat.diagnosis.jobs import _lacks_models

    assert _lacks_models()
    jobs.enqueue("diagnosis.first_training")
    run_all()
    assert not _lacks_models()
    past.until += 86_400
    for name in ("diagnosis.follow_nightly", "diagnosis.watch_drift", "diagnosis.end_overrides"):
        jobs.enqueue(name)
    run_all()
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}

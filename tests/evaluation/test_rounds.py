"""Rounds: computed when due, published, frozen; who may see what of them."""

import pytest

from cleanheat.evaluation.actions import rounds
from cleanheat.evaluation.jobs import score_due
from cleanheat.evaluation.models import Round, Score
from cleanheat.evaluation.periods import period_of
from cleanheat.infra import jobs
from cleanheat.infra.models import AuditEntry
from cleanheat.kernel.errors import Problem
from tests.evaluation.hand_made import CHECKS, tallies

DECEMBER = period_of("month", "2025-12")
JANUARY = period_of("month", "2026-01")


class Silent:
    """A job's progress that nobody watches."""

    def __call__(self, done, total=0, note=""):
        self.done = done


@pytest.fixture
def boss(cast):
    from cleanheat.accounts.models import User

    return User.objects.get(username="city.administrator")


@pytest.mark.feature("A8-5")
@pytest.mark.feature("A8-7")
def test_what_is_over_is_scored_and_what_runs_is_provisional(counted):
    assert score_due({}, Silent()) == {"rounds": 5 * 3 + 5}
    assert Round.objects.get(span="month", period="2025-12").state == "computed"
    assert Round.objects.get(span="month", period="2026-01").state == "running"
    city = Score.objects.get(round__period="2025-12", subject_kind="city", data_set="substation")
    assert city.points["timeliness"] == pytest.approx(86.67)
    assert city.grade == "B"
    assert score_due({}, Silent()) == {"rounds": 2}  # the day and the month that run; the longer ones tomorrow


def test_scoring_again_replaces_and_a_published_round_stays(counted, boss):
    rounds.compute(DECEMBER)
    before = Score.objects.get(round__period="2025-12", subject_kind="company", subject_id=10, data_set="")
    counted[""] = tallies().__class__(tallies().companies, tallies().asked, CHECKS, CHECKS * 0)
    rounds.recompute(boss, DECEMBER)
    jobs.run(jobs.claim())
    after = Score.objects.get(round__period="2025-12", subject_kind="company", subject_id=10, data_set="")
    assert before.total < 100 == after.total
    assert rounds.publish(boss, DECEMBER).state == "published"
    counted[""] = tallies()
    rounds.compute(DECEMBER)
    assert Score.objects.get(pk=after.pk).total == 100
    with pytest.raises(Problem) as refused:
        rounds.recompute(boss, DECEMBER)
    assert refused.value.status == 409
    assert rounds.withdraw(boss, DECEMBER, "数据补传").state == "computed"
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {
        "evaluation.compute",
        "evaluation.publish",
        "evaluation.withdraw",
    }


def test_what_still_runs_is_not_published(counted, boss):
    rounds.compute(JANUARY)
    with pytest.raises(Problem) as refused:
        rounds.publish(boss, JANUARY)
    assert refused.value.status == 409


@pytest.mark.parametrize("who", ["company.administrator", "district.administrator", "city.reader"])
def test_only_the_city_publishes(counted, signed_in, who):
    rounds.compute(DECEMBER)
    answer = signed_in(who).post(
        "/api/v1/evaluation/rounds/month/2025-12/publish", {"note": ""}, content_type="application/json"
    )
    assert answer.status_code == 403


def _rows(client, path):
    answer = client.get(f"/api/v1/evaluation/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()["rows"]


def test_a_company_sees_itself_and_averages_until_the_round_is_published(counted, signed_in, boss):
    rounds.compute(DECEMBER)
    own = signed_in("company.reader")
    rows = _rows(own, "scores?period=2025-12&data_set=*")
    assert {(r["subject_kind"], r["subject_id"]) for r in rows if r["subject_kind"] != "district"} == {
        ("city", 0),
        ("company", 10),
    }
    place = _rows(own, "ranking?period=2025-12")
    assert [(r["subject_id"], r["place"], r["of"]) for r in place] == [(10, 1, 2)]
    rounds.publish(boss, DECEMBER)
    everyone = _rows(own, "ranking?period=2025-12")
    assert [(r["name"], bool(r["points"])) for r in everyone] == [("甲热力", True), ("乙热力", False)]


def test_a_scene_weighs_and_ranks_by_its_own_weights(counted, signed_in):
    rounds.compute(DECEMBER)
    rows = _rows(signed_in("city.reader"), "scores?period=2025-12&kind=company&scene=dispatch")
    ten = next(r for r in rows if r["subject_id"] == 10)
    accuracy = (99 + 80) / 2
    assert ten["total"] == pytest.approx((0.25 * accuracy + 0.20 * 90 + 0.40 * 100) / 0.85, abs=0.01)


def test_a_district_is_scored_by_where_objects_lie(counted, signed_in):
    rounds.compute(DECEMBER)
    rows = _rows(signed_in("city.reader"), "scores?period=2025-12&kind=district")
    assert {r["name"] for r in rows} == {"南关区", "宽城区"}


def test_movement_is_against_the_period_before(counted, signed_in):
    counted["2025-12"] = tallies().__class__(tallies().companies, tallies().asked, CHECKS, CHECKS * 0)
    rounds.compute(DECEMBER)
    rounds.compute(JANUARY)
    rows = _rows(signed_in("city.reader"), "scores?period=2026-01&kind=company")
    ten = next(r for r in rows if r["subject_id"] == 10)
    assert ten["change"] == pytest.approx(ten["total"] - 100, abs=0.01)
    made = signed_in("city.reader").get("/api/v1/evaluation/trend?period=2026-01&count=3").json()
    assert made["periods"] == ["2025-11", "2025-12", "2026-01"]
    assert made["totals"][0] is None
    assert made["slope"] == pytest.approx(made["totals"][2] - 100, abs=0.01)

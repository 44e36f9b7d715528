"""Reports: made by a job, printed, published, talked about."""

import pytest

from cleanheat.alerts.models import Alert
from cleanheat.evaluation.actions import reports, rounds
from cleanheat.evaluation.models import Report
from cleanheat.evaluation.periods import period_of
from cleanheat.evaluation.reporting import printing
from cleanheat.infra import jobs
from cleanheat.infra.models import AuditEntry, Delivery, Job
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import utc

DECEMBER = period_of("month", "2025-12")


@pytest.fixture
def boss(cast):
    from cleanheat.accounts.models import User

    return User.objects.get(username="city.administrator")


@pytest.fixture
def scored(counted, store, boss):
    """December and November scored; three quality alerts of company 10 in December, one closed, one false."""
    from cleanheat.telemetry.public import install_store

    install_store(store)
    for key in ("2025-11", "2025-12"):
        rounds.compute(period_of("month", key))
    for number, state in ((1, "closed"), (3, "new"), (5, "false")):
        at = utc(DECEMBER.start + 3_600)
        Alert.objects.create(
            source="quality.range_unit", object_kind="substation", object_number=number, object_name="站", level=4,
            text="超量程", since_at=at, first_at=at, last_at=at, company_id=10, sender_id=10, district_id=2,
            state=state, is_live=False,
        )  # fmt: skip
    return counted


def _made(user, number=10, kind="company"):
    report = reports.request_report(user, DECEMBER, kind, number)
    while (claimed := jobs.claim()) is not None:
        jobs.run(claimed)
    assert Job.objects.get(pk=report.job_id).error == ""
    return Report.objects.get(pk=report.pk)


@pytest.mark.feature("A8-8")
def test_a_report_says_score_problems_and_comparison_and_is_printed(scored, boss, signed_in):
    made = _made(boss)
    assert made.state == "draft"
    said = made.content
    assert said["score"]["grade"] == "B"
    assert said["score"]["change"] == 0
    assert said["score"]["city"] is not None
    problems = dict(said["problems"])
    orders = problems.pop("orders")
    assert problems == {"found": 3, "solved": 1, "called_false": 1, "open": 1, "solved_ratio": 0.5}
    assert orders == {"issued": 0, "closed": 0, "open": 0, "overdue": 0, "mean_hours": None}
    assert [d["key"] for d in said["dimensions"]][:2] == ["accuracy", "completeness"]
    assert said["rules"][0]["zh"] == "室温量程"  # the dearest: half of the accuracy of both data sets
    assert [t["period"] for t in said["trend"]] == ["2025-11", "2025-12"]
    pdf = signed_in("city.reader").get(f"/api/v1/evaluation/reports/{made.pk}/pdf")
    assert pdf.status_code == 200
    assert pdf.content.startswith(b"%PDF-")
    assert len(pdf.content) > 20_000
    assert printing.printed(said) == printing.printed(said)


def test_the_subject_reads_and_comments_once_it_is_published(scored, boss, signed_in):
    made = _made(boss)
    own, other, city = (signed_in(f"{who}.administrator") for who in ("company", "company2", "city"))
    address = f"/api/v1/evaluation/reports/{made.pk}"
    assert own.get(address).status_code == 404
    assert city.post(f"{address}/publish").json()["state"] == "published"
    assert Delivery.objects.count() == 0  # nobody listens yet; publishing must not fail for that
    assert own.get(address).json()["content"]["subject"]["name"] == "甲热力"
    assert other.get(address).status_code == 404
    say = {"text": "已安排更换 3 台温度变送器"}
    assert other.post(f"{address}/comments", say, content_type="application/json").status_code == 404
    assert own.post(f"{address}/comments", {"text": " "}, content_type="application/json").status_code == 422
    assert own.post(f"{address}/comments", say, content_type="application/json").json()["feedback"] == "open"
    assert city.post(f"{address}/close").status_code == 409
    answered = city.post(f"{address}/comments", {"text": "请于月底前完成"}, content_type="application/json").json()
    assert [c["is_answer"] for c in answered["comments"]] == [False, True]
    assert city.post(f"{address}/close").json()["feedback"] == "closed"
    assert AuditEntry.objects.filter(object_kind="report").count() == 5
    assert own.get(f"{address}/export").status_code == 200


def test_a_published_report_stays_as_it_is(scored, boss):
    made = _made(boss)
    reports.publish_report(boss, made.pk)
    assert reports.request_report(boss, DECEMBER, "company", 10).job_id == made.job_id
    assert reports.publish_report(boss, made.pk).state == "published"


def test_without_a_typeface_the_report_says_so(scored, boss, monkeypatch):
    printing.typeface.cache_clear()
    monkeypatch.setattr(printing, "FAMILIES", ("No Such Typeface",))
    made = _made(boss)
    printing.typeface.cache_clear()
    assert made.state == "failed"
    assert "缺少中文字体" in made.error


def test_reports_on_everybody_and_on_the_city(scored, boss):
    assert {r.subject_id for r in reports.request_all(boss, DECEMBER)} == {10, 20}
    assert _made(boss, 0, "city").content["score"]["place"] == 1


@pytest.mark.parametrize(("kind", "number", "period"), [("company", 11, "2025-12"), ("company", 10, "2025-07")])
def test_a_report_on_nothing_is_refused(scored, boss, kind, number, period):
    with pytest.raises(Problem):
        reports.request_report(boss, period_of("month", period), kind, number)


def test_a_published_report_is_taken_back_with_a_reason(scored, boss):
    made = _made(boss)
    reports.publish_report(boss, made.pk)
    with pytest.raises(Problem) as refused:
        reports.withdraw_report(boss, made.pk, " ")
    assert refused.value.field == "reason"
    assert reports.withdraw_report(boss, made.pk, "数据补报").state == "draft"
    assert reports.withdraw_report(boss, made.pk, "数据补报").state == "draft"
    assert AuditEntry.objects.filter(verb="evaluation.withdraw_report").count() == 1


def test_the_printed_form_may_stand_in_the_platforms_own_page(scored, boss, signed_in):
    answer = signed_in("city.administrator").get(f"/api/v1/evaluation/reports/{_made(boss).pk}/pdf")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]

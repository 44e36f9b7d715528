"""Addresses of evaluation: one happy, one forbidden, one invalid."""

import pytest

from cleanheat.evaluation.actions import rounds
from cleanheat.evaluation.periods import period_of

ROOT = "/api/v1/evaluation"


@pytest.fixture
def scored(counted):
    rounds.compute(period_of("month", "2025-12"))
    return counted


@pytest.mark.parametrize(
    "path",
    [
        "words", "rounds", "scores", "scores?data_set=*", "scores/export", "scores/export?format=csv", "ranking",
        "trend", "checks", "weights", "improvement", "samples", "reports", "scores?span=year", "problems",
        "checks?kind=district&number=2",
    ],
)  # fmt: skip
def test_the_city_reads_everything(scored, signed_in, path):
    assert signed_in("city.reader").get(f"{ROOT}/{path}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "scores?period=2025-13", "scores?span=week", "trend?count=1", "trend?count=1000", "rounds?limit=0",
        "scores?period=2025-12&scene=nothing", "objects?limit=100000", "trend?kind=planet",
    ],
)  # fmt: skip
def test_bad_questions_name_the_field(scored, signed_in, path):
    answer = signed_in("city.reader").get(f"{ROOT}/{path}")
    assert answer.status_code == 422
    assert answer.json()["field"]


@pytest.mark.parametrize("number", [-1, 10**30, 999])
@pytest.mark.parametrize("path", ["scores?number={}", "trend?kind=company&number={}", "checks?kind=company&number={}"])
def test_numbers_nobody_has(scored, signed_in, path, number):
    assert signed_in("city.reader").get(f"{ROOT}/{path.format(number)}").status_code in {200, 404, 422}


@pytest.mark.parametrize("who", ["company.administrator", "district.administrator", "city.reader"])
def test_the_city_alone_writes(scored, signed_in, who):
    client = signed_in(who)
    sample = {"kind": "substation", "size": 5}
    for path, body in (
        ("rounds/month/2025-12/compute", {}),
        ("rounds/month/2025-12/withdraw", {"note": "x"}),
        ("samples", sample),
        ("reports", {"period": "2025-12"}),
        ("reports/1/publish", {}),
        ("reports/1/close", {}),
        ("reports/1/withdraw", {"reason": "x"}),
    ):
        assert client.post(f"{ROOT}/{path}", body, content_type="application/json").status_code == 403, path


def test_a_sheet_has_a_row_a_score(scored, signed_in):
    text = signed_in("city.reader").get(f"{ROOT}/scores/export?format=csv&kind=company").content.decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0].startswith("名次,对象,类别,数据集,总分,等级")
    assert [line.split(",")[1] for line in lines[1:3]] == ["甲热力", "乙热力"]


def test_asking_for_scores_again_gives_a_job(scored, signed_in):
    client = signed_in("city.administrator")
    answer = client.post(f"{ROOT}/rounds/month/2025-12/compute")
    assert answer.status_code == 202
    assert client.get(f"/api/v1/jobs/{answer.json()['job_id']}").json()["title"] == "重算数据质量得分"
    assert client.post(f"{ROOT}/rounds/month/2030-12/compute").status_code == 422

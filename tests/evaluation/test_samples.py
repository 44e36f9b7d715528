"""Samples of the archive: stratified, repeatable, verified by hand, counted in the accuracy of archives."""

import numpy as np
import pytest

from cleanheat.assets import public as assets
from cleanheat.assets.archive import KindTable
from cleanheat.evaluation import sources
from cleanheat.evaluation.actions import samples
from cleanheat.evaluation.models import SampledRecord
from cleanheat.evaluation.periods import period_of
from cleanheat.evaluation.sampling import drawn, strata_of
from cleanheat.kernel.errors import Problem

QUARTER = period_of("quarter", "2026-Q1")


@pytest.fixture
def people(cast):
    from cleanheat.accounts.models import User

    return {u.username: u for u in User.objects.all()}


def _table(n=1_200):
    numbers = np.arange(1, n + 1, dtype=np.int32)
    district = np.zeros(n + 1, np.int32)
    district[1:] = 2 + (numbers % 3 == 0)
    system = np.full(n + 1, np.nan)
    system[1:] = 1 + numbers % 2
    zeros = np.zeros(n + 1)
    return KindTable("substation", numbers, zeros, zeros, {"district": district}, {"system": system})


@pytest.mark.feature("A8-6")
def test_strata_are_month_by_district_by_scene_and_nobody_is_drawn_twice():
    months = ["2026-01", "2026-02", "2026-03"]
    strata = strata_of(_table(), months, {})
    assert {(s.month, s.district_id, s.scene) for s in strata} == {
        (m, d, s) for m in months for d in (2, 3) for s in (1, 2)
    }
    assert sum(s.records for s in strata) == pytest.approx(1_200)
    chosen = drawn(strata, 120, seed=7)
    assert sum(len(c) for c in chosen) == 120
    assert len(set(np.concatenate(chosen).tolist())) == 120
    assert all(abs(len(c) / 120 - s.records / 1_200) < 0.02 for s, c in zip(strata, chosen, strict=True))
    again = drawn(strata_of(_table(), months, {}), 120, seed=7)
    assert [c.tolist() for c in chosen] == [c.tolist() for c in again]
    assert [c.tolist() for c in chosen] != [c.tolist() for c in drawn(strata, 120, seed=8)]


def test_a_district_that_matters_more_gets_more():
    strata = strata_of(_table(), ["2026-01"], {"3": 4.0})
    chosen = drawn(strata, 120, seed=7)
    in_three = sum(len(c) for s, c in zip(strata, chosen, strict=True) if s.district_id == 3)
    assert in_three == 80  # 400 × 4 of 800 + 400 × 4


def test_a_sample_is_drawn_once_and_what_is_found_speaks_for_its_stratum(city, manual_clock, people):
    boss = people["city.administrator"]
    made = samples.draw(boss, QUARTER, "substation", 4, 7, {})
    assert samples.draw(boss, QUARTER, "substation", 4, 7, {}).pk == made.pk
    assert made.archive_version == assets.version()
    records = list(made.records.all())
    assert {r.number for r in records} == {1, 2, 3, 4}
    odd = [r for r in records if r.company_id == 10]
    samples.verify(boss, odd[0].pk, "wrong", "供热面积与竣工图不符")
    samples.verify(boss, odd[1].pk, "correct")
    counted = sources._samples(QUARTER)
    assert counted.companies.tolist() == [10]
    assert counted.asked[0].data_set == "archive"
    per_month = 2 / 3  # two records of the district and scene, three months
    assert counted.checks.sum() == pytest.approx(2 * per_month)
    assert counted.violations.sum() == pytest.approx(per_month)


def test_a_district_verifies_its_own_and_a_company_nobodys(city, manual_clock, people):
    made = samples.draw(people["city.administrator"], QUARTER, "substation", 4, 7, {})
    own = SampledRecord.objects.filter(sample=made, district_id=2).first()
    foreign = SampledRecord.objects.filter(sample=made, district_id=3).first()
    assert samples.verify(people["district.dispatcher"], own.pk, "correct").verification == "correct"
    for user, record, status in (("district.dispatcher", foreign, 404), ("company.administrator", own, 403)):
        with pytest.raises(Problem) as refused:
            samples.verify(people[user], record.pk, "correct")
        assert refused.value.status == status


@pytest.mark.parametrize(("kind", "size"), [("spaceship", 10), ("substation", 0), ("substation", 10**6)])
def test_a_sample_of_nothing_is_refused(city, manual_clock, people, kind, size):
    with pytest.raises(Problem):
        samples.draw(people["city.administrator"], QUARTER, kind, size, 1, {})


def test_wrong_needs_a_reason(city, manual_clock, people, signed_in):
    made = samples.draw(people["city.administrator"], QUARTER, "substation", 2, 7, {})
    record = made.records.first()
    address = f"/api/v1/evaluation/samples/records/{record.pk}"
    city_client = signed_in("city.administrator")
    assert city_client.post(address, {"verification": "wrong"}, content_type="application/json").status_code == 422
    assert city_client.post(address, {"verification": "maybe"}, content_type="application/json").status_code == 422
    said = city_client.post(address, {"verification": "wrong", "note": "已拆除"}, content_type="application/json")
    assert said.json()["name"].startswith("换热站")
    listed = city_client.get("/api/v1/evaluation/samples").json()
    assert (listed[0]["open"], listed[0]["wrong"]) == (1, 1)
    rows = city_client.get(f"/api/v1/evaluation/samples/{made.pk}/records").json()
    assert {r["month"] for r in rows} <= {"2026-01", "2026-02", "2026-03"}
    districts = {assets.names("area", [r["district_id"]])[0] for r in rows}
    assert {r["stratum_zh"].partition(" · ")[0] for r in rows} == districts
    assert all(r["stratum_zh"].partition(" · ")[2] in assets.code_words("system").values() for r in rows)

"""Links that names and places speak against become cases; what people decide is written, versioned, undone."""

import pytest

from cleanheat.assets import public as assets
from cleanheat.assets.matching.running import run
from cleanheat.assets.models import Building, Community
from cleanheat.assets.models_upkeep import ArchiveRecordVersion, ChangeRequest, MatchCase

CASES = "/api/v1/archive/matching/cases"
WRONG = 40


def quiet(*_told):
    pass


@pytest.fixture
def looked(loaded_city, cast, manual_clock):
    """The generated small city with some buildings linked to the wrong community, looked at once."""
    homes = list(Building.objects.order_by("number")[: 3 * WRONG : 3])
    right = {}
    for row in homes:
        others = Community.objects.filter(company_id=row.company_id, district_id=row.district_id)
        other = others.exclude(number=row.community_id).order_by("-number").first()
        if other is not None:
            right[row.number] = row.community_id
            Building.objects.filter(number=row.number).update(community_id=other.number)
    assets.publish("wrong links")
    assets.forget()
    return run("building_community", quiet), right


@pytest.mark.feature("G2-5")
@pytest.mark.feature("G2-7")
def test_wrong_links_are_found_and_sound_ones_left_alone(looked):
    done, right = looked
    assert len(right) > WRONG / 2
    cases = {c.number: c for c in MatchCase.objects.all()}
    assert cases.keys() >= right.keys()
    assert len(cases) <= len(right) + 2
    assert all(cases[n].candidates[0]["number"] == community for n, community in right.items())
    assert done.records == done.agreeing + done.proposed + done.doubtful + done.unknown
    said = cases[min(right)].candidates[0]["reasons"]
    assert "名称一致" in said
    assert any(reason.startswith("相距") for reason in said)


@pytest.mark.parametrize("relation", ["community_substation", "device_village"])
def test_a_sound_archive_has_hardly_a_case(loaded_city, manual_clock, relation):
    done = run(relation, quiet)
    assert done.records > 100
    assert done.proposed + done.doubtful <= 0.01 * done.records


@pytest.mark.feature("A3-3")
def test_a_candidate_is_taken_and_taken_back(looked, signed_in):
    _, right = looked
    case = MatchCase.objects.get(number=min(right))
    city = signed_in("city.dispatcher")
    taken = city.post(f"{CASES}/{case.pk}/decide", {"number": right[case.number]}, "application/json")
    assert taken.status_code == 200, taken.json()
    assert (taken.json()["state"], taken.json()["chosen"]) == ("relinked", right[case.number])
    assert Building.objects.get(number=case.number).community_id == right[case.number]
    version = ArchiveRecordVersion.objects.get(kind="building", number=case.number)
    assert version.source == "match"
    assert city.post(f"{CASES}/{case.pk}/decide", {"number": 1}, "application/json").status_code == 409
    assert city.post(f"{CASES}/{case.pk}/undo").json()["state"] == "open"
    assert Building.objects.get(number=case.number).community_id == case.present
    assert ArchiveRecordVersion.objects.filter(kind="building", number=case.number).count() == 2


def test_the_surest_are_taken_at_once_and_the_next_look_finds_them_solved(looked, signed_in):
    _, right = looked
    body = {"relation": "building_community", "at_least": 0.9}
    done = signed_in("city.administrator").post("/api/v1/archive/matching/accept", body, "application/json").json()
    assert done["done"] > 0.8 * len(right)
    assert done["refused"] == 0
    mended = [Building.objects.get(number=n).community_id == community for n, community in right.items()]
    assert sum(mended) == done["done"]
    assets.forget()
    again = run("building_community", quiet)
    assert again.proposed + again.doubtful == MatchCase.objects.filter(state="open").count()


def test_a_kept_link_stays_kept(looked, signed_in):
    _, right = looked
    case = MatchCase.objects.get(number=min(right))
    kept = signed_in("city.dispatcher").post(f"{CASES}/{case.pk}/decide", {"number": case.present}, "application/json")
    assert kept.json()["state"] == "kept"
    run("building_community", quiet)
    assert MatchCase.objects.get(number=case.number).state == "kept"


def test_a_companys_choice_is_a_request(city, signed_in, manual_clock):
    case = MatchCase.objects.create(
        relation="building_community", number=1, code="x", name="楼1", present=1, band="review", probability=0.5,
        candidates=[], found_at="2026-01-15T00:00:00Z", company_id=10, district_id=2,
    )  # fmt: skip
    Community.objects.filter(number=2).update(company_id=10, district_id=2)
    asked = signed_in("company.administrator").post(f"{CASES}/{case.pk}/decide", {"number": 2}, "application/json")
    assert asked.json()["state"] == "asked", asked.json()
    assert ChangeRequest.objects.get().after == {"community_id": 2}
    assert Building.objects.get(number=1).community_id == 1
    assert (
        signed_in("company.reader").post(f"{CASES}/{case.pk}/decide", {"number": 2}, "application/json").status_code
        == 403
    )
    counts = signed_in("company2.administrator").get("/api/v1/archive/matching/relations").json()[0]
    assert (counts["counts"]["asked"], counts["newest"]) == (0, None)


def test_another_district_takes_nothing(looked, signed_in):
    body = {"relation": "building_community", "at_least": 0.7}
    done = signed_in("district.dispatcher").post("/api/v1/archive/matching/accept", body, "application/json").json()
    mine = MatchCase.objects.exclude(state="open")
    assert done["done"] == mine.count()
    assert len(set(mine.values_list("district_id", flat=True))) <= 1

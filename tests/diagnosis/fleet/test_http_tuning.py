"""What people do to models over HTTP: trainings, overrides, drifts, feedback; each sees what concerns his objects."""

import pytest

from cleanheat.diagnosis import fleet
from cleanheat.diagnosis.models import Drift
from tests.diagnosis.fleet.test_http_models import BASE, get, post

pytestmark = pytest.mark.django_db(transaction=True)
SET = {"kind": "unit", "coefficient": "limit_factor", "value": 1.3, "reason": "试"}


def numbers(rows):
    return [row["number"] for row in rows]


@pytest.mark.feature("A9-14", "A9-15")
def test_overrides_are_set_seen_by_whom_they_concern_and_ended(models, signed_in):
    admin, company, other = (signed_in(f"{n}.administrator") for n in ("city", "company", "company2"))
    made = post(admin, "/overrides", SET | {"number": 5})
    assert made.status_code == 201, made.content
    assert (made.json()["coefficient_name"], made.json()["author"] != "") == ("报警限放宽系数", True)
    assert post(admin, "/overrides", SET | {"number": 5}).json()["id"] == made.json()["id"]
    post(admin, "/overrides", SET | {"district_id": 3})
    post(admin, "/overrides", SET)
    assert numbers(get(admin, "/overrides")) == [0, 0, 5]
    assert numbers(get(company, "/overrides?kind=unit")) == [0, 5]
    assert numbers(get(other, "/overrides")) == [0, 0]
    assert fleet.current("unit").coefficients["limit_factor"][5] == pytest.approx(1.3)
    path = f"/overrides/{made.json()['id']}/end"
    assert post(company, path).status_code == 403
    assert post(admin, path).json()["ended_at"] is not None
    assert post(admin, path).status_code == 200
    assert numbers(get(admin, "/overrides?kind=unit&with_ended=true")) == [0, 0, 5]
    assert post(admin, "/overrides/9999/end").status_code == 404


def test_what_may_not_be_set_is_named(models, signed_in):
    admin = signed_in("city.administrator")
    for more, field in (
        ({"value": 99}, "value"),
        ({"coefficient": "x"}, "coefficient"),
        ({"reason": ""}, "reason"),
        ({"kind": "room"}, "kind"),
        ({"until": "2020-01-01T00:00:00Z"}, "until"),
    ):
        answer = post(admin, "/overrides", SET | more)
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert post(admin, "/overrides", SET | {"number": 99}).status_code == 404
    assert post(signed_in("district.administrator"), "/overrides", SET).status_code == 403


@pytest.mark.feature("A9-17")
def test_trainings_of_single_objects_are_seen_by_their_owners(models, signed_in):
    admin = signed_in("city.administrator")
    post(admin, "/trainings", {"kind": "unit", "numbers": [5]})
    post(admin, "/trainings", {"kind": "unit", "numbers": [9]})
    post(admin, "/trainings", {"kind": "unit"})
    assert [t["numbers"] for t in get(admin, "/trainings")] == [[], [9], [5]]
    assert [t["numbers"] for t in get(signed_in("company.reader"), "/trainings")] == [[5]]
    assert post(admin, "/trainings", {"kind": "unit", "numbers": [0]}).status_code == 422
    assert post(admin, "/trainings", {"kind": "plant", "numbers": [1]}).status_code == 409


def test_drifts_are_listed_refitted_by_one_click_or_dismissed(models, signed_in):
    about = {"quantity": "supply", "week_s": 0, "bias": 3, "limit": 1, "hours": 168}
    mine, theirs = (Drift.objects.create(kind="unit", number=n, **about) for n in (5, 9))
    assert numbers(get(signed_in("city.reader"), "/drift")) == [5, 9]
    assert numbers(get(signed_in("company.reader"), "/drift?kind=unit")) == [5]
    assert post(signed_in("city.dispatcher"), f"/drift/{mine.pk}/refit").status_code == 403
    refitted = post(signed_in("city.administrator"), f"/drift/{mine.pk}/refit").json()
    assert (refitted["state"], refitted["state_name"]) == ("refitted", "已重新训练")
    assert post(signed_in("city.administrator"), f"/drift/{mine.pk}/refit").json()["training_id"] is not None
    assert post(signed_in("district.dispatcher"), f"/drift/{theirs.pk}/dismiss", {"note": "x"}).status_code == 404
    assert post(signed_in("city.dispatcher"), f"/drift/{theirs.pk}/dismiss", {"note": " "}).status_code == 422
    assert post(signed_in("city.dispatcher"), f"/drift/{theirs.pk}/dismiss", {"note": "检修"}).json()["note"] == "检修"
    assert get(signed_in("city.reader"), "/drift") == []


@pytest.mark.feature("A9-13")
def test_feedback_moves_limits_and_counts_once(models, signed_in):
    said = {"kind": "unit", "number": 5, "outcome": "false_alarm", "reference": "order:7"}
    dispatcher = signed_in("district.dispatcher")
    (made,) = post(dispatcher, "/feedback", said).json()
    assert (made["factor_before"], made["factor_after"], made["outcome_name"]) == (1.0, 1.15, "误报")
    assert post(dispatcher, "/feedback", said).json() == []
    assert fleet.current("unit").coefficients["limit_factor"][5] == pytest.approx(1.15)
    assert post(dispatcher, "/feedback", said | {"number": 9}).status_code == 404
    assert post(dispatcher, "/feedback", said | {"outcome": "maybe"}).status_code == 422
    assert post(signed_in("company.administrator"), "/feedback", said).status_code == 403
    assert numbers(get(signed_in("company.reader"), "/feedback")) == [5]
    assert get(signed_in("company2.reader"), "/feedback?kind=unit") == []
    assert signed_in("city.reader").get(f"{BASE}/feedback").status_code == 200

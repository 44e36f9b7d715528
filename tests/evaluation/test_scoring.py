"""From counts to scores, worked out on paper."""

import numpy as np
import pytest

from cleanheat.evaluation.queries.indicators import _shipped
from cleanheat.evaluation.scoring import score
from cleanheat.evaluation.tallies import Tallies, from_rows, merge, nothing
from tests.evaluation.hand_made import ASKED, tallies

MODEL = _shipped()[0]


def _at(made, kind, number, data_set=""):
    i = made.find(kind, number, data_set)
    assert i >= 0
    return {key: values[i] for key, values in made.points.items()} | {"grade": made.grades[i], "place": made.places[i]}


@pytest.mark.feature("A4-1")
@pytest.mark.feature("A8-3")
def test_a_data_set_is_scored_rule_by_rule_then_dimension_by_dimension():
    ten = _at(score(tallies(), MODEL, {}), "company", 10, "substation")
    assert ten["accuracy"] == pytest.approx((3 * 1.0 + 1 * 0.96) / 4 * 100)  # 99
    assert ten["completeness"] == pytest.approx(90)
    assert ten["timeliness"] == pytest.approx(100)
    assert ten["accessibility"] == pytest.approx(90)
    assert np.isnan(ten["consistency"])
    assert ten["quality"] == pytest.approx((0.30 * 99 + 0.25 * 90 + 0.20 * 100) / 0.75)  # accessibility weighs nothing
    assert ten["grade"] == "A"


def test_a_company_is_the_mean_of_its_data_sets_by_importance():
    ten = _at(score(tallies(), MODEL, {}), "company", 10)
    assert ten["accuracy"] == pytest.approx((99 + 80) / 2)
    doubled = MODEL.model_copy(update={"data_sets": {"room": 3.0, "substation": 1.0}})
    assert _at(score(tallies(), doubled, {}), "company", 10)["accuracy"] == pytest.approx((99 + 3 * 80) / 4)


def test_the_city_is_scored_on_the_counts_of_all():
    city = _at(score(tallies(), MODEL, {}), "city", 0, "substation")
    assert city["accuracy"] == pytest.approx((3 * (1 - 400 / 3_000) + (1 - 40 / 3_000)) / 4 * 100)
    assert city["timeliness"] == pytest.approx((1 - 200 / 1_500) * 100)


def test_companies_stand_in_order_and_those_without_counts_are_left_out():
    made = score(tallies(), MODEL, {})
    assert (_at(made, "company", 10)["place"], _at(made, "company", 20)["place"]) == (1, 2)
    assert _at(made, "company", 10, "room")["place"] == 1
    assert made.find("company", 20, "room") == -1


def test_a_district_has_its_part_of_every_company():
    shares = {"unit": (np.array([2, 3]), np.array([[1.0, 0.25], [0.0, 0.75]]))}
    made = score(tallies(), MODEL, shares)
    assert made.checks[made.find("district", 3, "substation")] == pytest.approx(0.75 * 6_100)
    assert _at(made, "district", 3, "substation")["timeliness"] == pytest.approx(80)
    assert _at(made, "district", 2, "substation")["timeliness"] == pytest.approx((1 - 50 / 750) * 100)


def test_what_belongs_to_nobody_is_the_citys_alone():
    some = tallies()
    made = score(Tallies(np.array([0, 20]), some.asked, some.checks, some.violations), MODEL, {})
    assert {(k, i) for k, i, s in map(made.subject, range(len(made))) if not s} == {("city", 0), ("company", 20)}
    assert made.checks[made.find("city", 0)] == some.checks.sum()


def test_rows_become_a_table_and_tables_stand_side_by_side():
    one = from_rows(
        ASKED[:2], np.array([20, 10, 20]), np.array([0, 1, 0]), np.array([5.0, 3, 2]), np.array([1.0, 0, 1])
    )
    assert one.companies.tolist() == [10, 20]
    assert one.checks.tolist() == [[0, 3], [7, 0]]
    other = Tallies(np.array([5]), ASKED[2:3], np.array([[4.0]]), np.array([[1.0]]))
    both = merge([one, nothing(), other])
    assert both.companies.tolist() == [5, 10, 20]
    assert both.violations.tolist() == [[0, 0, 1], [0, 0, 0], [2, 0, 0]]
    assert merge([]).asked == ()


def test_nothing_counted_is_no_score():
    assert len(score(nothing(), MODEL, {})) == 0

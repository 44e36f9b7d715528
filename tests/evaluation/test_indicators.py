"""The engine of indicator trees: any tree, any subjects."""

import numpy as np
import pytest

from cleanheat.evaluation.indicators import evaluate, read_set
from cleanheat.evaluation.queries.indicators import _shipped
from cleanheat.kernel.errors import Problem

TREE = {
    "key": "company",
    "zh": "企业评价",
    "children": [
        {
            "key": "quality",
            "zh": "供热质量",
            "weight": 30,
            "children": [
                {"key": "rooms", "zh": "室温合格率", "weight": 2, "measure": "rooms.pass",
                 "scoring": {"by": "larger", "low": 0.9, "high": 1.0}},
                {"key": "under", "zh": "欠供时长率", "weight": 1, "measure": "rooms.under",
                 "scoring": {"by": "smaller", "low": 0.0, "high": 0.1}},
            ],
        },
        {"key": "complaints", "zh": "万户投诉率", "weight": 20, "measure": "complaints.rate",
         "scoring": {"by": "table", "edges": [3, 5, 8], "points": [100, 80, 50, 0]}},
        {"key": "accidents", "zh": "事故", "weight": 10, "measure": "accidents",
         "scoring": {"by": "deduction", "points_each": 25}},
    ],
}  # fmt: skip
GRADES = [{"code": "A", "zh": "优", "low": 90}, {"code": "D", "zh": "差", "low": 0}]


def test_any_tree_of_indicators_is_evaluated_for_all_subjects_at_once():
    root = read_set({"root": TREE, "grades": GRADES}).root
    measures = {
        "rooms.pass": np.array([0.98, 0.85, np.nan]),
        "rooms.under": np.array([0.0, 0.05, np.nan]),
        "complaints.rate": np.array([2.0, 5.0, 9.0]),
        "accidents": np.array([0.0, 5.0, 1.0]),
    }
    points = evaluate(root, measures, 3)
    assert points["quality"][:2].tolist() == pytest.approx([(2 * 80 + 100) / 3, 50 / 3])
    assert points["complaints"].tolist() == [100, 50, 0]
    assert points["accidents"].tolist() == [100, 0, 75]
    assert points["company"][2] == pytest.approx(10 * 75 / 30)  # no rooms: quality neither counts nor weighs
    assert points["company"][0] == pytest.approx((30 * 260 / 3 + 20 * 100 + 10 * 100) / 60)


def _changed(**changes):
    return _shipped()[0].model_dump(mode="json") | changes


@pytest.mark.parametrize(
    "changes",
    [
        {"grades": [{"code": "A", "zh": "", "low": 90}]},
        {"grades": [{"code": "A", "zh": "", "low": 50}, {"code": "B", "zh": "", "low": 60}]},
        {"root": {"key": "quality", "zh": "质量"}},
        {"root": {"key": "Q u", "zh": "质量", "measure": "x"}},
        {"root": TREE | {"children": [TREE["children"][1]] * 2}},
        {"root": TREE | {"children": [TREE["children"][1] | {"weight": 0}]}},
        {"root": TREE | {"children": [TREE["children"][1] | {"weight": -1}]}},
        {"root": {"key": "a", "zh": "a", "measure": "x", "scoring": {"by": "table", "edges": [2, 1], "points": [1]}}},
        {"root": {"key": "a", "zh": "a", "measure": "x", "scoring": {"by": "larger", "low": 2, "high": 1}}},
        {"data_sets": {"room": -1}},
        {"checks": {"uploads.received": float("nan")}},
        {"scenes": [{"key": "s", "zh": "s", "weights": {"nothing": 1}}]},
        {"scenes": [{"key": "s", "zh": "s", "weights": {"accuracy": 0}}]},
        {"surprise": 1},
    ],
)  # fmt: skip
def test_a_model_that_does_not_hang_together_is_refused(changes):
    with pytest.raises(Problem) as refused:
        read_set(_changed(**changes))
    assert refused.value.status == 422


@pytest.mark.feature("A8-4")
def test_a_scene_of_use_weighs_what_matters_to_it():
    model = _shipped()[0]
    weights = {c.key: c.weight for c in model.in_scene("dispatch").root.children}
    assert weights["timeliness"] == 0.40
    assert sum(weights.values()) == pytest.approx(1)
    assert model.in_scene("") is model
    with pytest.raises(Problem):
        model.in_scene("nothing")

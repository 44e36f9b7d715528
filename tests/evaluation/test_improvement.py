"""Weights and rules change: with reason, weighed before and after on the same counts, remembered."""

import copy

import pytest

from cleanheat.evaluation import handlers, rulebook
from cleanheat.evaluation.actions import rounds
from cleanheat.evaluation.models import IndicatorVersion, RuleEffect
from cleanheat.evaluation.periods import period_of
from cleanheat.evaluation.queries.indicators import version_at
from cleanheat.infra import clock
from cleanheat.infra.models import AuditEntry
from cleanheat.quality.events import RulesChanged

WEIGHTS = "/api/v1/evaluation/weights"


def _heavier(weight=0.60):
    document = copy.deepcopy(version_at(clock.now()).document)
    document["root"]["children"][0]["weight"] = weight
    return document


def _post(client, path, body):
    return client.post(path, body, content_type="application/json")


@pytest.mark.feature("A8-10")
def test_a_change_is_previewed_saved_with_its_effect_and_in_the_history(counted, signed_in):
    city = signed_in("city.administrator")
    seen = _post(city, f"{WEIGHTS}/preview", {"document": _heavier()}).json()
    ten = next(r for r in seen["companies"] if r["id"] == 10)
    accuracy, before, after = 89.5, 0.30, 0.60
    assert ten["before"] == pytest.approx((before * accuracy + 0.25 * 90 + 0.2 * 100) / (before + 0.45), abs=0.01)
    assert ten["after"] == pytest.approx((after * accuracy + 0.25 * 90 + 0.2 * 100) / (after + 0.45), abs=0.01)
    assert IndicatorVersion.objects.count() == 1  # a preview stores nothing
    made = _post(city, WEIGHTS, {"document": _heavier(), "reason": "结算季更重准确性"})
    assert made.status_code == 201
    assert made.json()["number"] == 2
    assert made.json()["effect"]["city"]["change"] == seen["city"]["change"]
    history = city.get("/api/v1/evaluation/improvement").json()
    assert history[0]["differences"] == ["准确性 权重 0.3 → 0.6"]
    assert history[0]["reason"] == "结算季更重准确性"
    assert AuditEntry.objects.filter(verb="evaluation.change_weights").count() == 1
    same = _post(city, WEIGHTS, {"document": _heavier(), "reason": "再来一次"}).json()
    assert same["number"] == 2  # nothing changed, nothing stored


def test_a_version_holds_from_its_day_on(counted, signed_in):
    later = _post(
        signed_in("city.administrator"), WEIGHTS, {"document": _heavier(), "reason": "春季", "valid_from": "2026-02-01"}
    )
    assert later.status_code == 201
    assert rounds.compute(period_of("month", "2025-12")).indicators.number == 1
    assert version_at(clock.now()).number == 1
    assert version_at(clock.now() + 30 * 86_400).number == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reason": ""}, 422),
        ({"reason": "x", "valid_from": "2020-01-01"}, 422),
        ({"reason": "x", "document": {}}, 422),
        ({"reason": "x", "document": {"root": 1, "grades": []}}, 422),
    ],
)
def test_a_change_that_is_not_thought_through_is_refused(counted, signed_in, body, status):
    answer = _post(signed_in("city.administrator"), WEIGHTS, {"document": _heavier()} | body)
    assert answer.status_code == status
    assert "field" in answer.json()


@pytest.mark.parametrize("who", ["company.administrator", "district.administrator", "city.reader"])
@pytest.mark.parametrize("path", [WEIGHTS, f"{WEIGHTS}/preview"])
def test_only_the_city_changes_weights(counted, signed_in, who, path):
    assert _post(signed_in(who), path, {"document": _heavier(), "reason": "x"}).status_code == 403


def test_a_changed_rule_is_weighed_once(counted, manual_clock, monkeypatch, cast):
    asked = {c.number: c for c in counted[""].asked if c.number}
    monkeypatch.setattr(rulebook, "in_force", lambda: asked)
    monkeypatch.setattr(handlers.quality, "rules_version", lambda: 1)
    rulebook.remember()
    without = {n: c for n, c in asked.items() if c.key != "range_unit"}
    monkeypatch.setattr(rulebook, "in_force", lambda: without)
    monkeypatch.setattr(handlers.quality, "rules_version", lambda: 2)
    event = RulesChanged(rule=1, code="range_unit", version=0, change="retired", at=int(clock.now()), by_user=0)
    handlers.weigh_change(event)
    handlers.weigh_change(event)
    effect = RuleEffect.objects.get().effect
    twenty = next(r for r in effect["companies"] if r["id"] == 20)
    assert twenty["before"] < twenty["after"]
    assert (effect["weight_before"], effect["weight_after"]) == (3.0, 0.0)
    assert set(rulebook.remembered(1)) == {1, 2, 3, 4}
    assert set(rulebook.remembered()) == {2, 3, 4}

"""People change the library: drafts, publishing, retiring, copies, old versions, all of it kept and told."""

from __future__ import annotations

import pytest

from cleanheat.accounts.models import User
from cleanheat.infra.models import AuditEntry
from cleanheat.kernel.errors import Problem
from cleanheat.quality import actions
from cleanheat.quality.models import Rule, RuleChange, RuleVersion
from cleanheat.quality.public import active_specs, rules_version

SOUND = {
    "title": "供温上限试行",
    "expression": "供水温度 <= 上限温度",
    "marks": ["supply_temp_c"],
    "parameters": {"most_c": {"value": 120.0, "unit": "℃", "zh": "上限温度", "source": "本市经验"}},
}


@pytest.fixture
def editor(cast):
    return User.objects.get(username="city.administrator")


@pytest.fixture
def rule(editor):
    return actions.create(editor, "city_supply_limit", "boiler", "", SOUND, "试行")


def _active(code):
    return next((s for s in active_specs() if s.code == code), None)


def test_a_draft_judges_nothing_until_it_is_published(editor, rule):
    assert (rule.state, rule.version, rule.data_class) == ("draft", 0, "boiler")
    assert _active(rule.code) is None
    before = rules_version()
    actions.publish(editor, rule.pk, "评审通过")
    found = _active(rule.code)
    assert found is not None
    assert found.parameters["most_c"].value == 120.0
    assert rules_version() > before


def test_an_edit_waits_while_the_old_version_holds(editor, rule):
    actions.publish(editor, rule.pk, "发布")
    changed = {"most_c": {**SOUND["parameters"]["most_c"], "value": 118.0}}
    actions.edit(editor, rule.pk, {"parameters": changed}, "收紧")
    assert _active(rule.code).parameters["most_c"].value == 120.0
    actions.publish(editor, rule.pk, "发布")
    assert _active(rule.code).parameters["most_c"].value == 118.0
    assert _active(rule.code).version == 2
    actions.edit(editor, rule.pk, {"parameters": changed}, "同样内容")
    assert RuleVersion.objects.filter(rule=rule).count() == 2


def test_a_wrong_expression_is_refused_with_its_place(editor, rule):
    actions.edit(editor, rule.pk, {"expression": "供水温度 <=\n 没有的字段"}, "写错")
    with pytest.raises(Problem) as refused:
        actions.publish(editor, rule.pk, "发布")
    assert refused.value.field == "expression"
    assert refused.value.detail.startswith("第 2 行第 2 列")
    actions.edit(editor, rule.pk, {"expression": "供水温度 <= 供水压力"}, "单位不符")
    with pytest.raises(Problem) as refused:
        actions.publish(editor, rule.pk, "发布")
    assert refused.value.field == "expression"


@pytest.mark.feature("A8-10")
def test_an_old_version_comes_back_as_a_new_draft(editor, rule):
    actions.edit(editor, rule.pk, {"weight": 3.0}, "加重")
    actions.restore(editor, rule.pk, 1, "改回")
    assert RuleVersion.objects.get(rule=rule, version=3).weight == 1.0
    assert list(RuleChange.objects.filter(rule=rule).values_list("change", flat=True)) == [
        "restored",
        "edited",
        "created",
    ]
    assert AuditEntry.objects.filter(object_kind="quality.rule", object_id=str(rule.pk)).count() == 3


def test_a_retired_rule_is_out_of_force_and_a_copy_is_a_draft(editor):
    shipped = Rule.objects.get(code="heat_balance_unit")
    assert _active("heat_balance_unit") is not None
    actions.retire(editor, shipped.pk, "误报多")
    actions.retire(editor, shipped.pk, "再次")
    assert _active("heat_balance_unit") is None
    copied = actions.copy(editor, shipped.pk, "heat_balance_unit_ours")
    assert (copied.state, copied.is_shipped, copied.title) == ("draft", False, f"{shipped.title}（副本）")
    actions.publish(editor, shipped.pk, "恢复")
    assert _active("heat_balance_unit") is not None


def test_validity_dates_bound_a_rule(editor, rule, manual_clock):
    actions.edit(editor, rule.pk, {"valid_from": "2026-01-20", "valid_to": "2026-01-31"}, "一周")
    actions.publish(editor, rule.pk, "发布")
    assert _active(rule.code) is None
    manual_clock.advance(6 * 86_400)
    assert _active(rule.code) is not None
    manual_clock.advance(12 * 86_400)
    assert _active(rule.code) is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"level": 9}, "level"),
        ({"weight": -1}, "weight"),
        ({"family": "guess"}, "family"),
        ({"verdict": 5}, "verdict"),
        ({"parameters": {"x": {"value": 1, "unit": "", "zh": "", "source": ""}}}, "parameters"),
        ({"scope": {"towns": [1]}}, "scope"),
        ({"valid_from": "tomorrow"}, "valid_from"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_makes_no_rule_is_refused_by_field(editor, rule, given, field):
    with pytest.raises(Problem) as refused:
        actions.edit(editor, rule.pk, given, "试")
    assert refused.value.field == field


@pytest.mark.parametrize("who", ["district.administrator", "company.administrator", "city.reader"])
def test_only_the_citys_administrators_change_rules(cast, who):
    user = User.objects.get(username=who)
    with pytest.raises(Problem) as refused:
        actions.create(user, "mine", "unit", "", SOUND)
    assert refused.value.status == 403


def test_a_code_is_taken_once(editor, rule):
    with pytest.raises(Problem) as refused:
        actions.create(editor, rule.code, "unit", "", SOUND)
    assert (refused.value.status, refused.value.field) == (409, "code")
    with pytest.raises(Problem):
        actions.create(editor, "错误编码", "unit", "", SOUND)
    with pytest.raises(Problem):
        actions.create(editor, "for_what", "spaceship", "", SOUND)
    with pytest.raises(Problem):
        actions.create(editor, "for_archive", "archive.plant", "plant", SOUND)

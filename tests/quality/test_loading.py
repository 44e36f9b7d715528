"""The shipped rules come with the tables, once, and never overrule people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cleanheat.quality import library, loading
from cleanheat.quality.models import Rule, RuleChange, RuleVersion
from cleanheat.quality.public import active_specs, alarm_source, rule_names, rules_version

pytestmark = pytest.mark.django_db


def test_the_shipped_rules_are_there_after_migrating():
    codes = {s.code for s in library.shipped()}
    assert set(Rule.objects.values_list("code", flat=True)) == codes
    found = alarm_source("quality.range_unit")
    assert found is not None
    assert found.each[0] == "primary_supply_temp_c"
    assert "heat_total_gj" in found.each
    assert rule_names([found.number]) == {found.number: "数值超出合理范围"}
    assert {s.code for s in active_specs()} == {s.code for s in library.shipped() if "." not in s.kind}


def test_loading_again_changes_nothing():
    before = rules_version()
    assert loading.load_library() == 0
    assert rules_version() == before


def _changed(monkeypatch, code: str, title: str) -> None:
    rules = [replace(s, content={**s.content, "title": title}) if s.code == code else s for s in library.shipped()]
    monkeypatch.setattr(loading, "shipped", lambda: tuple(rules))


def test_a_new_shipped_version_comes_into_force(monkeypatch):
    before = rules_version()
    _changed(monkeypatch, "range_unit", "新名称")
    assert loading.load_library() == 1
    assert loading.load_library() == 0
    assert rules_version() > before
    assert alarm_source("quality.range_unit").zh == "新名称"
    assert alarm_source("quality.range_unit").version == 2


def test_what_people_changed_stays_in_force(monkeypatch, cast):
    from cleanheat.accounts.models import User

    rule = Rule.objects.get(code="range_unit")
    first = RuleVersion.objects.get(rule=rule)
    edited = RuleVersion(**{f.attname: getattr(first, f.attname) for f in first._meta.concrete_fields} | {"id": None})
    edited.version, edited.title, edited.author = 2, "企业口径", User.objects.first()
    edited.save()
    rule.version, rule.title = 2, edited.title
    rule.save()
    RuleChange.objects.create(rule=rule, change="published", version=2, at=first.at)
    _changed(monkeypatch, "range_unit", "新名称")
    assert loading.load_library() == 1
    assert alarm_source("quality.range_unit").zh == "企业口径"
    assert RuleVersion.objects.get(rule=rule, version=3).title == "新名称"


def test_versions_are_written_once():
    version = RuleVersion.objects.first()
    with pytest.raises(TypeError):
        version.save()

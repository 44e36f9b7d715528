"""Every change of a record is kept with who, when and why, numbered per record."""

import pytest
from django.db import transaction

from cleanheat.assets import history
from cleanheat.assets.models_upkeep import ArchiveRecordVersion
from cleanheat.kernel.errors import Problem

pytestmark = pytest.mark.django_db


@pytest.mark.feature("H1-6")
def test_versions_count_from_one_for_each_record(organisations):
    with transaction.atomic():
        assert history.record("building", 1, {"name": "甲"}, {"name": "乙"}, None, "改名") == 1
        assert (
            history.record("building", 1, {"name": "乙", "floors": 6}, {"name": "丙", "floors": 6}, None, "再改") == 2
        )
        assert history.record("building", 2, {"floors": 6}, {"floors": 7}, None, "加层", "import") == 1
    newest = ArchiveRecordVersion.objects.get(kind="building", number=1, version=2)
    assert (newest.before, newest.after, newest.source) == ({"name": "乙"}, {"name": "丙"}, "edit")


def test_what_did_not_change_has_no_version(organisations):
    with transaction.atomic():
        assert history.record("building", 1, {"name": "甲"}, {"name": "甲"}, None, "无") == 0
        kept = history.record_many(
            "building", [history.Change(1, {}, {"name": "新"}), history.Change(2, {"a": 1}, {"a": 1})], None, "新增"
        )
    assert kept == {1: 1}


@pytest.mark.parametrize("reason", ["", "  ", "a\0", "长" * 201])
def test_nobody_changes_the_archive_without_saying_why(organisations, reason):
    with pytest.raises(Problem) as refused, transaction.atomic():
        history.record("building", 1, {"a": 1}, {"a": 2}, None, reason)
    assert refused.value.field == "reason"


def test_two_changes_of_one_record_in_a_batch_are_a_mistake(organisations):
    twice = [history.Change(1, {"a": 1}, {"a": 2}), history.Change(1, {"a": 2}, {"a": 3})]
    with pytest.raises(ValueError, match="two changes"), transaction.atomic():
        history.record_many("building", twice, None, "两次")


@pytest.mark.feature("A3-3")
def test_what_is_edited_in_a_list_is_a_version(city, signed_in, manual_clock):
    client = signed_in("company.administrator")
    changed = client.patch("/api/v1/resources/assets.building/1", {"name": "新楼1"}, "application/json")
    assert changed.status_code == 200, changed.json()
    version = ArchiveRecordVersion.objects.get(kind="building", number=1)
    assert (version.before, version.after, version.reason) == ({"name": "楼1"}, {"name": "新楼1"}, "台账修改")
    assert version.by.username == "company.administrator"

"""The one way in for records: what it stores, what it refuses, and that it does all or nothing."""

from __future__ import annotations

import pytest

from cleanheat.accounts.models import User
from cleanheat.assets import public as assets
from cleanheat.assets import records
from cleanheat.assets.models import Building, Substation, Unit
from cleanheat.assets.models_upkeep import ArchiveRecordVersion
from cleanheat.assets.queries import MODELS
from cleanheat.infra.models import AuditEntry
from cleanheat.kernel.errors import Problem

pytestmark = pytest.mark.usefixtures("city", "manual_clock")


def user(name: str) -> User:
    return User.objects.get(username=name)


def new_building(**more):
    whole = {
        "name": "1号楼",
        "district_id": 2,
        "longitude": 125.3,
        "latitude": 43.9,
        "built_year": 2005,
        "company_id": 10,
        "community_id": 1,
        "unit_id": 5,
        "floors": 6,
        "height_m": 18.0,
        "heated_area_m2": 4_100.0,
        "households": 50,
        "energy_class": "s50",
    }
    return whole | more


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_every_field_of_every_kind_has_words_and_a_target(kind):
    for field in records.fields_of(kind):
        assert field.zh
        assert (field.type == "reference") == bool(field.reference)
        assert (field.type == "choice") == bool(field.choices)
        assert (field.type == "text") <= (field.most > 0)


@pytest.mark.feature("H1-4")
def test_a_new_building_gets_number_code_version_history_and_a_place_in_the_arrays():
    before = assets.archive().version
    done = records.apply("building", [new_building()], None, "首次导入")
    assert done.created == (3,)
    assert Building.objects.get(pk=3).code == "220102-LD-000003"
    assets.forget()
    assert assets.archive().version == done.version != before
    assert assets.archive()["building"].links["company"][3] == 10
    (kept,) = ArchiveRecordVersion.objects.all()
    assert (kept.number, kept.version, kept.before, kept.after["name"]) == (3, 1, {}, "1号楼")
    assert AuditEntry.objects.filter(verb="assets.apply").count() == 1


def test_a_change_keeps_what_is_left_out_and_the_same_again_changes_nothing():
    done = records.apply("building", [{"code": "220102-LD-000001", "floors": 7}], None, "核实")
    assert done.changed == (1,)
    assert Building.objects.get(pk=1).floors == 7
    assert Building.objects.get(pk=1).heated_area_m2 == 4_000.0
    again = records.apply("building", [{"number": 1, "floors": 7}], None, "核实")
    assert (again.version, again.unchanged) == ("", 1)
    assert ArchiveRecordVersion.objects.get().before == {"floors": 6}


def test_one_bad_record_keeps_all_out_and_every_reason_is_told():
    rows = [
        new_building(),
        new_building(floors=0),
        new_building(unit_id=99),
        new_building(energy_class="x"),
        new_building(longitude=43.9, latitude=125.3),
        {"name": "2号楼"},
    ]
    with pytest.raises(records.RefusedRecords) as caught:
        records.apply("building", rows, None, "导入")
    told = {(r.row, r.field) for r in caught.value.refusals}
    assert {(1, "floors"), (2, "unit_id"), (3, "energy_class"), (4, "longitude"), (4, "latitude")} <= told
    assert {(5, "company_id"), (5, "floors")} <= told
    assert not any(row == 0 for row, _ in told)
    assert Building.objects.count() == 2


def test_what_must_agree_within_a_record():
    with pytest.raises(records.RefusedRecords) as caught:
        records.apply("building", [new_building(unit_id=9)], None, "导入")
    assert "同一供热企业" in caught.value.detail
    with pytest.raises(records.RefusedRecords):
        records.apply("substation", [{"number": 1, "office_id": 21}], None, "导入")
    with pytest.raises(records.RefusedRecords):
        records.apply("substation", [{"number": 1, "boiler_room_id": 1}], None, "导入")


def test_a_code_nobody_has_must_be_a_unified_one_and_stand_once():
    given = records.apply("building", [new_building(code="220102-LD-990001")], None, "导入")
    assert Building.objects.get(pk=given.created[0]).code == "220102-LD-990001"
    for rows in ([new_building(code="楼-7")], [new_building(code="220102-LD-990002")] * 2):
        with pytest.raises(records.RefusedRecords):
            records.apply("building", rows, None, "导入")
    with pytest.raises(records.RefusedRecords):
        records.apply("building", [{"number": 1, "floors": 7}, {"code": "220102-LD-000001", "floors": 8}], None, "导入")
    with pytest.raises(records.RefusedRecords):
        records.apply("building", [{"number": 77, "floors": 7}], None, "导入")


def test_circuits_are_places_in_their_substation_three_at_most():
    whole = Unit.objects.filter(pk=5).values(*(f.key for f in records.fields_of("unit") if f.key != "code")).get()
    done = records.apply("unit", [{**whole, "name": "高区"}, {**whole, "name": "中区"}], None, "增设机组")
    assert done.created == (6, 7)
    assert Unit.objects.get(pk=6).code == "220102-JZ-000006"
    assets.forget()
    assert assets.archive()["unit"].links["substation"][7] == 1
    with pytest.raises(records.RefusedRecords, match="最多 3 个机组"):
        records.apply("unit", [whole], None, "增设机组")


def test_retired_objects_keep_their_slot():
    records.apply("substation", [{"number": 4, "in_service": False}], None, "停用")
    assert not Substation.objects.get(pk=4).in_service
    whole = Substation.objects.filter(pk=3).values(*(f.key for f in records.fields_of("substation"))).get()
    del whole["code"]
    assert records.apply("substation", [whole], None, "新站").created == (5,)


def test_a_company_changes_its_own_only(cast):
    company = user("company.administrator")
    assert records.apply("building", [{"number": 1, "floors": 7}, new_building()], company, "核实").changed == (1,)
    for kind, row in (
        ("building", {"number": 2, "floors": 7}),
        ("building", {"number": 1, "company_id": 20, "unit_id": 9}),
        ("heat_user", {"number": 2, "floor": 3}),
        ("unit", {"number": 9, "name": "别家"}),
    ):
        with pytest.raises(records.RefusedRecords, match="不在本单位范围内"):
            records.apply(kind, [row], company, "核实")


def test_a_reason_and_known_fields_are_asked_for():
    with pytest.raises(Problem, match="原因"):
        records.apply("building", [{"number": 1, "floors": 7}], None, " ")
    with pytest.raises(Problem, match="没有此字段"):
        records.apply("building", [{"number": 1, "colour": "red"}], None, "导入")

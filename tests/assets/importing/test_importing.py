"""A file from hand-in to undo: proposals, dry run, refused rows, confirmation; nothing half-imported."""

from __future__ import annotations

import io

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile

from cleanheat.accounts.models import User
from cleanheat.assets.importing import actions, rehearsing
from cleanheat.assets.importing.mapping import ColumnMap, suggested
from cleanheat.assets.models import Building, Pipe, RuralDevice, Substation
from cleanheat.assets.models_importing import ArchiveImport
from cleanheat.assets.models_upkeep import ArchiveRecordVersion
from cleanheat.assets.vocabulary import VersionSource
from cleanheat.infra import jobs
from cleanheat.kernel.errors import Problem
from tests.assets.importing.files import HEAD, csv_file, geojson_file, shapefile, square, xlsx_file

pytestmark = pytest.mark.usefixtures("city", "cast", "manual_clock")

GOOD = [
    "御景花园３栋",
    "小区1",
    "南关",
    "甲热力",
    "JZ1",
    "2005年",
    "6",
    "18",
    "0.41",
    "50",
    "节能50%",
    "125.31",
    "43.89",
]


def row(**more):
    return [more.get(title, cell) for title, cell in zip(HEAD, GOOD, strict=True)]


@pytest.fixture
def boss(cast):
    return User.objects.get(username="city.administrator")


def hand_in(boss, path):
    body = path.read_bytes()
    return actions.hand_in(boss, path.name, io.BytesIO(body), len(body))


def proposed(found, kind, layer="", **more):
    name = layer or found.layers[0]["name"]
    columns = {s.field: s.column for s in suggested(kind, actions.layer_of(found, name).columns)}
    return ColumnMap(kind, name, **{"columns": columns, "rules": ("width", "house", "phase"), **more})


def work():
    """The long jobs that wait, and nothing that is due by the clock."""
    while (claimed := jobs.claim(lane=True)) is not None:
        jobs.run(claimed)


def through(boss, path, kind="building", **more):
    """Handed in, mapped as proposed, rehearsed."""
    found = hand_in(boss, path)
    actions.rehearse(boss, found.pk, proposed(found, kind, **more))
    work()
    found.refresh_from_db()
    return found


def confirmed(boss, found, **more):
    actions.confirm(boss, found.pk, "年度普查", without_refused=more.get("without_refused", False))
    work()
    found.refresh_from_db()
    return found


def test_columns_are_proposed_by_name_synonym_and_pinyin():
    told = {s.field: (s.column, s.score) for s in suggested("building", [*HEAD, "备注"])}
    assert told["heated_area_m2"][0] == "供热面积（万㎡）"
    assert told["longitude"][0] == "lng"
    assert told["company_id"][0] == "供热单位"
    assert told["name"][0] == "楼栋名称"
    assert "备注" not in {column for column, _ in told.values()}
    sounds = {s.field: s.column for s in suggested("building", ["gongremianji", "cs", "XIAOQU", "xyz"])}
    assert sounds == {"heated_area_m2": "gongremianji", "floors": "cs", "community_id": "XIAOQU"}


@pytest.mark.feature("A3-1", "G2-1", "G2-5")
@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig"])
def test_a_good_file_is_rehearsed_confirmed_and_undone(tmp_path, boss, encoding):
    found = through(boss, csv_file(tmp_path / "楼栋.csv", [HEAD, row(), row(楼栋名称="御景花园4栋")], encoding))
    assert found.outcome | {"reasons": {}} == {
        "rows": 2, "created": 2, "changed": 0, "unchanged": 0, "refused": 0, "reasons": {},
    }  # fmt: skip
    assert Building.objects.count() == 2
    done = confirmed(boss, found)
    assert (done.state, done.created) == ("applied", [3, 4])
    building = Building.objects.get(pk=3)
    assert (building.name, building.heated_area_m2, building.district_id, building.built_year) == (
        "御景花园3号楼", 4_100.0, 2, 2005,
    )  # fmt: skip
    assert ArchiveRecordVersion.objects.filter(source=VersionSource.IMPORT).count() == 2
    assert not actions.path_of(done).exists()
    actions.undo(boss, done.pk, "撤回")
    assert not Building.objects.filter(pk__in=[3, 4], in_service=True).exists()


def test_the_same_file_again_changes_nothing_and_another_value_only_that(tmp_path, boss):
    confirmed(boss, through(boss, csv_file(tmp_path / "a.csv", [HEAD, row()])))
    again = through(boss, csv_file(tmp_path / "b.csv", [HEAD, row()]))
    assert (again.outcome["unchanged"], again.outcome["created"]) == (1, 0)
    with pytest.raises(Problem, match="没有需要导入"):
        confirmed(boss, again)
    third = confirmed(boss, through(boss, csv_file(tmp_path / "c.csv", [HEAD, row(层数="7")])))
    assert third.changed == [3]
    actions.undo(boss, third.pk, "填错")
    assert Building.objects.get(pk=3).floors == 6


@pytest.mark.feature("A3-3", "G2-1")
def test_bad_rows_are_told_by_field_and_keep_all_out(tmp_path, boss):
    rows = [
        row(),
        row(所属小区="无此小区"),
        row(楼栋名称="乙", lng="43.89", lat="125.31"),
        row(楼栋名称="丙", 层数="很高"),
        row(楼栋名称="丁", 供热单位="乙热力"),
        row(楼栋名称=""),
        row(),
        [""] * len(HEAD),
    ]
    found = through(boss, csv_file(tmp_path / "a.csv", [HEAD, *rows], "gbk"))
    told = {r.line: dict(r.faults) for r in rehearsing.refused_rows(actions.path_of(found))}
    assert set(told) == {3, 4, 5, 6, 7, 8}, told
    assert (found.outcome["rows"], found.outcome["refused"]) == (7, 6)
    assert "没有这个小区" in told[3]["community_id"]
    assert "颠倒" in told[4]["longitude"]
    assert "不是数" in told[5]["floors"]
    assert "同一供热企业" in told[6]["company_id"]
    assert "缺少名称" in told[7]["name"]
    with pytest.raises(Problem, match="未通过"):
        confirmed(boss, found)
    assert Building.objects.count() == 2
    assert confirmed(boss, found, without_refused=True).created == [3]


def test_missing_columns_are_named_before_anything_is_read(tmp_path, boss):
    found = hand_in(boss, csv_file(tmp_path / "a.csv", [HEAD[:3], GOOD[:3]]))
    with pytest.raises(Problem, match=r"缺少必填列.*供热面积"):
        actions.rehearse(boss, found.pk, proposed(found, "building"))
    with pytest.raises(Problem, match="没有这一列"):
        actions.rehearse(boss, found.pk, ColumnMap("building", "csv", {"name": "不存在"}))
    with pytest.raises(Problem, match="没有此字段"):
        actions.rehearse(boss, found.pk, ColumnMap("building", "csv", {"colour": "楼栋名称"}))


@pytest.mark.feature("G2-3")
def test_a_few_columns_of_what_exists_are_corrected_by_code(tmp_path, boss):
    path = xlsx_file(tmp_path / "a.xlsx", {"站": [["统一编码", "经度", "纬度"], ["220102hr000001", 125.5, 43.8]]})
    Substation.objects.filter(pk=1).update(code="220102-HR-000001")
    done = confirmed(boss, through(boss, path, "substation"))
    assert done.changed == [1]
    station = Substation.objects.get(pk=1)
    assert (station.longitude, station.name) == (125.5, "换热站1")


@pytest.mark.feature("G2-5", "G2-6")
def test_footprints_in_gbk_and_pipes_with_their_length(tmp_path, boss):
    columns = {"名称": ["御景花园9栋"], "小区": ["小区1"], "区县": ["南关区"], "热企": ["甲热力"], "机组": ["JZ1"]}
    columns |= {
        "建筑年代": ["2005"],
        "层数": [6],
        "楼高": [18.0],
        "供热面积": [4100.0],
        "户数": [50],
        "节能": ["节能50%"],
    }
    done = confirmed(boss, through(boss, shapefile(tmp_path, columns, [square()])))
    assert shapely.Point(Building.objects.get(pk=3).longitude, Building.objects.get(pk=3).latitude).within(square())
    line = shapely.LineString([(125.3, 43.9), (125.31, 43.9)])
    pipes = [({"区县": "南关区", "管网类型": "二次网", "管径": "DN300", "敷设年份": "2010"}, line)]
    done = confirmed(boss, through(boss, geojson_file(tmp_path / "p.geojson", pipes), "pipe"))
    pipe = Pipe.objects.get(pk=done.created[0])
    assert (pipe.diameter_mm, pipe.medium) == (300, "secondary")
    assert pipe.length_m == pytest.approx(803.4, abs=0.5)


def test_self_intersecting_and_missing_shapes_are_told_with_their_place(tmp_path, boss):
    bow = shapely.Polygon([(125.3, 43.9), (125.4, 44.0), (125.4, 43.9), (125.3, 44.0)])
    told = {"统一编码": "220102-LD-000001"}
    path = geojson_file(tmp_path / "a.geojson", [(told, bow), ({"统一编码": "220103-LD-000002"}, None)])
    found = through(boss, path, "building")
    assert found.outcome["refused"] == 2
    faults = [dict(r.faults)["geometry"] for r in rehearsing.refused_rows(actions.path_of(found))]
    assert "自相交" in faults[0]
    assert faults[1] == "缺少几何"


@pytest.mark.feature("G2-9", "G2-10")
def test_devices_are_imported_too(tmp_path, boss):
    head = ["名称", "区县", "村屯", "农村平台", "设备类型", "功率", "采暖面积", "经度", "纬度", "建成年份"]
    line = ["一村3户", "南关区", "一村", "农一", "热泵风机", "6.5kW", "95平", "125.3", "43.9", "2021"]
    done = confirmed(boss, through(boss, csv_file(tmp_path / "a.csv", [head, line]), "device"))
    device = RuralDevice.objects.get(pk=done.created[0])
    assert (device.rated_kw, device.floor_area_m2) == (6.5, 95.0)


def test_a_name_that_two_have_needs_a_code(tmp_path, boss):
    Building.objects.filter(pk=2).update(community_id=1, name="楼1")
    Building.objects.filter(pk=1).update(name="楼1")
    found = through(boss, csv_file(tmp_path / "a.csv", [HEAD, row(楼栋名称="楼1")]))
    assert found.outcome["refused"] == 1
    assert "同名" in next(rehearsing.refused_rows(actions.path_of(found))).faults[0][1]


def test_what_was_changed_since_cannot_be_undone_as_a_whole(tmp_path, boss):
    from cleanheat.assets import records

    confirmed(boss, through(boss, csv_file(tmp_path / "a.csv", [HEAD, row()])))
    done = confirmed(boss, through(boss, csv_file(tmp_path / "b.csv", [HEAD, row(层数="7")])))
    records.apply("building", [{"number": 3, "floors": 8}], boss, "核实")
    with pytest.raises(Problem, match="又有修改"):
        actions.undo(boss, done.pk, "撤回")


def test_the_archive_moved_on_between_dry_run_and_confirmation(tmp_path, boss):
    from cleanheat.assets.models import Community

    found = through(boss, csv_file(tmp_path / "a.csv", [HEAD, row()]))
    Community.objects.filter(pk=1).update(company_id=20)
    Building.objects.update(company_id=20)
    Substation.objects.filter(pk=1).update(company_id=20, office_id=21)
    done = confirmed(boss, found)
    assert (done.state, Building.objects.count()) == ("refused", 2)


@pytest.mark.parametrize("name", ["a.exe", "a.csv", "a.zip"])
def test_what_is_no_file_of_ours_leaves_nothing_behind(boss, name):
    with pytest.raises(Problem):
        actions.hand_in(boss, name, io.BytesIO(b"\0\1\2"), 3)
    assert not ArchiveImport.objects.exists()


@pytest.mark.parametrize(
    "who",
    [
        "city.reader",
        "city.dispatcher",
        "company.reader",
        "company.dispatcher",
        "office.administrator",
        "district.administrator",
    ],
)
def test_only_who_maintains_the_citys_archive_may(signed_in, who):
    client = signed_in(who)
    assert client.get("/api/v1/archive/imports").status_code == 403
    sent = client.post("/api/v1/archive/imports", {"file": SimpleUploadedFile("a.csv", b"a\n1\n")})
    assert sent.status_code == 403


@pytest.mark.feature("A3-1")
def test_the_whole_way_over_http(tmp_path, signed_in):
    client = signed_in("city.administrator")
    body = csv_file(tmp_path / "a.csv", [HEAD, row(), row(所属小区="无")], "gbk").read_bytes()
    sent = client.post("/api/v1/archive/imports", {"file": SimpleUploadedFile("楼栋.csv", body)})
    assert sent.status_code == 201, sent.content
    here = f"/api/v1/archive/imports/{sent.json()['id']}"
    told = client.get(f"{here}/suggestion?kind=building&layer=csv").json()
    mapping = {"kind": "building", "layer": "csv", "columns": {s["field"]: s["column"] for s in told}}
    shown = client.post(f"{here}/preview", mapping, "application/json").json()
    assert shown["rows"][0]["values"]["energy_class"] == "节能50%"
    assert "community_id" in shown["rows"][1]["faults"]
    assert client.post(f"{here}/rehearse", mapping, "application/json").status_code == 202
    work()
    assert client.get(here).json()["outcome"]["refused"] == 1
    assert client.get(f"{here}/refused").json()[0]["line"] == 3
    sheet = client.get(f"{here}/refused/file")
    assert sheet.headers["Content-Type"].startswith("application/vnd.openxml")
    assert client.post(f"{here}/confirm", {"reason": "普查"}, "application/json").status_code == 422
    ok = client.post(f"{here}/confirm", {"reason": "普查", "without_refused": True}, "application/json")
    assert ok.status_code == 202
    work()
    assert client.get(here).json()["created"] == 1
    assert client.post(f"{here}/undo", {"reason": "演练"}, "application/json").json()["state"] == "undone"
    kept = client.post(
        "/api/v1/archive/import-templates", {"name": "甲热力楼栋", "mapping": mapping}, "application/json"
    )
    assert kept.status_code == 201
    assert client.get("/api/v1/archive/import-templates").json()[0]["mapping"]["columns"] == mapping["columns"]
    assert client.delete(f"/api/v1/archive/import-templates/{kept.json()['id']}").status_code == 204
    assert len(client.get("/api/v1/archive/import-words").json()["kinds"]) >= 13

"""The job that converts layers: what comes out, what bad rows are told, and parameters that are nowhere to be found."""

from __future__ import annotations

import csv
import io
import json
import logging
import zipfile

import numpy as np
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from cleanheat.accounts.models import User
from cleanheat.assets.coordinates import actions, held
from cleanheat.assets.coordinates.parameters import frame_of
from cleanheat.assets.importing.sources import chunks_of, layers_of, types_of
from cleanheat.assets.models_conversions import Conversion
from cleanheat.calc.geo.frames import from_wgs84
from cleanheat.infra import jobs
from tests.assets.importing.files import geojson_file, square, vector_file

SECRETS = {"dx": -3208765.4321, "dy": 1234.5678, "a": 0.99998765, "b": 0.00612345}
PLANE = {"central_meridian": 126.0, "ellipsoid": "CGCS2000"}
LOCAL = frame_of("local", {"plane": PLANE, "four": SECRETS})
CHECKS = [(125.31, 43.91), (125.4, 43.8), (125.5, 44.0), (125.2, 43.7), (125.45, 43.95)]
BASE = "/api/v1/archive/conversions"


def local(shape, frame=LOCAL):
    return shapely.transform(shape, lambda xy: from_wgs84(frame, xy))


def points_csv(off_m=0.0, title="name,x,y,longitude,latitude"):
    at = from_wgs84(LOCAL, np.array(CHECKS))
    at[2, 0] += off_m
    rows = [f"K{i},{x:.4f},{y:.4f},{lon},{lat}" for i, ((x, y), (lon, lat)) in enumerate(zip(at, CHECKS, strict=True))]
    return "\n".join([title, *rows])


@pytest.fixture
def survey(tmp_path):
    """Two houses wall to wall and a pipe, in a local plane."""
    shapes = [local(square()), local(square(125.3003)), local(square(125.4))]
    path = vector_file(
        tmp_path / "survey.gpkg", {"名称": ["甲", "乙", "丙"], "层数": [6, 7, 8]}, shapes, None, layer="楼栋"
    )
    line = local(shapely.LineString([(125.3, 43.9), (125.31, 43.92), (125.32, 43.93)]))
    return vector_file(path, {"管径": [300.5]}, [line], None, layer="管线", append=True)


@pytest.fixture
def admin(signed_in, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    return signed_in("city.administrator")


def send(client, *paths):
    files = [SimpleUploadedFile(p.name, p.read_bytes()) for p in paths]
    answer = client.post(BASE, {"file": files})
    assert answer.status_code == 201, answer.content
    return answer.json()


def work_off():
    """What is queued, without what is due by the clock."""
    while (claimed := jobs.claim()) is not None:
        jobs.run(claimed)


def start(client, row, **more):
    told = {"system": "local", "plane": PLANE, "four": SECRETS, "checks": points_csv(), **more}
    answer = client.post(f"{BASE}/{row['id']}/start", told, "application/json")
    if answer.status_code == 200:
        work_off()
        return client.get(f"{BASE}/{row['id']}").json()
    return answer


def fetched(client, row, folder):
    body = b"".join(client.get(f"{BASE}/{row['id']}/result").streaming_content)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        archive.extractall(folder)
    return sorted(folder.iterdir())


@pytest.mark.feature("G5-1", "A3-1")
def test_layers_come_out_in_place_with_typed_attributes_and_proof(admin, survey, tmp_path):
    row = start(admin, send(admin, survey))
    assert (row["state"], row["problem"], row["has_result"]) == ("done", "", True)
    houses, pipes = row["outcome"]
    assert (houses["layer"], houses["features"], houses["left_out"], houses["holds"]) == ("楼栋", 3, 0, True)
    assert houses["topology"]["vertices"] == houses["vertices_after"] == 15
    assert houses["topology"]["nodes"] == 10  # two corners of the wall belong to both houses, and still do
    assert houses["rms_m"] < 1e-3
    assert list(houses["points"]) == ["K0", "K1", "K2", "K3", "K4"]
    assert pipes["holds"]
    (out,) = fetched(admin, row, tmp_path / "out")
    layer, _ = layers_of(out)
    (chunk,) = chunks_of(out, layer)
    assert np.abs(shapely.get_coordinates(chunk.geometry[0]) - shapely.get_coordinates(square())).max() < 1e-8
    assert types_of(out, layer) == {"名称": "object", "层数": "int64"}
    assert list(chunk.columns[0]) == ["甲", "乙", "丙"]


def _dump():
    """Everything the database holds, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for name in tables:
            cursor.execute(f'SELECT * FROM "{name}"')
            found.append(repr(cursor.fetchall()))
    return "\n".join(found)


@pytest.mark.feature("G5-1")
@pytest.mark.parametrize("fails", [False, True], ids=["done", "failed"])
def test_parameters_are_in_no_table_log_file_or_message(admin, survey, tmp_path, caplog, capsys, fails):
    caplog.set_level(logging.DEBUG)
    wrong = {"plane": {**PLANE, "central_meridian": -60.0}} if fails else {}
    row = start(admin, send(admin, survey), **wrong)
    assert row["state"] == ("failed" if fails else "done")
    admin.post(
        f"{BASE}/{row['id']}/control", {"model": "four", "plane": PLANE, "points": points_csv()}, "application/json"
    )
    marks = [repr(v) for v in SECRETS.values()] + [line.split(",")[1] for line in points_csv().splitlines()[1:]]
    marks += [v.lstrip("-").split(".")[0] for v in marks if len(v.lstrip("-").split(".")[0]) > 5]
    told = {"database": _dump(), "log": caplog.text + capsys.readouterr().err, "answer": json.dumps(row)}
    told["report"] = "" if fails else admin.get(f"{BASE}/{row['id']}/report?format=csv").content.decode("utf-8-sig")
    assert {where: [m for m in marks if m in text] for where, text in told.items()} == {where: [] for where in told}
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    written = [path for path in files if "sources" not in path.parts]
    assert all(m.encode() not in path.read_bytes() for path in written for m in marks)
    assert fails or not any("sources" in path.parts for path in files)  # in both systems a layer tells the parameters
    assert SECRETS["dx"] not in vars(held)
    assert "3208765" not in repr(held.Plan(LOCAL))


@pytest.mark.feature("G5-1")
def test_parameters_are_fitted_to_control_points_and_never_told(admin, survey):
    row = send(admin, survey)
    asked = {"model": "four", "plane": PLANE, "points": points_csv(off_m=0.7)}
    answer = admin.post(f"{BASE}/{row['id']}/control", asked, "application/json").json()
    assert set(answer) == {"rms_m", "points"}
    assert [p["name"] for p in answer["points"] if p["is_suspect"]] == ["K2"]
    asked["points"] = points_csv(title="点名,东坐标,北坐标,经度,纬度")
    assert admin.post(f"{BASE}/{row['id']}/control", asked, "application/json").json()["rms_m"] < 1e-3
    done = start(admin, row, plane=None, four=None, is_fitted=True)
    assert done["state"] == "done"
    assert done["outcome"][0]["most_m"] < 1e-3


@pytest.mark.feature("G5-1")
@pytest.mark.parametrize("target", ["gcj02", "bd09", "gk3-126", "gk3-42"])
def test_there_and_back_by_another_system(admin, survey, tmp_path, target):
    there = start(admin, send(admin, survey), target=target)
    (out,) = fetched(admin, there, tmp_path / "there")
    back = start(admin, send(admin, out), system=target, plane=None, four=None, checks="")
    (again,) = fetched(admin, back, tmp_path / "back")
    (chunk,) = chunks_of(again, layers_of(again)[0])
    assert np.abs(shapely.get_coordinates(chunk.geometry[0]) - shapely.get_coordinates(square())).max() < 1e-8


def test_northings_first_as_surveyors_write_them(admin, tmp_path):
    shapes = [shapely.transform(local(square()), lambda xy: xy[:, ::-1])]
    path = vector_file(tmp_path / "n.gpkg", {"a": [1]}, shapes, None, layer="x")
    at = from_wgs84(LOCAL, np.array(CHECKS))[:, ::-1]
    rows = [f"K{i},{x},{y},{lon},{lat}" for i, ((x, y), (lon, lat)) in enumerate(zip(at, CHECKS, strict=True))]
    checks = "\n".join(["name,x,y,longitude,latitude", *rows])
    row = start(admin, send(admin, path), is_north_first=True, checks=checks)
    assert row["state"] == "done", row["problem"]
    assert row["outcome"][0]["rms_m"] < 1e-6
    assert row["outcome"][0]["topology"]["turned"] == 0


def test_bad_rows_are_told_one_by_one_and_left_out(admin, tmp_path):
    good = square()
    bow = shapely.Polygon([(125.3, 43.9), (125.301, 43.901), (125.301, 43.9), (125.3, 43.901)])
    far = square(13.4, 52.5)
    swapped = shapely.transform(good, lambda xy: xy[:, ::-1])
    broken = {"type": "Polygon", "coordinates": [[[125.3, 43.9], [125.31, 43.9]]]}
    shapes = [good, bow, far, swapped, broken, None, square(125.4)]
    path = geojson_file(tmp_path / "楼栋.geojson", [({"名称": f"楼{i}"}, s) for i, s in enumerate(shapes)])
    row = start(admin, send(admin, path), system="wgs84", plane=None, four=None, checks="", format="GeoJSON")
    assert row["state"] == "done", row["problem"]
    (told,) = row["outcome"]
    reasons = {one["row"]: one["reason"] for one in told["refused"]}
    assert (told["features"], told["left_out"], told["holds"]) == (3, 4, True)
    assert "原样保留" in reasons[2]
    assert "不在市域内" in reasons[3]
    assert "颠倒" in reasons[4]
    assert {5, 6} <= set(reasons)
    listed = list(
        csv.reader(io.StringIO(admin.get(f"{BASE}/{row['id']}/refused?format=csv").content.decode("utf-8-sig")))
    )
    assert sum("剔除" in line for line in listed) == 4


def test_tables_of_places_in_gbk_come_back_with_two_columns_more(admin, tmp_path):
    at = from_wgs84(LOCAL, np.array(CHECKS))
    lines = ["站名,东坐标,北坐标", *(f"站{i},{x},{y}" for i, (x, y) in enumerate(at)), "坏站,,x"]
    (tmp_path / "换热站.csv").write_bytes("\n".join(lines).encode("gbk"))
    row = start(admin, send(admin, tmp_path / "换热站.csv"))
    assert (row["state"], row["outcome"][0]["left_out"]) == ("done", 1)
    (out,) = fetched(admin, row, tmp_path / "out")
    told = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
    assert [float(told[1][k]) for k in ("转换后经度", "转换后纬度")] == pytest.approx(CHECKS[1], abs=1e-8)
    assert told[0]["站名"] == "站0"


def test_zipped_shapefiles_in_gbk_keep_their_names_and_columns(admin, tmp_path):
    vector_file(tmp_path / "楼.shp", {"楼名": ["甲栋"], "层数": [6]}, [local(square())], None, encoding="GBK")
    with zipfile.ZipFile(tmp_path / "楼.zip", "w") as archive:
        for part in tmp_path.glob("楼.[sdc]*"):
            archive.write(part, part.name)
    row = start(admin, send(admin, tmp_path / "楼.zip"), format="ESRI Shapefile")
    assert (row["state"], row["problem"]) == ("done", "")
    names = [p.name for p in fetched(admin, row, tmp_path / "out")]
    assert {"楼.shp", "楼.dbf", "楼.prj"} <= set(names)


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [("x.gpkg", b"no", 415), ("x.exe", b"MZ", 415), ("x.geojson", b"{", 422), ("x.csv", b"", 422)],
    ids=["not what it says", "foreign", "cut", "empty"],
)
def test_what_is_no_layer_is_refused_and_nothing_kept(admin, tmp_path, name, body, status):
    answer = admin.post(BASE, {"file": [SimpleUploadedFile(name, body)]})
    assert answer.status_code == status
    assert Conversion.objects.count() == 0
    assert not list((tmp_path / "data").rglob("*.*"))


def test_one_wrong_layer_keeps_all_from_coming_out(admin, survey, tmp_path):
    far = vector_file(tmp_path / "far.gpkg", {"a": [1]}, [square()], None, layer="度")
    row = start(admin, send(admin, survey, far))
    assert (row["state"], row["has_result"], row["outcome"]) == ("failed", False, [])
    assert "度" in row["problem"]
    home = actions.folder(row["id"])
    assert [path.name for path in home.iterdir()] == ["sources"]  # to be tried again with other parameters
    assert start(admin, row, system="wgs84", plane=None, four=None, checks="")["state"] == "failed"


def test_a_table_without_places_says_which_columns_it_wants(admin, tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", "utf-8")
    row = start(admin, send(admin, tmp_path / "t.csv"))
    assert "坐标列" in row["problem"]
    again = start(admin, row, system="wgs84", four=None, plane=None, checks="", x_column="a", y_column="b")
    assert "没有一行" in again["problem"]


def test_parameters_that_are_gone_are_asked_for_again(admin, survey):
    row = send(admin, survey)
    told = {"system": "local", "plane": PLANE, "four": SECRETS}
    admin.post(f"{BASE}/{row['id']}/start", told, "application/json")
    held.forget(row["id"])  # as a restart does
    work_off()
    assert admin.get(f"{BASE}/{row['id']}").json()["problem"] == actions.FORGOTTEN


def test_anothers_conversion_does_not_exist(admin, survey, signed_in):
    row = send(admin, survey)
    other = User.objects.create(
        username="second", role="administrator", organisation=User.objects.get(username="city.reader").organisation
    )
    admin.force_login(other, "cleanheat.accounts.sessions.KeepingBackend")
    assert admin.get(BASE).json() == []
    for path in ("", "/result", "/report", "/refused"):
        assert admin.get(f"{BASE}/{row['id']}{path}").status_code == 404
    assert admin.delete(f"{BASE}/{row['id']}").status_code == 404
    assert start(admin, row).status_code == 404
    assert signed_in("company.administrator").get(BASE).status_code == 403


def test_files_go_when_thrown_away_and_after_a_day(admin, survey, manual_clock):
    row = start(admin, send(admin, survey))
    gone = admin.delete(f"{BASE}/{row['id']}").json()
    assert (gone["state"], gone["has_result"]) == ("cleared", False)
    assert admin.get(f"{BASE}/{row['id']}/result").status_code == 404
    later = start(admin, send(admin, survey))
    manual_clock.advance(25 * 3_600)
    assert actions.clear_old() == 1
    assert not actions.folder(later["id"]).exists()
    assert Conversion.objects.get(pk=later["id"]).outcome  # what came of it stays told


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"system": "mars"}, "from"),
        ({"four": None, "plane": None}, "parameters"),
        ({"four": {**SECRETS, "a": 0, "b": 0}}, "four"),
        ({"plane": {**PLANE, "ellipsoid": "Flat"}}, "plane"),
        ({"plane": {**PLANE, "central_meridian": 1e9}}, "plane"),
        ({"target": "local"}, "target"),
        ({"format": "DWG"}, "format"),
        ({"checks": "a,b\n1,2"}, "checks"),
        ({"checks": "name,x,y,longitude,latitude\nK,1,2,3,?"}, "checks"),
        ({"is_fitted": True}, "control"),
    ],
    ids=["system", "none", "zero", "ellipsoid", "meridian", "target", "format", "columns", "cell", "unfitted"],
)
def test_what_is_asked_wrongly_is_named_without_its_value(admin, survey, more, field):
    answer = start(admin, send(admin, survey), **more)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert not any(repr(v) in answer.content.decode() for v in SECRETS.values())

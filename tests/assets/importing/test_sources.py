"""Every format read alike, every encoding told, every bomb refused."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
import shapely

from cleanheat.assets.importing.sources import check_begins, chunks_of, encoding_of, ending_of, layers_of
from cleanheat.kernel.errors import Problem
from tests.assets.importing.files import csv_file, geojson_file, shapefile, square, vector_file, xlsx_file

HEAD = ["名称", "供热面积（㎡）", "层数"]
ROWS = [["御景花园1号楼", "4100.5", "6"], ["御景花园2号楼", "5200", "18"]]


def read(path, layer=0):
    found = layers_of(path)[layer]
    chunks = list(chunks_of(path, found))
    return found, [row for chunk in chunks for row in zip(*chunk.columns, strict=True)], chunks


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_csv_in_every_encoding(tmp_path, encoding):
    path = csv_file(tmp_path / "a.csv", [HEAD, *ROWS], encoding)
    layer, rows, chunks = read(path)
    assert layer.columns == tuple(HEAD)
    assert rows == [tuple(r) for r in ROWS]
    assert chunks[0].first == 2
    assert encoding_of(path) == ("gb18030" if encoding.startswith("gb") else "utf-8-sig")


def test_csv_of_uneven_lines_other_delimiters_and_titles_that_repeat(tmp_path):
    (tmp_path / "a.csv").write_text("名称\t面积\t面积\t\n甲\t1\n乙\t1\t2\t3\t4\n", "utf-8")
    layer, rows, _ = read(tmp_path / "a.csv")
    assert layer.columns == ("名称", "面积", "面积（第3列）", "第4列")
    assert rows == [("甲", "1", "", ""), ("乙", "1", "2", "3")]


def test_a_sheet_of_a_workbook(tmp_path):
    path = xlsx_file(
        tmp_path / "a.xlsx", {"说明": [["无"]], "楼栋": [HEAD, ["御景花园1号楼", 4100.5, 6], ["乙", "", 18]]}
    )
    layer, rows, chunks = read(path, 1)
    assert (layer.name, layer.rows, layer.columns) == ("楼栋", 2, tuple(HEAD))
    assert rows == [("御景花园1号楼", "4100.5", "6"), ("乙", None, "18")]
    assert chunks[0].first == 2


def test_geojson_with_geometry(tmp_path):
    path = geojson_file(tmp_path / "a.geojson", [({"名称": "甲", "层数": 6}, square()), ({"名称": "乙"}, None)])
    layer, rows, (chunk,) = read(path)
    assert layer.columns == ("名称", "层数")
    assert rows == [("甲", "6"), ("乙", None)]
    assert chunk.geometry[0].equals(square())
    assert chunk.geometry[1] is None
    assert "4326" in layer.crs


@pytest.mark.parametrize(
    ("encoding", "cpg"), [("GBK", None), ("GBK", "GBK"), ("GBK", "936"), ("UTF-8", None), ("UTF-8", "UTF-8")]
)
def test_zipped_shapefiles_in_every_encoding(tmp_path, encoding, cpg):
    columns = {"名称": ["御景花园1号楼", "御景花园2号楼"], "层数": [6, 18]}
    path = shapefile(tmp_path, columns, [square(), square(125.4)], encoding=encoding, cpg=cpg)
    layer, rows, (chunk,) = read(path)
    assert layer.name == "楼栋"
    assert layer.columns == ("名称", "层数")
    assert rows == [("御景花园1号楼", "6"), ("御景花园2号楼", "18")]
    assert chunk.geometry[1].equals_exact(square(125.4), 1e-12) or chunk.geometry[1].equals(square(125.4))


def test_member_names_in_gbk_and_a_missing_projection(tmp_path):
    path = shapefile(tmp_path, {"name": ["a"]}, [square()], crs=None)
    with zipfile.ZipFile(path) as archive:
        parts = {i.filename.rpartition(".")[2]: archive.read(i) for i in archive.infolist()}
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for ending, body in parts.items():
            archive.writestr(f"abcd.{ending}", body)
    (tmp_path / "gbk.zip").write_bytes(raw.getvalue().replace(b"abcd.", "楼栋".encode("gbk") + b"."))
    (layer,) = layers_of(tmp_path / "gbk.zip")
    assert (layer.name, layer.crs) == ("楼栋", "")


def test_a_geopackage_of_two_layers(tmp_path):
    path = vector_file(tmp_path / "a.gpkg", {"名称": ["甲"]}, [square()], layer="楼栋")
    vector_file(path, {"管径": [300]}, [shapely.LineString([(125.3, 43.9), (125.4, 43.9)])], layer="管线", append=True)
    layers = layers_of(path)
    assert [layer.name for layer in layers] == ["楼栋", "管线"]
    assert read(path, 1)[1] == [("300",)]


def zip_of(members: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return raw.getvalue()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("bomb.zip", lambda: zip_of({"x.shp": b"\0" * (30 << 20), "x.shx": b"", "x.dbf": b""})),
        ("none.zip", lambda: zip_of({"readme.txt": b"x"})),
        ("many.zip", lambda: zip_of({f"{i}.txt": b"" for i in range(300)})),
        ("cut.zip", lambda: zip_of({"x.shp": b"abc"})[:30]),
        ("junk.zip", lambda: zip_of({"x.shp": b"junk" * 99, "x.shx": b"junk" * 99, "x.dbf": b"junk" * 99})),
        ("cut.geojson", lambda: b'{"type":"FeatureCollection","features":[{'),
        ("cut.gpkg", lambda: b"SQLite format 3\0" + b"\0" * 4_000),
        ("cut.xlsx", lambda: b"PK\x03\x04" + b"\0" * 100),
        ("bytes.csv", lambda: b"\xff\xfe\x81"),
    ],
    ids=["bomb", "no shape", "many", "cut zip", "junk", "cut json", "cut gpkg", "cut xlsx", "no text"],
)
def test_bombs_and_broken_files_are_refused(tmp_path, name, body):
    (tmp_path / name).write_bytes(body())
    with pytest.raises(Problem) as caught:
        layers_of(tmp_path / name)
    assert caught.value.field == "file"


def test_a_path_in_an_archive_leads_nowhere(tmp_path):
    path = shapefile(tmp_path, {"name": ["a"]}, [square()], name="../../../../tmp/escaped")
    assert layers_of(path)[0].name == "escaped"
    assert not list(tmp_path.glob("../escaped*"))


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.geojson", b"<OGRVRTDataSource>"),
        ("a.gpkg", b"PK\x03\x04"),
        ("a.zip", b"{"),
        ("a.csv", b"a\0b"),
        ("a.exe", b"MZ"),
    ],
)
def test_the_bytes_must_be_what_the_name_says(name, head):
    with pytest.raises(Problem) as caught:
        check_begins(ending_of(name), io.BytesIO(head))
    assert caught.value.status == 415


def test_a_ring_that_is_not_closed_is_broken_or_empty_never_accepted(tmp_path):
    ring = {"type": "Polygon", "coordinates": [[[125.3, 43.9], [125.4, 43.9], [125.4, 44.0]]]}
    path = geojson_file(tmp_path / "a.geojson", [({"名称": "甲"}, ring), ({"名称": "乙"}, square())])
    _, rows, (chunk,) = read(path)
    assert len(rows) == 2
    assert bool(chunk.broken[0]) or chunk.geometry[0] is None or not shapely.is_valid(chunk.geometry[0])
    assert json.loads(shapely.to_geojson(chunk.geometry[1]))["type"] == "Polygon"

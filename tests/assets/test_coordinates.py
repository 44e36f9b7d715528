"""Layers of a surveyor into WGS-84: places to the millimetre, topology proven, parameters nowhere to be found."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from cleanheat.assets.coordinates.converting import convert_file
from cleanheat.assets.coordinates.parameters import frame_from
from cleanheat.assets.importing.sources import chunks_of, layers_of
from cleanheat.calc.geo.frames import from_wgs84
from cleanheat.config.cli import _with_rooms, app
from cleanheat.kernel.errors import Problem
from tests.assets.importing.files import square, vector_file

SECRET = "-3208765.4321"
PARAMETERS = f"""
[plane]
central_meridian = 126.0
ellipsoid = "Krassovsky"
[four]
dx = {SECRET}
dy = 1234.5
a = 0.999987
b = 0.0061
[seven]
dx = -15.8
dy = 154.4
dz = 82.3
rx = 1.1
ry = -0.7
rz = 2.3
m = -4.6
"""
CHECKS = [(125.31, 43.91), (125.4, 43.8), (126.1, 44.5)]


@pytest.fixture
def survey(tmp_path):
    """Two neighbouring buildings and a pipe in a local plane, with check points."""
    frame = frame_from("local", PARAMETERS)
    shapes = [square(), square(125.3003), square(125.4)]
    local = [shapely.transform(s, lambda xy: from_wgs84(frame, xy)) for s in shapes]
    line = shapely.transform(shapely.LineString([(125.3, 43.9), (125.31, 43.92)]), lambda xy: from_wgs84(frame, xy))
    path = vector_file(tmp_path / "survey.gpkg", {"名称": ["甲", "乙", "丙"]}, local, crs=None, layer="楼栋范围")
    vector_file(path, {"管径": [300]}, [line], crs=None, layer="热企绘制管线", append=True)
    at = from_wgs84(frame, np.array(CHECKS))
    rows = [f"K{i},{x:.4f},{y:.4f},{lon},{lat}" for i, ((x, y), (lon, lat)) in enumerate(zip(at, CHECKS, strict=True))]
    (tmp_path / "check.csv").write_text("\n".join(["name,x,y,longitude,latitude", *rows]), "utf-8")
    (tmp_path / "p.toml").write_text(PARAMETERS, "utf-8")
    return tmp_path


@pytest.mark.feature("G5-1")
def test_layers_come_out_where_they_are_with_their_attributes_and_nothing_of_the_parameters(survey):
    words = [str(survey / "survey.gpkg"), "--from", "local", "--parameters", str(survey / "p.toml")]
    words += ["--check", str(survey / "check.csv"), "--out", str(survey / "out.gpkg")]
    runner = CliRunner()
    done = runner.invoke(_with_rooms(app), ["convert-coordinates", *words])
    assert done.exit_code == 0, done.output
    assert done.output.count("unchanged") == 2
    assert SECRET not in done.output
    assert SECRET.encode() not in (survey / "out.gpkg").read_bytes()
    buildings, pipes = layers_of(survey / "out.gpkg")
    (chunk,) = chunks_of(survey / "out.gpkg", buildings)
    assert list(chunk.columns[0]) == ["甲", "乙", "丙"]
    assert np.abs(shapely.get_coordinates(chunk.geometry[0]) - shapely.get_coordinates(square())).max() < 1e-8
    assert pipes.name == "热企绘制管线"
    again = runner.invoke(_with_rooms(app), ["convert-coordinates", *words])
    assert again.exit_code != 0


@pytest.mark.feature("G5-1")
def test_the_report_tells_residuals_by_point_and_the_topology(survey):
    from cleanheat.assets.coordinates.parameters import points_of

    checks = points_of((survey / "check.csv").read_bytes())
    checks.lonlat[1, 0] += 1e-5
    report, pipes = convert_file(survey / "survey.gpkg", frame_from("local", PARAMETERS), survey / "o.gpkg", checks)
    assert (report.layer, report.features, report.left_out) == ("楼栋范围", 3, 0)
    assert report.points["K0"] < 1e-3
    assert report.points["K1"] == pytest.approx(0.803, abs=5e-3)
    assert report.most_m == pytest.approx(report.points["K1"], abs=1e-3)
    assert (report.topology.rings, report.topology.nodes, report.crossings) == (3, 10, 0)
    assert report.holds
    assert pipes.holds


def test_wrong_parameters_are_told_by_name_never_by_value(survey):
    for text, named in (
        ("", "parameters"),
        ("x = [", "parameters"),
        ("[other]\na = 1", "parameters"),
        (f"[four]\ndx = {SECRET}", "four"),
        (f'[four]\ndx = {SECRET}\ndy = "a"\na = 1\nb = 0', "four"),
        ("[four]\ndx = 1\ndy = 1\na = 0\nb = 0", "four"),
        ("[plane]\nmeridian = 126", "plane"),
        ('[plane]\ncentral_meridian = 126\nellipsoid = "Flat"', "plane"),
    ):
        with pytest.raises(Problem) as caught:
            frame_from("local", text)
        assert caught.value.field == named
        assert SECRET not in str(caught.value)


def test_the_wrong_system_leaves_no_file(survey):
    with pytest.raises(Problem) as caught:
        convert_file(survey / "survey.gpkg", frame_from("gcj02"), survey / "o.gpkg")
    assert caught.value.field == "from"
    assert list(survey.glob("o.*")) == []

"""Checks of places: districts, supply areas, shapes, shifted systems and the drawn network, each at its own record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cleanheat.accounts.models import Organisation, User
from cleanheat.assets import models as m
from cleanheat.assets import public as assets
from cleanheat.assets.models_upkeep import ArchiveRecordVersion, ChangeRequest
from cleanheat.calc.geo.shifted import to_bd09, to_gcj02
from cleanheat.quality.models import RecordIssue
from cleanheat.quality.records import actions, network
from cleanheat.quality.records.running import run
from cleanheat.twin.public import CityGeometry, Shapes
from tests.quality.test_records import _changed, _found, good_city

__all__ = ["good_city"]


def _box(west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _district(code, west, east):
    return {"type": "Feature", "properties": {"code": code, "name": code}, "geometry": _box(west, 43.5, east, 44.3)}


def _rings(middles, half=0.0002):
    corners = np.array([(-half, -half), (half, -half), (half, half), (-half, half)])
    return np.concatenate([np.array(at) + corners for at in middles])


@pytest.fixture
def drawn(good_city, monkeypatch):
    """Two districts side by side with building 1 in the western and building 2 in the eastern one, areas and a main."""
    geometry = CityGeometry(
        buildings=Shapes(
            np.array([1, 2], np.int32), np.array([0, 4, 8], np.uint32), _rings([(125.31, 43.88), (125.32, 43.88)])
        ),
        building_height_m=np.full(2, 18, np.float32),
        pipes=Shapes(
            np.array([1, 2], np.int32),
            np.array([0, 2, 4], np.uint32),
            np.array([[125.31, 43.88], [125.312, 43.88], [125.312, 43.88], [125.32, 43.88]]),
        ),
        base={"districts": [_district("220102", 125.0, 125.315), _district("220103", 125.315, 125.6)]},
        coverage={
            "company": [(10, _box(125.30, 43.87, 125.34, 43.89)), (20, _box(125.315, 43.87, 125.35, 43.89))],
            "boiler": [(1, _box(125.30, 43.87, 125.312, 43.89)), (2, _box(125.318, 43.87, 125.33, 43.89))],
        },
    )
    monkeypatch.setattr(network.twin, "current_geometry", lambda: geometry)
    monkeypatch.setattr(network.twin, "network_faults", lambda: {k: ("", np.zeros(0, np.int32)) for k in FAULTS})
    return geometry


FAULTS = ("unfed", "dangling", "duplicate", "no_length")
FAULTS += tuple(f"{how}_{kind}" for how in ("unreached", "twice_fed") for kind in ("substation", "building"))


def _issue(code, record):
    return RecordIssue.objects.get(rule__code=code, record=record)


@pytest.mark.feature("G2-4")
@pytest.mark.feature("G2-5")
def test_a_building_beyond_its_district_is_found_with_the_right_one(drawn):
    assert ("archive_in_district_building", 1) not in _found("archive.building")
    _changed(m.Building, 1, district_id=3)
    assert ("archive_in_district_building", 1) in _found("archive.building")
    issue = _issue("archive_in_district_building", 1)
    assert (issue.proposal, issue.correction) == ("南关区", {"district_id": 2})
    assert issue.detail.startswith("越出区县 0.4 km")  # 0.005° of longitude to the border


@pytest.mark.feature("G2-3")
def test_a_place_outside_the_companys_area_is_found(drawn):
    assert ("archive_in_coverage_building", 1) not in _found("archive.building")
    _changed(m.Building, 1, latitude=43.91)
    assert ("archive_in_coverage_building", 1) in _found("archive.building")


@pytest.mark.feature("G2-3")
@pytest.mark.feature("G2-4")
def test_overlapping_and_self_crossing_areas_are_found(drawn, monkeypatch):
    found = _found("archive.company", "archive.boiler")
    assert {n for rule, n in found if rule == "archive_coverage_overlap_company"} == {10, 20}
    assert not {rule for rule, _ in found if rule.startswith(("archive_coverage_shape", "archive_coverage_overlap_b"))}
    bow = {
        "type": "Polygon",
        "coordinates": [[[125.3, 43.8], [125.31, 43.81], [125.31, 43.8], [125.3, 43.81], [125.3, 43.8]]],
    }
    crossing = replace(drawn, coverage={**drawn.coverage, "boiler": [(1, bow), drawn.coverage["boiler"][1]]})
    monkeypatch.setattr(network.twin, "current_geometry", lambda: crossing)
    assert {n for rule, n in _found("archive.boiler") if rule == "archive_coverage_shape_boiler"} == {1}


@pytest.mark.feature("G2-5")
@pytest.mark.feature("G2-3")
@pytest.mark.parametrize(("move", "named"), [(to_gcj02, "GCJ-02"), (to_bd09, "BD-09")])
def test_a_shifted_position_is_told_and_taken_back(drawn, move, named):
    assert not {rule for rule, _ in _found("archive.building") if rule.startswith("archive_shifted")}
    x, y = (float(axis[0]) for axis in move(np.array([125.31]), np.array([43.88])))
    _changed(m.Building, 1, longitude=x, latitude=y)
    assert ("archive_shifted_building", 1) in _found("archive.building")
    issue = _issue("archive_shifted_building", 1)
    assert named in issue.proposal
    assert issue.correction["longitude"] == pytest.approx(125.31, abs=1e-6)
    assert issue.correction["latitude"] == pytest.approx(43.88, abs=1e-6)


@pytest.mark.feature("G2-9")
def test_a_platform_whose_devices_are_all_shifted_is_told_by_its_villages(drawn):
    m.Area.objects.filter(pk__in=(22, 23)).update(longitude=125.31, latitude=43.88)
    _changed(m.RuralDevice, 1, longitude=125.3103, latitude=43.8802)
    _changed(m.RuralDevice, 2, longitude=125.3097, latitude=43.8798)
    assert not {rule for rule, _ in _found("archive.device") if rule == "archive_shifted_device"}
    for number, at in ((1, (125.3103, 43.8802)), (2, (125.3097, 43.8798))):
        x, y = (float(axis[0]) for axis in to_gcj02(np.array([at[0]]), np.array([at[1]])))
        _changed(m.RuralDevice, number, longitude=x, latitude=y)
    assert {n for rule, n in _found("archive.device") if rule == "archive_shifted_device"} == {1, 2}


@pytest.mark.feature("G2-1")
def test_an_area_in_the_wrong_unit_is_found_against_footprint_and_floors(drawn):
    area = drawn_area_m2() * 6 * 0.9
    _changed(m.Building, 1, heated_area_m2=area)
    assert ("archive_building_area_shape", 1) not in _found("archive.building")
    _changed(m.Building, 1, heated_area_m2=round(area / 1e4, 4))
    assert ("archive_building_area_shape", 1) in _found("archive.building")
    issue = _issue("archive_building_area_shape", 1)
    assert "万m²" in issue.proposal
    assert issue.correction["heated_area_m2"] == pytest.approx(area, rel=1e-3)
    assert "占地面积" in issue.detail


def drawn_area_m2():
    return 0.0004 * 0.0004 * 111_200**2 * np.cos(np.radians(44.0))


@pytest.mark.feature("G2-6")
def test_what_the_network_says_is_found_at_pipes_and_consumers(drawn, monkeypatch):
    nothing = _found("archive.pipe", "archive.substation", "archive.building")
    told = {"archive_pipe_loose_end", "archive_pipe_twice", "archive_pipe_no_length"}
    assert not {rule for rule, _ in nothing} & {*told, "archive_source_reached_building", "archive_pipe_connected"}
    said = {
        "dangling": 1,
        "duplicate": 2,
        "no_length": 2,
        "unfed": 2,
        "unreached_building": 2,
        "twice_fed_substation": 3,
    }
    faults = {k: ("", np.array([said[k]] if k in said else [], np.int32)) for k in FAULTS}
    monkeypatch.setattr(network.twin, "network_faults", lambda: faults)
    found = _found("archive.pipe", "archive.substation", "archive.building")
    assert {("archive_pipe_loose_end", 1), ("archive_pipe_twice", 2), ("archive_pipe_no_length", 2)} <= found
    assert {("archive_pipe_connected", 2), ("archive_source_reached_building", 2)} <= found
    assert ("archive_source_single_substation", 3) in found


@pytest.mark.feature("G2-8")
def test_a_company_without_authority_or_without_anything_at_home_is_found(drawn):
    assert not {rule for rule, _ in _found("archive.company") if rule.startswith("archive_company")}
    company = Organisation.objects.get(pk=20)
    company.district_code = "220183"
    company.save()
    found = _found("archive.company")
    assert {("archive_company_authority", 20), ("archive_company_home", 20)} <= found


@pytest.mark.feature("G2-10")
def test_a_device_named_after_another_village_is_found(drawn):
    _changed(m.RuralDevice, 1, name="一村001户")
    _changed(m.RuralDevice, 2, name="一村002户")
    assert {n for rule, n in _found("archive.device") if rule == "archive_device_named"} == {2}


# ── what becomes of a proposal ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def misplaced(drawn):
    """Building 1, of company 10, in the wrong district."""
    _changed(m.Building, 1, district_id=3)
    run(lambda *_: None, keys=("archive.building",))
    return _issue("archive_in_district_building", 1)


@pytest.mark.feature("G2-5")
@pytest.mark.feature("H1-5")
def test_a_companys_correction_waits_for_the_regulator(misplaced, cast):
    actions.accept(User.objects.get(username="company.administrator"), misplaced.pk, "按图更正")
    misplaced.refresh_from_db()
    change = ChangeRequest.objects.get(kind="building", number=1)
    assert (change.after, misplaced.state) == ({"district_id": 2}, "accepted")
    assert f"变更申请 {change.pk}" in misplaced.note
    assert m.Building.objects.get(pk=1).district_id == 3


@pytest.mark.feature("G2-5")
@pytest.mark.feature("H1-6")
def test_a_regulators_correction_is_written_and_kept(misplaced, cast):
    actions.accept(User.objects.get(username="city.administrator"), misplaced.pk)
    assert m.Building.objects.get(pk=1).district_id == 2
    assert ArchiveRecordVersion.objects.get(kind="building", number=1).reason == "数据核查：位置不在所属区县内"
    assets.forget()
    run(lambda *_: None, keys=("archive.building",))
    misplaced.refresh_from_db()
    assert misplaced.state == "solved"

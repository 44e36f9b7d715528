"""A generated city is whole: everything exists, belongs to someone and lies where it can lie."""

import json

import numpy as np
import pytest
import shapely

from cleanheat.calc.thermal.heat_power import flow_for_t_h
from cleanheat.kernel.ids import parse_archive_code
from cleanheat.simulator.city import SIZES, make_city
from cleanheat.simulator.city.geography import GEOGRAPHY, to_plane

SMALL = {
    "plant": 2, "branch": 3, "boiler": 8, "substation": 72, "community": 130, "building": 900, "heat_user": 2_000,
    "room": 2_000, "device": 2_000, "weather": 12,
}  # fmt: skip


@pytest.fixture(scope="module")
def archive(small_city):
    return small_city.archive()


@pytest.mark.feature("A2-5")
def test_small_city_has_what_it_promises(small_city):
    counts = small_city.counts()
    assert {kind: counts[kind] for kind in SMALL} == SMALL
    assert 100 <= counts["unit"] <= 120
    assert 2_200 <= counts["pipe"] <= 2_800
    assert np.count_nonzero(small_city.tables["area"]["level"] == "district") == 17
    kinds = [o.kind for o in small_city.organisations]
    assert (kinds.count("company"), kinds.count("office"), kinds.count("rural_platform")) == (8, 16, 6)


def test_same_seed_same_city(small_city):
    assert make_city("small", small_city.seed).digest() == small_city.digest()


def test_numbers_are_dense_and_codes_unique(small_city):
    codes = []
    for kind, table in small_city.tables.items():
        if kind == "area":
            continue
        codes += list(table["code"])
        if kind != "unit":
            assert list(table["number"]) == list(range(1, len(table["number"]) + 1)), kind
    assert len(set(codes)) == len(codes)
    assert {parse_archive_code(c)[0][:4] for c in codes} == {"2201"}
    assert len(set(small_city.tables["community"]["name"])) == 130


@pytest.mark.feature("A2-5")
def test_every_substation_has_exactly_one_source_of_its_region(archive):
    station = archive["substation"]
    mine = station.numbers
    assert ((station.links["branch"][mine] > 0) ^ (station.links["boiler"][mine] > 0)).all()
    boiler = archive["boiler"]
    peak = boiler.values["is_peak"] == 1
    assert not peak[station.links["boiler"][mine]].any()
    assert (boiler.links["branch"][peak.nonzero()] > 0).all()
    assert (archive["branch"].links["plant"][archive["branch"].numbers] > 0).all()


def test_heated_area_adds_up_from_buildings_to_sources(archive):
    building, unit, station = archive["building"], archive["unit"], archive["substation"]
    of_unit = np.bincount(building.links["unit"][1:], building.values["heated_area_m2"][1:], unit.size)
    assert np.allclose(of_unit[unit.numbers], unit.values["heated_area_m2"][unit.numbers], atol=0.2)
    of_station = np.bincount(unit.links["substation"][unit.numbers], of_unit[unit.numbers], station.size)
    assert np.allclose(of_station[1:], station.values["heated_area_m2"][1:], atol=0.5)
    of_branch = np.bincount(station.links["branch"][1:], of_station[1:])[1:]
    assert np.allclose(of_branch, archive["branch"].values["heated_area_m2"][1:], atol=5)


def test_design_flows_carry_the_design_loads(archive):
    units = archive["unit"]
    of = lambda name: units.values[name][units.numbers]  # noqa: E731
    load_kw = of("heated_area_m2") * of("heat_index_w_m2") / 1_000
    flow = flow_for_t_h(load_kw, of("design_supply_temp_c") - of("design_return_temp_c"))
    large = flow > 20  # stored to a tenth
    ratio = of("design_flow_t_h")[large] / flow[large]
    assert large.sum() > 20
    assert 0.97 < ratio.min() < ratio.max() < 1.13


def test_season_use_is_that_of_a_real_city(archive):
    unit = archive["unit"]
    area, index = (unit.values[k][unit.numbers] for k in ("heated_area_m2", "heat_index_w_m2"))
    season_gj_m2 = 0.0864 * 169 * (area * index).sum() / area.sum() / 1_000 * (18 + 5.5) / (18 + 21.1)
    assert 0.30 < season_gj_m2 < 0.40


def test_company_area_is_one_piece(archive, small_city):
    for number, geometry in small_city.geometry.coverage["company"]:
        pieces = shapely.get_parts(shapely.from_geojson(json.dumps(geometry)))
        area = np.array([p.area for p in pieces])
        assert area.max() > 0.6 * area.sum(), number
    station = archive["substation"]
    office, company = station.links["office"][1:], station.links["company"][1:]
    assert all(len(set(company[office == o])) == 1 for o in np.unique(office))


def test_buildings_stand_on_dry_land_in_their_district_and_apart_from_the_river(small_city):
    shapes = small_city.geometry.buildings
    xy = to_plane(shapes.lonlat)
    rings = [shapely.Polygon(xy[a:z]) for a, z in zip(shapes.offsets[:-1], shapes.offsets[1:], strict=True)]
    assert all(r.is_valid and r.exterior.is_ccw for r in rings)
    assert not shapely.intersects(GEOGRAPHY.open_land, rings).any()
    table = small_city.tables["building"]
    at = to_plane(np.c_[table["longitude"], table["latitude"]])
    off = GEOGRAPHY.district_of(at) != table["district_id"]
    assert off.mean() < 0.1  # a block on a border belongs to one side
    assert len({len(r.exterior.coords) for r in rings}) >= 3


def test_districts_cover_the_municipality_without_overlap():
    parts = GEOGRAPHY.districts
    assert sum(p.area for p in parts) == pytest.approx(GEOGRAPHY.municipality.area, rel=1e-3)
    assert shapely.union_all(parts).area == pytest.approx(GEOGRAPHY.municipality.area, rel=1e-3)
    assert GEOGRAPHY.municipality.area == pytest.approx(24_734e6, rel=0.2)
    inside = [p.contains(shapely.Point(c)) for p, c in zip(parts, GEOGRAPHY.centres, strict=True)]
    assert all(inside)


def test_mains_of_a_source_are_a_tree_that_narrows(small_city, archive):
    pipes, shapes = small_city.tables["pipe"], small_city.geometry.pipes
    ends = np.round(np.stack([shapes.lonlat[shapes.offsets[:-1]], shapes.lonlat[shapes.offsets[1:] - 1]], 1), 6)
    for branch in archive["branch"].numbers:
        mine = (pipes["branch_id"] == branch) & (pipes["medium"] == "primary")
        nodes, index = np.unique(ends[mine].reshape(-1, 2), axis=0, return_inverse=True)
        root = list(range(len(nodes)))

        def find(n, root=root):
            while root[n] != n:
                n = root[n]
            return n

        for a, b in index.reshape(-1, 2):
            assert find(a) != find(b), f"branch {branch}: a loop"
            root[find(a)] = find(b)
        assert len({find(n) for n in range(len(nodes))}) == 1, f"branch {branch}: mains in pieces"
    assert (pipes["length_m"] > 0).all()


def test_monitored_flats_have_every_position(archive):
    position = archive["room"].values["position"][1:]
    assert (np.bincount(position.astype(int), minlength=5) > 30).all()
    assert (archive["room"].values["floor"][1:] <= archive["room"].values["floors"][1:]).all()


def test_all_users_option_adds_every_flat_and_another_seed_gives_another_city(small_city):
    everyone = make_city("small", 7, all_users=True)
    assert everyone.tables["building"]["name"] != small_city.tables["building"]["name"]
    users, buildings = everyone.tables["heat_user"], everyone.tables["building"]
    assert len(users["number"]) == buildings["households"].sum()
    assert len(everyone.tables["room"]["number"]) == 2_000


@pytest.mark.slow
@pytest.mark.feature("A2-5")
def test_full_city_counts():
    spec, city = SIZES["city"], make_city("city", 20_260_115)
    counts = city.counts()
    wanted = {"plant": 6, "branch": 27, "boiler": 162, "substation": 3_500, "community": 6_500, "building": 50_000}
    wanted |= {"room": 120_000, "device": 110_000, "weather": 150}
    assert {kind: counts[kind] for kind in wanted} == wanted
    assert 5_150 <= counts["unit"] <= 5_350
    kinds = [o.kind for o in city.organisations]
    assert (kinds.count("company"), kinds.count("rural_platform"), spec.senders) == (72, 16, 95)
    assert city.tables["pipe"]["length_m"].sum() > 10_000e3
    assert 250e6 < city.tables["substation"]["heated_area_m2"].sum() < 320e6
    assert 2.2e6 < city.tables["building"]["households"].sum() < 2.9e6

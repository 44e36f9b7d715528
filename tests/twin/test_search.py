"""Search on the map: objects of the scope, and roads and places for everybody."""

import numpy as np
import pytest

from cleanheat.assets import public as assets
from cleanheat.infra.scope import EVERYTHING, NOBODY, Scope
from cleanheat.twin import queries, search
from tests.city.fixtures import loaded_city, small_city

__all__ = ["loaded_city", "small_city"]


@pytest.fixture
def city(loaded_city, monkeypatch):
    monkeypatch.setattr(queries, "current_geometry", lambda: loaded_city.geometry)
    monkeypatch.setattr(queries, "version", lambda: "made")
    search._base_names.cache_clear()
    return loaded_city


@pytest.mark.feature("A2-5", "A2-8")
def test_an_object_comes_with_its_place_and_address(city):
    name = city.tables["building"]["name"][10]
    found = search.search(name, EVERYTHING, 5)[0]
    assert (found.kind, found.number, found.name) == ("building", 11, name)
    assert found.longitude == pytest.approx(float(assets.archive()["building"].longitude[11]))
    assert "区" in found.address
    by_address = search.search(found.address + name, EVERYTHING, 5)
    assert by_address[0].number == 11


def test_roads_and_places_follow_the_objects(city):
    road = next(f["properties"]["name"] for f in city.geometry.base["roads"])
    found = [f for f in search.search(road, EVERYTHING, 50) if f.kind == "road"]
    assert found
    assert 124 < found[0].longitude < 127
    assert found[0].number == 0


def test_a_company_finds_its_own_objects_and_a_stranger_nothing(city):
    stations = city.tables["substation"]
    mine = int(stations["company_id"][0])
    scope = Scope(key=f"company:{mine}", organisation_id=mine, company_ids=frozenset({mine}))
    numbers = {f.number for f in search.search("换热站", scope, 50) if f.kind == "substation"}
    assert numbers
    assert numbers <= set((np.flatnonzero(stations["company_id"] == mine) + 1).tolist())
    assert search.search("换热站", NOBODY, 50) == []


def test_a_renamed_object_is_found_by_its_new_pinyin(city):
    from cleanheat.assets.queries import KIND_MODELS

    assert search.search("changchunzhan", EVERYTHING, 5) == []
    station = KIND_MODELS["substation"].objects.get(pk=3)
    station.name = "长春站"
    station.save()
    assert [f.number for f in search.search("changchunzhan", EVERYTHING, 5)] == [3]

"""No service tells one company of another's: every layer, in every format and tile, with the eyes of company 10."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import mapbox_vector_tile
import numpy as np
import pytest

from cleanheat.infra.scope import EVERYTHING
from cleanheat.twin.ogc import shapes
from cleanheat.twin.ogc.collections import find, offered
from cleanheat.twin.ogc.grids import GRIDS
from cleanheat.twin.secrecy import Allowed
from tests.twin.ogc.conftest import SOUTH, STATIONS, WEST

pytestmark = pytest.mark.django_db
OWN = {
    "buildings": {1}, "pipes": {1}, "boilers": {1}, "substations": set(range(1, STATIONS + 1, 2)), "communities": {1},
    "valves": {1}, "plants": set(), "branches": set(), "devices": set(), "weather": {1}, "districts": {1, 2},
    "coverage_company": {10}, "coverage_branch": set(), "coverage_boiler": {1},
}  # fmt: skip
"""What company 10 sees of each layer; the weather and the districts are everybody's."""
WHO = "company.dispatcher"


def _whole_city() -> Allowed:
    return Allowed(EVERYTHING, "precise", frozenset(), frozenset(), {}, frozenset())


def test_every_layer_is_tried(mapped):
    assert {c.key for c in offered(_whole_city())} == set(OWN)


@pytest.mark.feature("E2-2")
def test_features_of_each_layer_and_format_are_ones_own(gis):
    for layer in sorted(OWN):
        _tells_ones_own(gis, layer)


def _tells_ones_own(gis, layer):
    page = gis(WHO, f"/ogc/collections/{layer}/items", limit=500).json()
    assert ({f["id"] for f in page["features"]}, page["numberMatched"]) == (OWN[layer], len(OWN[layer]))
    told = gis(WHO, "/ogc/wfs", request="GetFeature", typenames=layer, outputformat="json").json()
    assert {int(f["id"].rpartition(".")[2]) for f in told["features"]} == OWN[layer]
    root = ET.fromstring(gis(WHO, "/ogc/wfs", request="GetFeature", typenames=layer).content)
    assert {int(n.text) for n in root.iter("{urn:cleanheat:gis}number")} == OWN[layer]
    hits = gis(WHO, "/ogc/wfs", request="GetFeature", typenames=layer, resulttype="hits").content
    assert ET.fromstring(hits).get("numberMatched") == str(len(OWN[layer]))
    for text in (str(page), str(told)):
        assert "乙热力" not in text or layer == "weather"


def test_another_companys_feature_does_not_exist(gis):
    for layer in sorted(OWN.keys() - {"weather", "districts"}):
        _hides_foreign(gis, layer)


def _hides_foreign(gis, layer):
    foreign = 20 if layer == "coverage_company" else 2 if layer not in ("plants", "branches", "coverage_branch") else 1
    assert gis(WHO, f"/ogc/collections/{layer}/items/{foreign}").status_code == 404
    named = gis(WHO, "/ogc/wfs", request="GetFeature", resourceid=f"{layer}.{foreign}").content
    assert ET.fromstring(named).get("numberMatched") == "0"
    stored = "urn:ogc:def:query:OGC-WFS::GetFeatureById"
    by_id = gis(WHO, "/ogc/wfs", request="GetFeature", storedquery_id=stored, id=f"{layer}.{foreign}")
    assert by_id.status_code == 404


@pytest.mark.parametrize("grid", sorted(GRIDS))
def test_tiles_hold_ones_own_alone(gis, grid):
    """Tiles at the place of each feature of the city, deep enough that the layer is drawn."""
    for layer in sorted(OWN):
        _draws_ones_own(gis, layer, grid)


def _draws_ones_own(gis, layer, grid):
    city = _whole_city()
    c = find(layer, city)
    z = 15
    seen, pictures = set(), {}
    numbers = shapes.find(c, city)[:6]
    for number, shape in zip(numbers.tolist(), shapes.geometries(c, city, numbers), strict=True):
        point = shape.representative_point()
        row, column = _tile(grid, z, point.x, point.y)
        mvt = gis(WHO, f"/ogc/wmts/{layer}/default/{grid}/{z}/{row}/{column}.mvt").content
        found = {f["id"] for f in mapbox_vector_tile.decode(mvt)[layer]["features"]} if mvt else set()
        seen |= found
        png = gis(WHO, f"/ogc/wmts/{layer}/default/{grid}/{z}/{row}/{column}.png").content
        pictures[number] = (found, png)
    assert seen == OWN[layer] & set(numbers.tolist())
    empty = gis(WHO, f"/ogc/wmts/{layer}/default/{grid}/{z}/0/0.png").content
    assert all((png == empty) == (not found) for found, png in pictures.values())


def _tile(grid, z, longitude, latitude):
    g = GRIDS[grid]
    if g.unit_m > 1:
        side = 180 / 2**z
        return int((90 - latitude) / side), int((longitude + 180) / side)
    y = np.log(np.tan(np.pi / 4 + np.radians(latitude) / 2))
    return int((1 - y / np.pi) / 2 * 2**z), int((longitude + 180) / 360 * 2**z)


def test_extents_and_drawings_of_all_tell_nothing_of_others(gis):
    box = gis(WHO, "/ogc/collections/boilers").json()["extent"]["spatial"]["bbox"][0]
    assert box == pytest.approx([WEST + 0.01, SOUTH, WEST + 0.01, SOUTH])
    row, column = _tile("WebMercatorQuad", 15, WEST + 0.0205, SOUTH + 0.0005)
    theirs = gis("company2.dispatcher", f"/ogc/wmts/buildings/default/WebMercatorQuad/15/{row}/{column}.png").content
    ours = gis(WHO, f"/ogc/wmts/buildings/default/WebMercatorQuad/15/{row}/{column}.png").content
    assert len(theirs) > len(ours)


def test_the_names_of_what_one_does_not_see_are_not_told(gis):
    row = gis(WHO, "/ogc/collections/substations/items/1").json()["properties"]
    assert (row["branch_id"], row["branch"], row["company"]) == (1, None, "甲热力")
    assert gis("city.dispatcher", "/ogc/collections/substations/items/1").json()["properties"]["branch"] == "支线1"

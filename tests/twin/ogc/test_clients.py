"""Real clients over loopback: OWSLib and GDAL read every service as a desktop GIS would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import BytesIO
from xml.etree import ElementTree as ET

import mapbox_vector_tile
import numpy as np
import pytest
from owslib.ogcapi.features import Features
from owslib.util import Authentication
from owslib.wfs import WebFeatureService
from owslib.wmts import WebMapTileService
from PIL import Image

from cleanheat.infra.secrecy import classes
from tests.twin.ogc.conftest import SOUTH, STATIONS, WEST

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.filterwarnings("ignore::DeprecationWarning:owslib")]
GML = "{http://www.opengis.net/gml/3.2}"
NEAR = (WEST + 0.005, SOUTH - 0.01, WEST + 0.025, SOUTH + 0.01)
"""Around stations 1 and 2."""


@pytest.fixture
def served(live_server, key_of):
    """``served("city.dispatcher")``: address of the services and what the user shows there."""
    return lambda name: (f"{live_server.url}/ogc", Authentication(username=name, password=key_of(name)))


READER = """
import json, sys, pyogrio
options, path, given = json.loads(sys.argv[1])
pyogrio.set_gdal_config_options(options)
meta, _, shapes, fields = pyogrio.raw.read(path, **{k: tuple(v) if k == "bbox" else v for k, v in given.items()})
told = [list(map(str, column)) for column in fields]
print(json.dumps([list(meta["fields"]), meta["geometry_type"], [bytes(s).hex() for s in shapes], told]))
"""


@pytest.fixture
def gdal(live_server, key_of):
    """GDAL in a process of its own, as a desktop GIS is (its calls hold this one's interpreter)."""

    def read(name, path, **given):
        options = {"GDAL_HTTP_USERPWD": f"{name}:{key_of(name)}", "GDAL_HTTP_AUTH": "BASIC", "OGR_WFS_PAGE_SIZE": 25}
        asked = json.dumps([options, path.format(f"{live_server.url}/ogc"), given])
        alone = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", READER, asked], capture_output=True, env=alone, timeout=60, text=True
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return read


@pytest.mark.feature("E2-2")
@pytest.mark.feature("E2-7")
def test_owslib_pages_through_all_substations_by_wfs(served):
    address, auth = served("city.dispatcher")
    wfs = WebFeatureService(f"{address}/wfs", version="2.0.0", auth=auth)
    assert {"ch:substations", "ch:pipes", "ch:buildings", "ch:districts", "ch:coverage_company"} <= set(wfs.contents)
    assert wfs.contents["ch:substations"].title == "换热站"
    schema = wfs.get_schema("ch:substations")
    assert (schema["geometry"], schema["properties"]["heated_area_m2"]) == ("Point", "double")
    seen = []
    for start in range(0, STATIONS, 25):
        page = wfs.getfeature(["ch:substations"], startindex=start, maxfeatures=25).read()
        root = ET.fromstring(page)
        assert root.get("numberMatched") == str(STATIONS)
        assert (root.get("next") is not None) == (start + 25 < STATIONS)
        seen += [node.text for node in root.iter("{urn:cleanheat:gis}number")]
    assert seen == [str(n) for n in range(1, STATIONS + 1)]


@pytest.mark.feature("E2-2")
@pytest.mark.parametrize(
    ("srs", "box", "first"),
    [
        ("urn:ogc:def:crs:EPSG::4326", (125.305, 43.87, 125.325, 43.89), (43.88, 125.31)),
        ("EPSG:4326", (125.305, 43.87, 125.325, 43.89), (125.31, 43.88)),
        ("urn:ogc:def:crs:EPSG::4490", (125.305, 43.87, 125.325, 43.89), (43.88, 125.31)),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", (125.305, 43.87, 125.325, 43.89), (125.31, 43.88)),
        ("EPSG:3857", (13948888.8, 5444000.0, 13951115.2, 5449000.0), (13949445.39, 5446890.648)),
    ],
)
def test_axes_lie_as_the_systems_name_says(served, srs, box, first):
    """OWSLib takes boxes east first and turns them as the system's name says."""
    address, auth = served("city.dispatcher")
    wfs = WebFeatureService(f"{address}/wfs", version="2.0.0", auth=auth)
    given = {"typename": ["ch:substations"], "srsname": srs}
    root = ET.fromstring(wfs.getfeature(**given, bbox=(*box, srs)).read())
    places = [tuple(float(v) for v in node.text.split()) for node in root.iter(f"{GML}pos")]
    assert len(places) == 2
    assert places[0] == pytest.approx(first, rel=1e-6)
    assert next(root.iter(f"{GML}Point")).get("srsName") == srs
    made = json.loads(wfs.getfeature(**given, outputFormat="application/json").read())
    assert made["features"][0]["geometry"]["coordinates"] == pytest.approx(first, rel=1e-6)


@pytest.mark.feature("E2-7")
def test_gdal_reads_wfs_page_by_page(gdal):
    fields, kind, shapes, _ = gdal("city.dispatcher", "WFS:{}/wfs", layer="ch:substations")
    assert (len(shapes), kind) == (STATIONS, "Point")
    assert {"number", "name", "heated_area_m2", "company"} <= set(fields)
    given = {"layer": "ch:substations", "bbox": NEAR, "columns": ["name"]}
    _, _, near, told = gdal("city.dispatcher", "WFS:{}/wfs", **given)
    assert (len(near), sorted(told[0])) == (2, ["换热站1", "换热站2"])
    assert np.frombuffer(bytes.fromhex(near[0])[5:21], np.float64) == pytest.approx((125.31, 43.88))


@pytest.mark.feature("E2-7")
def test_gdal_reads_ogc_api_features(gdal):
    for layer, count in {"substations": STATIONS, "buildings": 2, "pipes": 2}.items():
        fields, _, shapes, _ = gdal("city.dispatcher", "OAPIF:{}", layer=layer)
        assert len(shapes) == count
        assert {"number", "built_year"} <= set(fields)


@pytest.mark.feature("E2-2")
def test_owslib_pages_through_ogc_api_features(served):
    address, auth = served("city.dispatcher")
    client = Features(address, auth=auth)
    assert "substations" in client.feature_collections()
    seen, offset = [], 0
    while True:
        page = client.collection_items("substations", limit=25, offset=offset)
        seen += [f["id"] for f in page["features"]]
        if not any(link["rel"] == "next" for link in page["links"]):
            break
        offset += 25
    assert seen == list(range(1, STATIONS + 1))
    assert page["numberMatched"] == STATIONS
    near = client.collection_items("substations", bbox=list(NEAR))
    assert [f["properties"]["name"] for f in near["features"]] == ["换热站1", "换热站2"]
    one = client.collection_item("substations", "7")
    assert one["properties"]["company"] == "甲热力"
    named = client.collection_items("substations", name="换热站9")
    assert [f["id"] for f in named["features"]] == [9]
    assert client.collection_queryables("pipes")["properties"]["diameter_mm"]["type"] == "integer"


@pytest.mark.feature("E2-1")
@pytest.mark.feature("E2-2")
def test_owslib_draws_tiles_by_wmts(served):
    address, auth = served("city.dispatcher")
    wmts = WebMapTileService(f"{address}/wmts", auth=auth)
    assert {"heating", "substations", "buildings"} <= set(wmts.contents)
    assert {"WebMercatorQuad", "WorldCRS84Quad", "CGCS2000Quad"} == set(wmts.tilematrixsets)
    assert wmts.tilematrixsets["CGCS2000Quad"].crs == "urn:ogc:def:crs:EPSG::4490"
    assert wmts.tilematrixsets["WebMercatorQuad"].tilematrix["0"].scaledenominator == pytest.approx(559082264.0287178)
    for matrix_set, z, row, column in (("WebMercatorQuad", 14, *_mercator(14)), ("CGCS2000Quad", 13, *_degrees(13))):
        body = wmts.gettile(
            layer="heating", tilematrixset=matrix_set, tilematrix=str(z), row=row, column=column, format="image/png"
        ).read()
        image = np.asarray(Image.open(BytesIO(body)))
        assert image.shape == (256, 256, 4)
        assert (image[..., 3] > 0).sum() > 20, matrix_set


def _mercator(z):
    y = np.log(np.tan(np.pi / 4 + np.radians(SOUTH + 0.0005) / 2))
    return int((1 - y / np.pi) / 2 * 2**z), int((WEST + 0.0105 + 180) / 360 * 2**z)


def _degrees(z):
    return int((90 - SOUTH - 0.0005) / 180 * 2**z), int((WEST + 0.0105 + 180) / 360 * 2 ** (z + 1))


@pytest.mark.feature("E2-2")
def test_vector_tiles_of_ogc_api_hold_the_features(gis):
    row, column = _mercator(17)
    tiles = "tiles/WebMercatorQuad/17/{}/{}"
    for path in (f"/ogc/collections/buildings/{tiles}", "/ogc/wmts/buildings/default/WebMercatorQuad/17/{}/{}.mvt"):
        body = gis("city.dispatcher", path.format(row, column)).content
        (feature,) = mapbox_vector_tile.decode(body)["buildings"]["features"]
        assert (feature["id"], feature["properties"]["name"]) == (1, "楼1")
    assert gis("city.dispatcher", "/ogc/collections/buildings/tiles/WebMercatorQuad/15/0/0").status_code == 204
    assert gis("city.dispatcher", "/ogc/collections/buildings/tiles/WebMercatorQuad/2/9/9").status_code == 404


def test_a_key_is_shown_as_one_likes(client, key_of):
    key = key_of("city.dispatcher")
    for headers in ({"Authorization": f"Bearer {key}"}, {"X-API-Key": key}):
        assert client.get("/ogc/collections", headers=headers).status_code == 200
    refused = client.get("/ogc/wfs?request=GetCapabilities")
    assert (refused.status_code, refused["WWW-Authenticate"][:5]) == (401, "Basic")
    assert b"ExceptionReport" in refused.content
    assert client.get("/ogc", headers={"Authorization": f"Bearer {key}x"}).status_code == 401


def test_a_session_needs_the_right(signed_in, mapped):
    assert signed_in("city.dispatcher").get("/ogc/collections").status_code == 200
    assert signed_in("city.reader").get("/ogc/collections").status_code == 403


BAD = [
    ("/ogc/wfs", 400, b"MissingParameterValue"),
    ("/ogc/wfs?request=Transaction&version=2.0.0", 400, b"OperationNotSupported"),
    ("/ogc/wfs?request=GetFeature&version=1.1.0", 400, b"VersionNegotiationFailed"),
    ("/ogc/wfs?request=GetFeature", 400, b'locator="typeNames"'),
    ("/ogc/wfs?request=GetFeature&typenames=secrets", 404, b"secrets"),
    ("/ogc/wfs?request=GetFeature&typenames=pipes&bbox=1,2,3", 400, b'locator="bbox"'),
    ("/ogc/wfs?request=GetFeature&typenames=pipes&bbox=9,9,1,1,EPSG:4326", 400, b'locator="bbox"'),
    ("/ogc/wfs?request=GetFeature&typenames=pipes&bbox=nan,1,2,3", 400, b'locator="bbox"'),
    ("/ogc/wfs?request=GetFeature&typenames=pipes&srsname=EPSG:9999", 400, b'locator="srsName"'),
    ("/ogc/wfs?request=GetFeature&typenames=pipes&count=-1", 400, b'locator="count"'),
    ("/ogc/wfs?request=GetFeature&typenames=pipes&filter=%3CFilter/%3E", 400, b'locator="filter"'),
    ("/ogc/wfs?request=GetFeature&typenames=pipes&filter=%3CFilter%3E%3COr/%3E%3C/Filter%3E", 400, b"Or"),
    ("/ogc/wfs?request=GetFeature&typenames=pipes&filter=%3C!DOCTYPE%20a%3E%3CFilter/%3E", 400, b'"filter"'),
    ("/ogc/wfs?request=GetFeature&typenames=pipes&outputformat=shape-zip", 400, b'locator="outputFormat"'),
    ("/ogc/wfs?request=GetFeature&typenames=pipes&sortby=nothing", 400, b'locator="nothing"'),
    ("/ogc/wfs?request=GetFeature&resourceid=pipes.x", 400, b'locator="resourceId"'),
    ("/ogc/wmts?request=GetTile&layer=pipes", 400, b'locator="tilematrixset"'),
    ("/ogc/wmts/pipes/default/WebMercatorQuad/99/0/0.png", 404, b"99/0/0"),
    ("/ogc/wmts/pipes/default/Nothing/1/0/0.png", 400, b'locator="tilematrixset"'),
    ("/ogc/wmts/pipes/default/WebMercatorQuad/1/0/0.gif", 400, b'locator="format"'),
    ("/ogc/collections/nothing/items", 404, b"NotFound"),
    ("/ogc/collections/pipes/items?bbox=1,2,3", 400, b"bbox"),
    ("/ogc/collections/pipes/items?crs=x", 400, b"InvalidParameterValue"),
    ("/ogc/collections/pipes/items?filter=a%3D1", 400, b"InvalidParameterValue"),
    ("/ogc/collections/pipes/items/999", 404, b"not found"),
    ("/ogc/collections/pipes/secrets", 404, "没有这个地址".encode()),
    ("/ogc/nothing/at/all", 404, b"not-found"),
]


def test_bad_questions_are_told_what_is_wrong(client, key_of):
    for path, status, told in BAD:
        answer = client.get(path, headers={"X-API-Key": key_of("city.dispatcher")})
        assert (answer.status_code, told in answer.content) == (status, True), (path, answer.content)


def test_names_are_escaped(gis, mapped):
    from cleanheat.assets.models import Substation

    Substation.objects.filter(pk=1).update(name="<甲>&\x0b\"乙'")
    answer = gis("city.dispatcher", "/ogc/wfs", request="GetFeature", resourceid="substations.1")
    assert next(ET.fromstring(answer.content).iter("{urn:cleanheat:gis}name")).text == "<甲>&\"乙'"


@pytest.mark.feature("E2-7")
def test_coarse_clients_get_coarse_places_and_no_pipes(client, key_of, mapped):
    """A mobile GIS says that it is one: its class is lower, whatever its key may see elsewhere."""
    phone = {"X-API-Key": key_of("city.dispatcher"), "User-Agent": "QField Android Mobile"}
    names = [c["id"] for c in client.get("/ogc/collections", headers=phone).json()["collections"]]
    assert "substations" in names
    assert "pipes" not in names
    assert client.get("/ogc/collections/pipes/items", headers=phone).status_code == 404
    assert client.get("/ogc/wfs?request=GetFeature&typenames=pipes", headers=phone).status_code == 404
    coarse = client.get("/ogc/collections/substations/items/1", headers=phone).json()
    place = coarse["geometry"]["coordinates"]
    assert place != [125.31, 43.88]
    assert place == pytest.approx([125.31, 43.88], abs=0.02)
    assert classes.current().clients["coarse"].grid_m > 0

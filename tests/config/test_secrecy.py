"""No address tells a client what is above his class: every reading route is asked by every class of client.

What counts as told: a position off the client's grid, an attribute that is withheld, the code of an object whose kind
is hidden.  The same search over what the highest class is told must find some of each, else it would prove nothing.
"""

from __future__ import annotations

import gzip
import json
import re

import numpy as np
import orjson
import pytest
import shapely

from cleanheat.assets.queries import KIND_MODELS
from cleanheat.infra.scope import Scope
from cleanheat.infra.secrecy import classes
from cleanheat.twin import network, public, queries, varint
from cleanheat.twin.geometry import CityGeometry, Shapes
from tests.config.test_tenancy import ELSEWHERE, FOREIGN, REGULATORS, ROUTES, SHARED, things  # noqa: F401 - a fixture
from tests.screens.conftest import readings, stored  # noqa: F401 - fixtures

OUTSIDE = {"REMOTE_ADDR": "203.0.113.9"}
PHONE = {"HTTP_USER_AGENT": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Mobile/15E148"}
READS = sorted(r for r, how in ROUTES.items() if r.startswith("GET ") and how in {"same", "own", "city"})
MORE = (
    *(f"/objects/{kind}/1" for kind in KIND_MODELS),
    *(f"/resources/assets.{kind}" for kind in KIND_MODELS),
    *(f"/resources/assets.{kind}/1" for kind in KIND_MODELS),
    *(f"/resources/assets.{kind}/export?format=csv" for kind in KIND_MODELS),
    *(f"/objects/{kind}" for kind in ("plant", "branch", "boiler", "substation", "unit", "device", "room", "weather")),
    *(f"/search?q={text}" for text in ("2201", "站", "GX", "DN", "楼", "QN")),
    *(f"/twin/trace/substation/1?direction={way}" for way in ("up", "down")),
    *(f"/twin/trace/{kind}/1" for kind in KIND_MODELS),
    "/resources/assets.equipment",
    "/resources/assets.heat_fee",
    "/twin/affected?what=down&kind=plant&number=1&format=csv",
    *(f"/twin/areas/{kind}" for kind in ("company", "branch", "boiler", "substation", "community")),
    *(f"/twin/coverage/{kind}" for kind in ("company", "branch", "boiler")),
)
"""Addresses whose answers differ by what they are asked for."""


def _shapes(numbers, rings):
    offsets = np.cumsum([0, *(len(ring) for ring in rings)]).astype(np.uint32)
    return Shapes(np.array(numbers, np.int32), offsets, np.concatenate(rings))


@pytest.fixture
def town(readings):  # noqa: F811
    """The small city on the map: its footprints and pipes at their places, stored and current."""
    square = np.array([[0, 0], [3e-4, 0], [3e-4, 2e-4], [0, 2e-4]])
    at = {k: np.column_stack([readings[k].longitude, readings[k].latitude])[1:] for k in ("building", "pipe")}
    polygon = shapely.geometry.mapping(shapely.box(125.31234, 43.87654, 125.33333, 43.89999))
    made = CityGeometry(
        buildings=_shapes([1, 2], [place + square for place in at["building"]]),
        building_height_m=np.array([18, 18], np.float32),
        pipes=_shapes([1, 2], [place + square[:3] for place in at["pipe"]]),
        base={"water": [{"type": "Feature", "properties": {}, "geometry": polygon}]},
        coverage={"company": [(10, polygon), (20, polygon)], "branch": [(1, polygon)], "boiler": [(1, polygon)]},
    )
    public.store_geometry(made)
    queries._packed.cache_clear()
    return readings


OF_THE_MAP = ("/twin", "/objects", "/search", "/resources", "/assets", "/archive", "/overview", "/quality/records")


def _of_the_map():
    return [path for path in _addresses() if path.startswith(OF_THE_MAP)]


def _addresses():
    """Every reading route, its names filled as the walk of tenancy fills them."""
    told = [FOREIGN.get(r) or REGULATORS.get(r) or SHARED.get(r) or r.split()[1] for r in READS]
    return [re.sub(r"{(\w+)}", "1", path.replace("{key}", "assets.substation")) for path in told] + list(MORE)


def _walk(value, key=""):
    """Every number and every named value of an answer: (name, value)."""
    if isinstance(value, dict):
        if isinstance(value.get("key"), str) and "value" in value:
            yield value["key"], value["value"]
        for name, inner in value.items():
            yield from _walk(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, key)
    else:
        yield key, value


def _on_grid(value, axis, side):
    step = classes.cell_degrees(side)[axis]
    return abs((value / step) % 1 - 0.5) < 1e-3


def _found(answer, view):
    """What the answer tells that is above the view's class."""
    scope = Scope(key="x", sees_all=True, view=view)
    text = answer.content.decode("utf-8-sig", errors="replace")
    leaks = [
        code
        for kind, model in KIND_MODELS.items()
        if classes.hides(kind, scope)
        for code in model.objects.values_list("code", flat=True)
        if code in text
    ]
    if not answer["Content-Type"].startswith(("application/json", "application/geo+json")):
        return leaks
    sides = {classes.grid_m(kind, scope) for kind in classes.current().kinds} - {0.0}
    for name, value in _walk(json.loads(text)):
        if value is not None and classes.withheld(name, scope):
            leaks.append(name)
        if isinstance(value, float) and sides and name != "bounds":  # of what is told, with a margin
            axis = 0 if 125.2 < value < 125.6 else 1 if 43.8 < value < 43.95 else None
            if axis is not None and not name.endswith("_c") and not any(_on_grid(value, axis, s) for s in sides):
                leaks.append(f"{name}={value}")
    return leaks


def _ask(client, path, **headers):
    return client.get(f"/api/v1{path}", **headers)


def _leaks(client, paths, named, **headers):
    told = {path: _found(_ask(client, path.format(**named), **headers), "coarse-0") for path in paths}
    return {path: leaks for path, leaks in told.items() if leaks}


@pytest.mark.parametrize("headers", [OUTSIDE, PHONE], ids=["outside", "phone"])
def test_no_address_of_the_map_tells_a_coarse_client_more(town, things, stored, signed_in, headers):  # noqa: F811
    client = signed_in("city.administrator")
    assert _leaks(client, _of_the_map(), things, **headers) == {}


@pytest.mark.slow
def test_no_reading_address_tells_a_coarse_client_more(town, things, stored, signed_in):  # noqa: F811
    assert _leaks(signed_in("city.administrator"), _addresses(), things, **OUTSIDE) == {}


def test_the_search_for_leaks_finds_what_the_highest_class_is_told(town, things, stored, signed_in):  # noqa: F811
    client = signed_in("city.administrator")
    found = _leaks(client, _of_the_map(), things)
    assert "diameter_mm" in found["/objects/pipe/1"]
    assert "design_flow_t_h" in found["/resources/assets.branch"] + found["/objects/branch/1"]
    assert any(leak.startswith("lon=") for leak in found["/objects/substation/1"])
    assert any("GX" in leak for leak in found["/resources/assets.pipe"])
    assert len(found) > 20


def test_every_route_has_been_walked():
    assert set(READS) <= set(ROUTES)
    assert not set(FOREIGN) & set(ELSEWHERE)


def test_withheld_columns_cannot_be_found_out_by_asking_for_them(town, signed_in):
    client = signed_in("city.administrator")
    for asked in ("order=diameter_mm", "order=-heat_index_w_m2"):
        for kind in ("pipe", "unit"):
            assert client.get(f"/api/v1/resources/assets.{kind}?{asked}", **OUTSIDE).status_code in {200, 422}
    sorted_ = client.get("/api/v1/resources/assets.unit?order=-design_flow_t_h", **OUTSIDE)
    assert sorted_.status_code == 422
    whole = client.get("/api/v1/resources/assets.heat_user?unmask_reason=looking", **OUTSIDE)
    assert whole.status_code == 403


def _binary(client, **headers):
    address = client.get("/api/v1/twin/manifest", **headers).json()["network"]
    answer = client.get(address, **headers)
    assert answer.status_code == 200
    return address, network.unpack(answer.content)


def _numbers(sections, name):
    return varint.decode_deltas(sections[name])


def test_the_network_file_is_cut_and_its_address_is_of_its_class(town, signed_in):
    client = signed_in("city.administrator")
    exact_at, (_, exact) = _binary(client)
    coarse_at, (_, coarse) = _binary(client, **OUTSIDE)
    for hidden in ("buildings", "pipes", "valves", "branches", "devices"):
        assert len(_numbers(exact, f"{hidden}.numbers")) > 0
        assert len(_numbers(coarse, f"{hidden}.numbers")) == 0
        assert coarse[f"{hidden}.lon"] == b""
    assert coarse["pipes.diameter_class"] == coarse["buildings.height_dm"] == b""
    places = _numbers(coarse, "substations.lon") / network.MICRODEGREES
    assert all(_on_grid(x, 0, 500) for x in places)
    assert len(places) == len(_numbers(exact, "substations.lon"))
    assert client.get(exact_at, **OUTSIDE).status_code == 404
    assert client.get(coarse_at).status_code == 404
    assert client.get(exact_at)["Cache-Control"].startswith("private")


def test_tiles_of_another_class_do_not_exist(town, signed_in):
    client = signed_in("city.administrator")
    exact = client.get("/api/v1/twin/manifest").json()
    coarse = client.get("/api/v1/twin/manifest", **OUTSIDE).json()
    assert set(exact["tiles"]) >= {"base", "buildings"}
    assert set(coarse["tiles"]) == {"base"}
    assert coarse["coverage"] == []
    assert (coarse["secrecy"]["client"], coarse["secrecy"]["grid_m"]) == ("coarse", 500)
    place = {"z": 14, "x": 13894, "y": 5973}
    for name, told, mine, other in (
        ("base", exact, {}, OUTSIDE),
        ("buildings", exact, {}, OUTSIDE),
        ("base", coarse, OUTSIDE, {}),
    ):
        url = told["tiles"][name]["url"].format(**place)
        assert client.get(url, **mine).status_code in {200, 204}
        assert client.get(url, **other).status_code == 404
    tag = coarse["tiles"]["base"]["url"].split("/")[3]
    forged = f"/tiles/buildings/{tag}/14/13894/5973"
    assert client.get(forged, **OUTSIDE).status_code == 404


def test_states_of_hidden_kinds_never_travel(town):
    public.set_states("operation", "pipes", np.array([0, 3, 4], np.uint8))
    public.set_states("operation", "substations", np.array([0, 1, 2, 1, 2], np.uint8))
    public.publish(60, {}).result(10)
    from cleanheat.twin.live_frames import decode

    scope = Scope(key="all@coarse-0", sees_all=True, view="coarse-0")
    for messages in (public.live_state().fulls("operation", scope), public.live_state().deltas("operation", scope)):
        told = {m.layer: m.states for m in map(decode, messages)}
        assert told[1].sum() == 0
        assert told[5].sum() == 6
    assert orjson.loads(orjson.dumps(public.minute_event(scope)["totals"])) is not None


def test_a_sealed_answer_is_the_same_plain_or_packed(town, signed_in):
    client = signed_in("city.administrator")
    address = client.get("/api/v1/twin/manifest", **OUTSIDE).json()["network"]
    plain = client.get(address, **OUTSIDE).content
    packed = client.get(address, headers={"accept-encoding": "gzip"}, **OUTSIDE).content
    assert gzip.decompress(packed) == plain

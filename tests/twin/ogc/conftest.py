"""The small city on a map, sixty substations in it, and GIS clients of two companies."""

from __future__ import annotations

from base64 import b64encode
from functools import cache

import numpy as np
import pytest

from cleanheat.accounts.key_actions import issue_key
from cleanheat.accounts.models import User
from cleanheat.assets import public as assets
from cleanheat.twin import geometry_store, queries
from cleanheat.twin.geometry import CityGeometry, Shapes
from tests import small_city

STATIONS = 60
WEST, SOUTH = 125.30, 43.88


def _square(west: float, south: float, side: float) -> list[list[float]]:
    return [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]


def _area(west: float, south: float, side: float) -> dict:
    return {"type": "Polygon", "coordinates": [_square(west, south, side)]}


def _shapes(parts: list[list[list[float]]]) -> Shapes:
    offsets = np.cumsum([0, *(len(p) for p in parts)]).astype(np.uint32)
    return Shapes(np.arange(1, len(parts) + 1, dtype=np.int32), offsets, np.concatenate([np.array(p) for p in parts]))


def geometry() -> CityGeometry:
    """Building n stands east of the west edge by n hundredths; each has a pipe through it."""
    corners = [(WEST + n / 100, SOUTH) for n in (1, 2)]
    districts = [("南关区", "220102", 125.2), ("宽城区", "220103", 126.2)]
    return CityGeometry(
        buildings=_shapes([_square(w, s, 0.001)[:-1] for w, s in corners]),
        building_height_m=np.array([18.0, 18.0], np.float32),
        pipes=_shapes([[[w, s], [w + 0.002, s], [w + 0.002, s + 0.002]] for w, s in corners]),
        base={
            "districts": [
                {"type": "Feature", "properties": {"name": name, "code": code}, "geometry": _area(w, 43.5, 1.0)}
                for name, code, w in districts
            ]
        },
        coverage={
            "company": [(10, _area(WEST, SOUTH, 0.02)), (20, _area(WEST + 0.02, SOUTH, 0.02))],
            "branch": [(1, _area(WEST, SOUTH, 0.04))],
            "boiler": [(1, _area(WEST, SOUTH, 0.01)), (2, _area(WEST + 0.02, SOUTH, 0.01))],
        },
    )


@pytest.fixture(scope="session")
def map_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("ogc")
    geometry_store.save(root, geometry(), lambda _folder: None)
    return root


@pytest.fixture
def mapped(cast, settings, tmp_path, map_root, monkeypatch):
    """The small city with sixty substations in a row (odd ones of company 10), its geometry current."""
    tables = small_city.tables()
    known = tables["substation"]
    for n in range(5, STATIONS + 1):
        for values in known.values():
            values.append(values[0 if n % 2 else 1])
        place = {"number": n, "code": f"22010{3 - n % 2}-HR-{n:06d}", "name": f"换热站{n}"}
        for column, value in {**place, "longitude": WEST + n / 100, "latitude": SOUTH}.items():
            known[column][-1] = value
    tables["pipe"]["boiler_room_id"], tables["pipe"]["branch_id"] = [1, 2], [0, 0]  # each fed by its own boiler room
    settings.DATABASES["default"]["NAME"], kept = ":memory:", settings.DATABASES["default"]["NAME"]
    settings.DATA_DIR = tmp_path
    assets.load(tables)
    assets.forget()
    monkeypatch.setattr(queries, "root", lambda: map_root)
    yield assets.archive()
    assets.forget()
    settings.DATABASES["default"]["NAME"] = kept


@pytest.fixture
def key_of(mapped):
    """``key_of("company.dispatcher")``: an access key of that user."""
    return cache(lambda name: issue_key(User.objects.get(username=name), "QGIS", "twin.gis", 30).secret)


@pytest.fixture
def gis(key_of, client):
    """``gis("company.dispatcher", "/ogc/wfs", request="GetCapabilities")``: the answer, asked with a key."""

    def ask(name: str, path: str, **given):
        basic = b64encode(f"{name}:{key_of(name)}".encode()).decode()
        return client.get(path, given, headers={"Authorization": f"Basic {basic}"})

    return ask

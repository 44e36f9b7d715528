"""A made-up town of two companies for the map's tests: twelve by twelve buildings, their pipes and plant."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from cleanheat.assets import public as assets
from cleanheat.assets import queries as assets_queries
from cleanheat.assets.archive import Archive, KindTable
from cleanheat.infra.scope import EVERYTHING, Scope
from cleanheat.twin import public, queries
from cleanheat.twin.geometry import CityGeometry, Shapes
from cleanheat.twin.live_state import LiveState

SIDE = 12
WEST, SOUTH = 125.30, 43.85
STEP = 0.0012
OURS, THEIRS = 7, 8
"""Organisation ids of the two companies: even columns of the town are ours, odd ones theirs."""

OUR_SCOPE = Scope(key="company:7", organisation_id=OURS, company_ids=frozenset({OURS}))
THEIR_SCOPE = Scope(key="company:8", organisation_id=THEIRS, company_ids=frozenset({THEIRS}))


def _shapes(rings: list[np.ndarray]) -> Shapes:
    offsets = np.cumsum([0, *(len(ring) for ring in rings)]).astype(np.uint32)
    return Shapes(np.arange(1, len(rings) + 1, dtype=np.int32), offsets, np.concatenate(rings))


def _corner(i: int) -> np.ndarray:
    return np.array([WEST + (i % SIDE) * STEP, SOUTH + (i // SIDE) * STEP])


def _footprint(i: int) -> np.ndarray:
    w, d = 0.0006 + 0.00002 * (i % 5), 0.0003
    ring = [(0, 0), (w, 0), (w, d), (0, d)]
    if i % 4 == 0:  # every fourth one is L-shaped
        ring = [(0, 0), (w, 0), (w, d), (w / 2, d), (w / 2, 2 * d), (0, 2 * d)]
    return _corner(i) + np.array(ring)


def geometry() -> CityGeometry:
    n = SIDE * SIDE
    east, north = WEST + SIDE * STEP, SOUTH + SIDE * STEP
    square = [[WEST, SOUTH], [east, SOUTH], [east, north], [WEST, north], [WEST, SOUTH]]
    polygon = {"type": "Polygon", "coordinates": [square]}
    road = {"type": "LineString", "coordinates": [[WEST, SOUTH], [east, north]]}
    return CityGeometry(
        buildings=_shapes([_footprint(i) for i in range(n)]),
        building_height_m=np.linspace(9, 99, n).astype(np.float32),
        pipes=_shapes([_corner(i) + np.array([[0, 0], [STEP, 0], [STEP, STEP]]) for i in range(n)]),
        base={
            "roads": [{"type": "Feature", "properties": {"name": "人民大街", "class": "major"}, "geometry": road}],
            "water": [{"type": "Feature", "properties": {}, "geometry": polygon}],
            "districts": [{"type": "Feature", "properties": {"name": "朝阳区", "code": "220104"}, "geometry": polygon}],
            "places": [
                {
                    "type": "Feature",
                    "properties": {"name": "文化广场", "rank": 1},
                    "geometry": {"type": "Point", "coordinates": [WEST, SOUTH]},
                }
            ],
        },
        coverage={"company": [(OURS, polygon), (THEIRS, polygon)], "branch": [(1, polygon)], "boiler": []},
    )


def _table(kind: str, count: int, **values: np.ndarray) -> KindTable:
    numbers = np.arange(1, count + 1, dtype=np.int32)
    places = np.stack([_corner(i) for i in range(count)]) if count else np.zeros((0, 2))
    company = np.where(np.arange(count) % 2 == 0, OURS, THEIRS)

    def slots(column: np.ndarray, dtype: type) -> np.ndarray:
        out = np.zeros(count + 1, dtype)
        out[1:] = column
        return out

    return KindTable(
        kind=kind,
        numbers=numbers,
        longitude=slots(places[:, 0], np.float64),
        latitude=slots(places[:, 1], np.float64),
        links={} if kind in ("plant", "branch", "weather") else {"company": slots(company, np.int32)},
        values={name: slots(column, np.float64) for name, column in values.items()},
    )


def archive() -> Archive:
    n = SIDE * SIDE
    pipes = {"medium": np.arange(n) % 3, "diameter_mm": 50 + 8 * np.arange(n)}
    kinds = {
        "building": _table("building", n),
        "pipe": _table("pipe", n, **pipes),
        "plant": _table("plant", 1),
        "branch": _table("branch", 2),
        "boiler": _table("boiler", 4),
        "substation": _table("substation", 20, heated_area_m2=np.full(20, 1000.0)),
        "device": _table("device", 6),
        "weather": _table("weather", 3),
        "valve": _table("valve", 8),
    }
    return Archive("town-1", kinds)


@pytest.fixture(scope="session")
def town_folder(tmp_path_factory):
    """One folder for all tests: the same geometry has the same version, so its tiles are built once."""
    return tmp_path_factory.mktemp("town")


@pytest.fixture
def town(monkeypatch, town_folder):
    """The town stored and current; what rooms below answer is computed from its arrays."""
    present = archive()
    monkeypatch.setattr(assets, "archive", lambda: present)
    monkeypatch.setattr(assets, "visible", lambda kind, scope: assets_queries._visible(present, kind, scope))
    monkeypatch.setattr(assets, "names", lambda kind, numbers: [f"{kind} {n}" for n in numbers], raising=False)
    monkeypatch.setattr(queries, "root", lambda: town_folder)
    monkeypatch.setattr(public._current, "state", LiveState(public._visible))
    monkeypatch.setattr(public._current, "basis", ("", ""))
    queries._packed.cache_clear()
    made = geometry()
    version = public.store_geometry(made)
    return SimpleNamespace(geometry=made, archive=present, version=version, city=EVERYTHING)

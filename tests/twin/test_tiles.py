import gzip
import math

import pytest

from cleanheat.infra.scope import EVERYTHING
from cleanheat.kernel.errors import Problem
from cleanheat.twin import queries
from tests.twin.conftest import SOUTH, WEST


def _address(zoom, longitude=WEST + 0.003, latitude=SOUTH + 0.003):
    n = 1 << zoom
    radians = math.radians(latitude)
    y = (1 - math.asinh(math.tan(radians)) / math.pi) / 2
    return zoom, int((longitude / 360 + 0.5) * n), int(y * n)


@pytest.mark.feature("A1-4")
@pytest.mark.parametrize("zoom", [6, 10, 14])
def test_base_tiles_carry_roads_water_districts_and_their_names(town, zoom):
    tile = gzip.decompress(queries.tile("base", town.version, *_address(zoom), EVERYTHING))
    for layer in ("roads", "water", "districts", "district_labels"):
        assert layer.encode() in tile, layer
    assert "朝阳区".encode() in tile


def test_building_tiles_start_at_zoom_13(town):
    assert b"buildings" in gzip.decompress(queries.tile("buildings", town.version, *_address(15), EVERYTHING))
    assert queries.tile("buildings", town.version, *_address(12), EVERYTHING) is None


def test_elsewhere_is_empty(town):
    assert queries.tile("base", town.version, *_address(14, longitude=100.0), EVERYTHING) is None


@pytest.mark.parametrize(
    ("name", "version", "zxy"),
    [
        ("roads", None, (1, 0, 0)),
        ("base", "0123456789abcdef", (1, 0, 0)),
        ("base", "../../keys", (1, 0, 0)),
        ("base", None, (3, 8, 0)),
        ("base", None, (99, 0, 0)),
    ],
)
def test_unknown_set_version_or_address_is_not_found(town, name, version, zxy):
    with pytest.raises(Problem) as refused:
        queries.tile(name, version or town.version, *zxy, EVERYTHING)
    assert refused.value.status == 404

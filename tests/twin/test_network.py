import numpy as np
import pytest

from cleanheat.twin import network, queries, varint
from tests.twin.conftest import OUR_SCOPE, archive, geometry

HALF_STEP_DEG = 0.5e-6 + 1e-12


def _unpacked(scope):
    import gzip

    return network.unpack(gzip.decompress(queries.network_file(scope).gzipped))


def _degrees(section):
    return varint.decode_deltas(section) / network.MICRODEGREES


@pytest.mark.feature("A2-5")
def test_network_round_trips_within_half_a_microdegree(town):
    header, sections = _unpacked(town.city)
    assert header["geometry_version"] == int(town.version[:8], 16)
    for layer, shapes in (("buildings", town.geometry.buildings), ("pipes", town.geometry.pipes)):
        assert varint.decode_deltas(sections[f"{layer}.numbers"]).tolist() == shapes.numbers.tolist()
        assert varint.decode(sections[f"{layer}.vertices"]).tolist() == np.diff(shapes.offsets).tolist()
        for axis, name in enumerate(("lon", "lat")):
            found = _degrees(sections[f"{layer}.{name}"])
            assert np.abs(found - shapes.lonlat[:, axis]).max() <= HALF_STEP_DEG
    heights_m = varint.decode(sections["buildings.height_dm"]) / 10
    assert np.abs(heights_m - town.geometry.building_height_m).max() <= 0.05001
    assert varint.decode(sections["pipes.medium"]).tolist() == [i % 3 for i in range(144)]
    assert varint.decode(sections["pipes.diameter_class"]).max() == len(network.DIAMETER_STEPS_MM)
    assert header["names"]["plants"] == ["plant 1"]


def test_company_gets_its_own_pipes_and_points_and_public_footprints(town):
    _, sections = _unpacked(OUR_SCOPE)
    ours = [n for n in range(1, 145) if n % 2 == 1]
    assert varint.decode_deltas(sections["pipes.numbers"]).tolist() == ours
    assert varint.decode_deltas(sections["substations.numbers"]).tolist() == list(range(1, 21, 2))
    assert len(varint.decode_deltas(sections["buildings.numbers"])) == 144
    assert sections["plants.numbers"] == b""
    lon = _degrees(sections["pipes.lon"]).reshape(-1, 3)
    first = town.geometry.pipes.lonlat.reshape(-1, 3, 2)[0::2, :, 0]
    assert np.abs(lon - first).max() <= HALF_STEP_DEG


def test_equal_content_has_equal_bytes_and_tag(town):
    first = queries.network_file(town.city)
    queries._packed.cache_clear()
    assert queries.network_file(town.city) == first
    assert queries.network_file(OUR_SCOPE).etag != first.etag
    assert queries.address_version(OUR_SCOPE) != queries.address_version(town.city)


def test_other_data_is_refused():
    with pytest.raises(ValueError, match="version 1"):
        network.unpack(b"GIF89a..........")


def test_missing_height_becomes_flat():
    town = geometry()
    town.building_height_m[3] = np.nan
    present = archive()
    everything = {kind: table.exists() for kind, table in present.kinds.items()}
    _, sections = network.unpack(network.pack_network(1, town, present, everything, {}))
    assert varint.decode(sections["buildings.height_dm"])[3] == 0

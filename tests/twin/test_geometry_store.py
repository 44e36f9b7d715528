import dataclasses

import numpy as np
import pytest

from cleanheat.twin import geometry_store
from tests.twin.conftest import geometry


def _nothing(_folder):
    return None


def test_saved_geometry_loads_equal_and_is_current(tmp_path):
    made = geometry()
    version = geometry_store.save(tmp_path, made, _nothing)
    loaded = geometry_store.load(tmp_path / version)
    assert geometry_store.current_version(tmp_path) == version
    assert np.array_equal(loaded.buildings.lonlat, made.buildings.lonlat)
    assert np.array_equal(loaded.pipes.offsets, made.pipes.offsets)
    assert loaded.base["roads"][0]["properties"]["name"] == "人民大街"
    assert [number for number, _ in loaded.coverage["company"]] == [7, 8]
    assert geometry_store.content_version(loaded) == version


def test_moved_vertex_changes_the_version():
    made, moved = geometry(), geometry()
    moved.pipes.lonlat[5, 0] += 1e-6
    assert geometry_store.content_version(made) != geometry_store.content_version(moved)
    assert geometry_store.content_version(dataclasses.replace(made)) == geometry_store.content_version(made)


def test_failed_build_leaves_the_former_version_current(tmp_path):
    former = geometry_store.save(tmp_path, geometry(), _nothing)
    moved = geometry()
    moved.pipes.lonlat[5, 0] += 1e-3

    def fail(_folder):
        raise RuntimeError("no tiles")

    with pytest.raises(RuntimeError):
        geometry_store.save(tmp_path, moved, fail)
    assert geometry_store.current_version(tmp_path) == former
    assert not list(tmp_path.glob("draft-*"))


def test_city_without_geometry_has_no_version(tmp_path):
    assert geometry_store.current_version(tmp_path) is None

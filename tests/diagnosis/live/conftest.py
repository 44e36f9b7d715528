"""Platforms that have lived through a day: what one start remembers, every test takes up anew."""

import pytest

from tests.diagnosis.live.world import COLD, World


@pytest.fixture(scope="session")
def day_old(tmp_path_factory):
    """A healthy day, lived through once and kept."""
    made = World()
    assert made.run(26) == []
    return made.keep(tmp_path_factory.mktemp("healthy"))


@pytest.fixture
def world(day_old):
    """Boiler rooms and units that start anew after that day."""
    return day_old.reborn()


@pytest.fixture
def units(day_old):
    """Units alone after that day."""
    return day_old.reborn(("unit",))


@pytest.fixture(scope="session")
def under_supplied(day_old, tmp_path_factory):
    """After another 14 hours with too little at unit 5, kept; with what was found then."""
    made = day_old.reborn()
    made.fault("unit", [5], **COLD)
    found = made.run(14)
    return made.keep(tmp_path_factory.mktemp("cold")), found

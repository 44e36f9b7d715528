"""The made-up city that the simulator's tests share; arrays only, never changed."""

from __future__ import annotations

import pytest

from cleanheat.assets.archive import Archive
from tests.simulator.made_archive import made_archive

EVENING = 1_768_475_400
"""15 January 2026, 19:10 in Changchun."""


@pytest.fixture(scope="session")
def archive() -> Archive:
    return made_archive()


@pytest.fixture
def evening() -> int:
    return EVENING

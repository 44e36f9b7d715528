"""A platform whose counts are the hand-made ones."""

import pytest

from cleanheat.evaluation import sources
from tests.evaluation.hand_made import tallies


@pytest.fixture
def counted(city, manual_clock, monkeypatch):
    """The small city on an evening in January; every period has the hand-made counts."""
    made = {"": tallies()}
    source = sources.CountSource("test.counts", "试验计数", lambda period: made.get(period.key, made[""]))
    monkeypatch.setattr(sources, "SOURCES", [source])
    return made

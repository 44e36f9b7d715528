"""Are faults in the data still found, and sound values left alone?  A guard on a development seed, not an evaluation:
that is ``make accuracy``."""

from __future__ import annotations

import pytest

from bench import real_series
from bench.accuracy import DEVELOPMENT_SEEDS, START
from bench.trial import trial

RECALL, FALSE_SHARE, GOOD_SHARE = 0.98, 0.001, 0.99
LEAST = 50
"""A family met less often than this in a reduced run is not scored."""


@pytest.mark.slow
@pytest.mark.feature("A5-6")
def test_every_family_of_faults_is_found_and_the_rest_left_alone():
    done = trial(DEVELOPMENT_SEEDS[0], START, minutes=120)
    for family, score in done.scores.items():
        assert score.wrong < LEAST or family == "lie" or score.recall >= RECALL, (family, score)
        assert score.sound == 0 or score.false_share <= FALSE_SHARE, (family, score)


@pytest.mark.slow
@pytest.mark.feature("A5-6")
@pytest.mark.skipif(
    not real_series.FOLDER.is_dir(), reason="../shared/data/substations_nis is not there: real series not judged"
)
@pytest.mark.parametrize("name", ["scada_L4", "scada_L17"])
def test_real_dirt_is_marked_for_what_it_is(name):
    rows = real_series.read(name).part(slice(0, 2_000))
    done = real_series.judge(rows, real_series.chosen(rows, every=4))
    for sort, wrong in done.wrong.items():
        assert done.named[sort] >= RECALL * wrong, sort
    assert done.good_share >= GOOD_SHARE

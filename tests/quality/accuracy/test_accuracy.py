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
def test_real_dirt_is_marked_for_what_it_is():
    series = {name: real_series.read(name).part(slice(0, 2_000)) for name in ("scada_L4", "scada_L17")}
    asked = {name: real_series.chosen(rows, every=4) for name, rows in series.items()}
    for name, done in real_series.judge_all(series, asked).items():
        for sort, wrong in done.wrong.items():
            assert done.named[sort] >= RECALL * wrong, (name, sort)
        assert done.good_share >= GOOD_SHARE, name

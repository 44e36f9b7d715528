"""The issue's features carry tests."""

import json

import pytest

from tools import features

SPINE = (
    "A1-3",
    "A1-4",
    "A1-7",
    "A2-2",
    "A2-5",
    "A5-2",
    "A5-3",
    "A6-1",
    "C5-1",
    "C8-1",
    "F1-1",
    "G3-1",
    "H1-1",
    "H1-3",
    "H1-4",
)


@pytest.fixture(scope="module")
def proven(tmp_path_factory):
    out = tmp_path_factory.mktemp("features") / "features.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(features, "OUT", out)
        features.main()
    return json.loads(out.read_text())


@pytest.mark.parametrize("feature", SPINE)
def test_feature_of_the_spine_has_a_test(proven, feature):
    assert proven.get(feature), f"no test carries @pytest.mark.feature({feature!r})"

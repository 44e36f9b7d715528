"""The features built so far carry tests."""

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

GOVERNANCE = (
    *(f"A4-{n}" for n in range(1, 5)),
    *(f"A5-{n}" for n in range(1, 7)),
    *(f"A6-{n}" for n in range(1, 4)),
    *(f"A7-{n}" for n in range(1, 4)),
    *(f"A8-{n}" for n in range(1, 11)),
    *("C11-1", "C11-2"),
    *(f"G2-{n}" for n in range(1, 11)),
    *("G4-1", "G6-1", "G6-4", "H1-2"),
)

DIAGNOSIS = (
    "A5-1",
    *(f"A9-{n}" for n in range(1, 21)),
    *(f"C{source}-{n}" for source in range(1, 4) for n in range(1, 10)),
    *(f"C4-{n}" for n in range(1, 9)),
    "G4-2",
)


TWIN = (
    *(f"A1-{n}" for n in range(1, 8)),
    *(f"A2-{n}" for n in range(1, 11)),
    *(f"A3-{n}" for n in range(1, 4)),
    *(f"C5-{n}" for n in range(1, 5)),
    *("C6-1", "C6-5", "C7-1", "C7-5", "C8-1", "C8-5"),
    *(f"C13-{n}" for n in range(1, 4)),
    *("E2-1", "E2-2", "E2-3", "E2-5", "E2-6", "E2-7", "G5-1"),
)


@pytest.fixture(scope="module")
def proven(tmp_path_factory):
    out = tmp_path_factory.mktemp("features") / "features.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(features, "OUT", out)
        features.main()
    return json.loads(out.read_text())


@pytest.mark.parametrize("feature", sorted({*SPINE, *GOVERNANCE, *DIAGNOSIS, *TWIN}))
def test_feature_has_a_test(proven, feature):
    assert proven.get(feature), f"no test carries @pytest.mark.feature({feature!r})"

"""Addresses as people write them find their home; what is ambiguous finds none."""

import pytest

from cleanheat.complaints.addresses import Gazetteer, Place

PLACES = (
    Place(1, "御景花园", 2, {"3": 31, "12": 312, "A": 319}),
    Place(2, "翠湖家园东区", 2, {"1": 21}),
    Place(3, "和平小区", 2, {"1": 301}),
    Place(4, "和平小区", 3, {"1": 401}),
)


@pytest.fixture(scope="module")
def gazetteer():
    return Gazetteer(PLACES, {"南关区": 2, "宽城区": 3})


@pytest.mark.parametrize(
    ("address", "community", "building", "flat"),
    [
        ("吉林省长春市南关区御景花园3号楼2单元501室", 1, 31, ("2", "501")),
        ("御景花园　３栋　２单元　５０１", 1, 31, ("2", "501")),
        ("御景花园3-2-501", 1, 31, ("2", "501")),
        ("御景花园12幢1门302", 1, 312, ("1", "302")),
        ("御景花园三号楼二单元501", 1, 31, ("2", "501")),
        ("御景花园A座", 1, 319, ("", "")),
        ("南关区翠湖路翠湖家园1号楼", 2, 21, ("", "")),
        ("宽城区和平小区1号楼", 4, 401, ("", "")),
        ("和平小区1号楼", 0, 0, ("", "")),
        ("人民大街某处", 0, 0, ("", "")),
        ("", 0, 0, ("", "")),
        ("御景花园99号楼", 1, 0, ("", "")),
    ],
)
@pytest.mark.feature("G6-1")
def test_match(gazetteer, address, community, building, flat):
    found = gazetteer.match(address)
    assert (found.community, found.building) == (community, building)
    if community:
        assert (found.stair, found.door) == flat


def test_score_tells_how_sure_a_match_is(gazetteer):
    scores = [gazetteer.match(a).score for a in ("御景花园3号楼", "御景花园99号楼", "翠湖家园1号楼", "某处")]
    assert scores[0] > scores[2] > scores[1] > scores[3] == 0

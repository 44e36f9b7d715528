"""Names by ear and by hand, places, agreements: what speaks for a pair adds up, and doubt goes to people."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanheat.calc.matching import evidence as weighing
from cleanheat.calc.matching.evidence import ACCEPTED, NONE, REVIEW, agreement
from cleanheat.calc.matching.flats import Flats, flats_of, one_to_one
from cleanheat.calc.matching.linkage import Things, link, link_members
from cleanheat.calc.matching.names import alike, core, likeness, sounding
from cleanheat.calc.matching.places import nearest, unswapped

COMMUNITIES = ("御景花园", "御景家园", "翠湖东区", "和平小区", "和平小区")


def things(names, lon=None, lat=None, district=None, owner=None, serials=(), group=None):
    n = len(names)
    nothing = np.full(n, np.nan)
    return Things(
        names,
        nothing if lon is None else np.asarray(lon, float),
        nothing if lat is None else np.asarray(lat, float),
        np.zeros(n, int) if district is None else np.asarray(district),
        np.zeros(n, int) if owner is None else np.asarray(owner),
        serials,
        group,
    )


KNOWN = things(COMMUNITIES, [125.30, 125.34, 125.38, 125.30, 125.42], [43.88] * 5, [2, 2, 3, 2, 3])
BUILDINGS = things(
    [""] * 10,
    [125.30, 125.3008, 125.34, 125.3408, 125.38, 125.3808, 125.305, 125.3058, 125.42, 125.4208],
    [43.88] * 10,
    [2, 2, 2, 2, 3, 3, 2, 2, 3, 3],
    serials=["1", "2"] * 5,
    group=np.repeat(np.arange(5), 2),
)


def first(names, **more):
    found = link(things(names, **more), KNOWN).links
    return found.item[:, 0].tolist(), found.band.tolist()


@pytest.mark.feature("G2-6")
def test_an_own_name_is_enough_and_a_shared_one_is_not():
    assert first(["翠湖东区", "和平小区"]) == ([2, 3], [ACCEPTED, REVIEW])
    assert first(["和平小区"], district=[3]) == ([4], [ACCEPTED])
    assert first(["翠湖小区"])[1] != [ACCEPTED]
    assert first(["不知所云"])[1] == [NONE]


def test_what_sounds_alike_is_alike_and_places_decide_between_them():
    assert first(["御景嘉园"], lon=[125.3402], lat=[43.88]) == ([1], [ACCEPTED])
    assert first(["翠湖东取"], lon=[125.3801], lat=[43.8801]) == ([2], [ACCEPTED])


def test_swapped_coordinates_are_turned_round():
    found = link(things(["御景家圆"], [43.88], [125.34]), KNOWN)
    assert found.turned.tolist() == [True]
    assert found.links.item[0, 0] == 1
    lon, lat, turned = unswapped(np.array([0.0]), np.array([0.0]), KNOWN.longitude, KNOWN.latitude)
    assert np.isnan(lon[0])
    assert np.isnan(lat[0])
    assert not turned[0]


@pytest.mark.feature("G2-7")
def test_buildings_by_community_and_number():
    asked = things(["御景花园", "翠湖东区", "和平小区"], district=[0, 0, 3], serials=["2", "1", "2"])
    found = link_members(asked, KNOWN, BUILDINGS).links
    assert found.item[:, 0].tolist() == [1, 4, 9]
    assert found.band.tolist() == [ACCEPTED] * 3


def test_a_former_name_is_learnt_from_those_who_stand_there():
    lon, lat = [125.38, 125.3808, np.nan], [43.88, 43.88, np.nan]
    asked = things(["旭泽苑"] * 3, lon, lat, [3, 3, 0], serials=["1", "2", "2"])
    found = link_members(asked, KNOWN, BUILDINGS).links
    assert found.item[:, 0].tolist() == [4, 5, 5]
    alone = link_members(things(["旭泽苑"], serials=["2"]), KNOWN, BUILDINGS).links
    assert alone.band.tolist() == [NONE]


def test_nothing_known_and_nothing_asked():
    nobody = things([])
    assert link(nobody, KNOWN).links.item.shape == (0, weighing.weights().candidates)
    assert link(things(["御景花园"]), nobody).links.band.tolist() == [NONE]
    assert link_members(
        things(["御景花园"], serials=["1"]), nobody, things([], group=np.zeros(0, int))
    ).links.band.tolist() == [0]


def test_names():
    assert sounding("昌家园") == sounding("场嘉园")
    assert core("和平小区") == "和平"
    same, dropped, none = likeness(["御景花园", "御花园", ""], COMMUNITIES, np.array([0, 1, 2]), np.array([0, 0, 0]))
    assert same == 1.0
    assert 0.8 < dropped < 1
    assert none == 0
    assert 0 in alike(["御景化园"], COMMUNITIES, 3)[0]


def test_neighbours_against_every_distance():
    rng = np.random.default_rng(5)
    here, there = rng.random((40, 2)) * 1_000, rng.random((60, 2)) * 1_000
    here[3] = np.nan
    index, away = nearest(here, there, 4)
    every = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    assert (index[3] == -1).all()
    rows = np.delete(np.arange(40), 3)
    np.testing.assert_allclose(away[rows], np.sort(every[rows], axis=1)[:, :4])


def test_agreement_knows_three_answers():
    assert agreement(np.array([1, 1, 0]), np.array([1, 2, 2])).tolist() == [1, -1, 0]


def test_flats():
    known = Flats(np.array([0, 0, 0, 1]), np.array([1, 2, 1, 1]), ["101", "101", "201", "101"])
    asked = Flats(
        np.array([0, 0, 0, 1, -1, 0]), np.array([2, 0, 0, 0, 1, 3]), ["101", "101", "201", "101", "101", "101"]
    )
    assert flats_of(asked, known).tolist() == [1, -1, 2, 3, -1, -1]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 10_000))
def test_one_to_one_is_best_of_all_assignments(records, items, seed):
    from scipy.optimize import linear_sum_assignment

    score = np.round(np.random.default_rng(seed).normal(0, 3, (records, items)), 3)
    record, item = (a.ravel() for a in np.meshgrid(np.arange(records), np.arange(items), indexing="ij"))
    found = one_to_one(record, item, score.ravel(), records)
    taken = found[found >= 0]
    assert len(set(taken.tolist())) == taken.size
    alone = np.concatenate([score, np.zeros((records, records))], axis=1)
    best = alone[linear_sum_assignment(alone, maximize=True)].sum()
    assert score[np.flatnonzero(found >= 0), taken].sum() == pytest.approx(best)

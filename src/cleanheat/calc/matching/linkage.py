"""Which known object does each record mean?  Candidates by name and by place, weighed and decided, all in arrays.

Two shapes of the question: objects found by their own name (a community's substation, a device's village), and
buildings found by the name of their community and their number in it (homes, thermometers, buildings of a list).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.matching import names as text
from cleanheat.calc.matching.evidence import ACCEPTED, Evidence, Links, Weights, agreement, decide, weights
from cleanheat.calc.matching.places import Floats, Ints, grid_of, nearest, unswapped


@dataclass(frozen=True)
class Things:
    """Records or objects by row: names (empty: unknown), WGS-84 degrees (NaN: unknown), codes of district and owner
    (0: unknown), number within their group (``3`` of 3号楼; empty: not told), row of the group they are in (−1: none).
    """

    names: Sequence[str]
    longitude: Floats
    latitude: Floats
    district: NDArray[np.integer]
    owner: NDArray[np.integer]
    serials: Sequence[str] = ()
    group: Ints | None = None

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Linked:
    """The answer with its grounds; ``turned`` marks records whose longitude and latitude were exchanged."""

    links: Links
    evidence: Evidence
    turned: NDArray[np.bool_]


def link(
    records: Things,
    known: Things,
    worth: Weights | None = None,
    spread: float = 1.0,
    present: Ints | None = None,
) -> Linked:
    """Objects that are found by their own name and place.

    ``spread``: how many times farther than a home from its building's centre records lie from their objects;
    ``present``: the row each record is linked to already (−1: none), which speaks for it.
    """
    worth = worth or weights()
    records, turned = _put_right(records, known)
    grid = grid_of(known.latitude)
    here, there = (grid.metres(t.longitude, t.latitude) for t in (records, known))
    words, at = _distinct(records.names)
    alike = text.alike(words, known.names, worth.by_name)
    by_place, _ = nearest(here, there, worth.by_place)
    linked = np.full(len(records), -1, np.int64) if present is None else present
    record, item = _pairs(np.concatenate([alike[at], by_place, linked[:, None]], axis=1))
    likeness = _likeness(words, known.names, at[record], item)
    evidence = Evidence(
        record,
        item,
        likeness,
        _away(here, there, record, item) / spread,
        agreement(records.district[record], known.district[item]),
        agreement(records.owner[record], known.owner[item]),
        np.zeros(record.shape[0], np.int8),
        _elsewhere(_best(words, known.names, alike)[at[record]], likeness, worth),
        linked[record] == item,
    )
    return Linked(decide(evidence, len(records), worth), evidence, turned)


def link_members(records: Things, groups: Things, members: Things, worth: Weights | None = None) -> Linked:
    """Members (buildings) that are found by the name of their group (community) and their number in it.

    A second look takes up other names of groups (former ones, spoken ones), which the records with sound coordinates
    have taught: what several of them call one group is one of its names.

    Args:
        records: names are those of groups as the records write them.
        members: ``group`` holds rows of ``groups``.

    Raises:
        ValueError: members without groups.
    """
    if members.group is None:
        raise ValueError("members need the rows of their groups")
    worth = worth or weights()
    records, turned = _put_right(records, members)
    search = _Search(groups, members, members.group, worth)
    evidence = search.evidence(records)
    links = decide(evidence, len(records), worth)
    aliases = _aliases(records.names, links, evidence, members.group, worth)
    again = np.flatnonzero([name in aliases for name in records.names] & (links.band < ACCEPTED))
    if again.size:
        second = search.evidence(_some(records, again), aliases)
        links = links.replaced(again, decide(second, again.size, worth), evidence.record.shape[0])
        evidence = evidence.joined(second, again)
    return Linked(links, evidence, turned)


@dataclass(frozen=True)
class _Search:
    """Candidates of records among the members of groups, with what speaks for them."""

    groups: Things
    members: Things
    group_of: Ints
    worth: Weights

    def evidence(self, records: Things, aliases: Mapping[str, int] = MappingProxyType({})) -> Evidence:
        members, worth = self.members, self.worth
        grid = grid_of(members.latitude)
        here, there = (grid.metres(t.longitude, t.latitude) for t in (records, members))
        words, at = _distinct(records.names)
        also = np.array([aliases.get(w, -1) for w in words], np.int64)[at]
        alike = text.alike(words, self.groups.names, worth.by_name)
        by_name = np.concatenate([alike[at], also[:, None]], axis=1)
        serial_of, serial_in = _serials(records.serials, members.serials)
        named = _by_serial(by_name, serial_of, self.group_of, serial_in)
        by_place, _ = nearest(here, there, worth.by_place)
        record, item = _pairs(np.concatenate([named, by_place], axis=1))
        group = self.group_of[item]
        likeness = _likeness(words, self.groups.names, at[record], group)
        is_alias = (also[record] == group) & (also[record] >= 0)
        likeness = np.where(is_alias, np.fmax(likeness, worth.alias["likeness"]), likeness)
        return Evidence(
            record,
            item,
            likeness,
            _away(here, there, record, item),
            agreement(records.district[record], members.district[item]),
            agreement(records.owner[record], members.owner[item]),
            agreement(serial_of[record], serial_in[item]),
            _elsewhere(_best(words, self.groups.names, alike)[at[record]], likeness, worth),
            np.zeros(record.shape[0], bool),
        )


def _aliases(names: Sequence[str], links: Links, evidence: Evidence, group_of: Ints, worth: Weights) -> dict[str, int]:
    """Name → row of the group that records near its members mean by it."""
    words, at = _distinct(names)
    pair = links.pair[:, 0]
    told = np.flatnonzero(pair >= 0)
    near = told[evidence.metres[pair[told]] <= worth.alias["near_m"]]
    if not near.size:
        return {}
    size = int(group_of.max(initial=0)) + 1
    keys, inverse = np.unique(at[near] * size + group_of[links.item[near, 0]], return_inverse=True)
    votes = np.bincount(inverse, links.probability[near, 0])
    word = keys // size
    whole = np.bincount(word, votes, len(words))
    is_meant = (votes >= worth.alias["votes"]) & (votes >= worth.alias["share"] * whole[word])
    return {
        words[w]: g for w, g in zip(word[is_meant].tolist(), (keys % size)[is_meant].tolist(), strict=True) if words[w]
    }


def _some(things: Things, rows: Ints) -> Things:
    picked = rows.tolist()
    return Things(
        [things.names[i] for i in picked],
        things.longitude[rows],
        things.latitude[rows],
        things.district[rows],
        things.owner[rows],
        [things.serials[i] for i in picked],
    )


def _put_right(records: Things, known: Things) -> tuple[Things, NDArray[np.bool_]]:
    longitude, latitude, turned = unswapped(records.longitude, records.latitude, known.longitude, known.latitude)
    return (
        Things(records.names, longitude, latitude, records.district, records.owner, records.serials, records.group),
        turned,
    )


def _distinct(names: Sequence[str]) -> tuple[list[str], Ints]:
    """Each name once, and for every record where its name stands: homes of one community ask once."""
    rows: dict[str, int] = {}
    at = np.fromiter((rows.setdefault(n, len(rows)) for n in names), np.int64, len(names))
    return list(rows), at


def _pairs(candidates: Ints) -> tuple[Ints, Ints]:
    """Every record with each of its candidates once; −1 is none."""
    record = np.repeat(np.arange(candidates.shape[0]), candidates.shape[1])
    item = candidates.ravel()
    keep = item >= 0
    size = int(item.max(initial=0)) + 1
    both = np.unique(record[keep] * size + item[keep])
    return both // size, both % size


def _likeness(words: Sequence[str], known: Sequence[str], at: Ints, of: Ints) -> Floats:
    """Likeness of pairs, each distinct pair of names compared once; NaN where the record has no name."""
    size = max(len(known), 1)
    pairs, inverse = np.unique(at * size + of, return_inverse=True)
    found = text.likeness(words, known, pairs // size, pairs % size)
    nameless = np.array([not w for w in words], bool)
    return np.where(nameless[at], np.nan, found[inverse]) if at.size else np.zeros(0)


def _best(words: Sequence[str], known: Sequence[str], alike: Ints) -> Floats:
    """The likeness of each word with the known name it is most like."""
    word, item = _pairs(alike)
    best = np.zeros(len(words))
    np.maximum.at(best, word, text.likeness(words, known, word, item))
    return best


def _elsewhere(best: Floats, likeness: Floats, worth: Weights) -> NDArray[np.bool_]:
    """Pairs whose record bears the name of another object than the pair's."""
    return np.asarray((best >= worth.alias["known_from"]) & (likeness < worth.alias["other_below"]))


def _away(here: Floats, there: Floats, record: Ints, item: Ints) -> Floats:
    return np.asarray(np.hypot(*(here[record] - there[item]).T), np.float64)


def _serials(left: Sequence[str], right: Sequence[str]) -> tuple[Ints, Ints]:
    """Numbers within groups as codes common to both sides, 0 where not told."""
    codes: dict[str, int] = {"": 0}
    one, other = (np.fromiter((codes.setdefault(s, len(codes)) for s in side), np.int64) for side in (left, right))
    return one, other


def _by_serial(groups: Ints, serial: Ints, group_of: Ints, serial_in: Ints) -> Ints:
    """The member with the record's number in each candidate group, −1 where there is none or no number is told."""
    size = int(max(serial.max(initial=0), serial_in.max(initial=0))) + 1
    keys = group_of * size + serial_in
    order = np.argsort(keys, kind="stable")
    wanted = groups * size + serial[:, None]
    place = np.minimum(np.searchsorted(keys[order], wanted), keys.shape[0] - 1)
    found = order[place] if keys.size else np.zeros(wanted.shape, np.int64)
    hit = (groups >= 0) & (serial[:, None] > 0) & (keys[found] == wanted) if keys.size else np.zeros(wanted.shape, bool)
    return np.where(hit, found, -1)

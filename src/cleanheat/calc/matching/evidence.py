"""What speaks for a pair of record and object, and how strongly?

Fellegi and Sunter's record linkage (JASA 64, 1969): evidence adds up as log likelihood ratios, the candidates of one
record and "none of them" share one probability.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel import parameters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Signs = NDArray[np.int8]
ACCEPTED, REVIEW, NONE = 2, 1, 0
"""The three bands of a record."""


@dataclass(frozen=True)
class Weights:
    """What evidence is worth in nat: likeness and metres between knots, agreements by word; and where to decide."""

    likeness: tuple[Floats, Floats]
    metres: tuple[Floats, Floats]
    agreement: Mapping[str, float]
    alias: Mapping[str, float]
    prior: float
    accept: float
    review: float
    candidates: int
    by_name: int
    by_place: int


@cache
def weights() -> Weights:
    """The declared weights."""
    read = {name: parameters.values(rows) for name, rows in _rows().items()}
    decision = read["decision"]
    whole: Final = ("candidates", "by_name", "by_place")
    return Weights(
        likeness=_knots(read["name"], 100.0),
        metres=_knots(read["distance"], 1.0),
        agreement=read["agreement"],
        alias=read["alias"],
        prior=decision["prior"],
        accept=decision["accept"],
        review=decision["review"],
        **{name: int(decision[name]) for name in whole},
    )


def _rows() -> Mapping[str, parameters.Parameters]:
    return parameters.read("cleanheat.calc.matching", "parameters.toml")


def _knots(rows: Mapping[str, float], scale: float) -> tuple[Floats, Floats]:
    pairs = sorted((float(key.removeprefix("at_")) / scale, worth) for key, worth in rows.items())
    return np.array([x for x, _ in pairs]), np.array([y for _, y in pairs])


@dataclass(frozen=True)
class Evidence:
    """Pairs of record and object, one a row.

    ``likeness`` in [0, 1] and ``metres`` are NaN where one side does not tell; ``district``, ``owner`` and ``serial``
    are 1 where they agree, −1 where they differ, 0 where one side does not tell.  ``elsewhere``: the record's name is
    another object's, as far as writing goes; ``recorded``: the archive links the two already.
    """

    record: Ints
    item: Ints
    likeness: Floats
    metres: Floats
    district: Signs
    owner: Signs
    serial: Signs
    elsewhere: NDArray[np.bool_]
    recorded: NDArray[np.bool_]

    def score(self, worth: Weights) -> Floats:
        """Log odds that the pair is one: prior plus everything that speaks for it."""
        found = np.full(self.record.shape[0], worth.prior)
        found += _between(self.likeness, *worth.likeness)
        found += _between(np.log10(np.maximum(self.metres, 1.0)), np.log10(worth.metres[0]), worth.metres[1])
        for name in ("district", "owner", "serial"):
            sign = getattr(self, name)
            agrees, differs = (worth.agreement[f"{name}_{word}"] for word in ("agrees", "differs"))
            found += np.where(sign > 0, agrees, np.where(sign < 0, differs, 0.0))
        found += np.where(self.elsewhere, worth.agreement["elsewhere"], 0.0)
        return found + np.where(self.recorded, worth.agreement["recorded"], 0.0)

    def joined(self, other: Evidence, records: Ints) -> Evidence:
        """With further pairs behind, whose records are ``records`` of this one's."""
        rows = {name: [getattr(self, name), getattr(other, name)] for name in self.__dataclass_fields__}
        rows["record"][1] = records[other.record]
        return Evidence(**{name: np.concatenate(parts) for name, parts in rows.items()})


def _between(value: Floats, at: Floats, worth: Floats) -> Floats:
    return np.where(np.isnan(value), 0.0, np.interp(value, at, worth))


def agreement(left: NDArray[np.integer], right: NDArray[np.integer]) -> Signs:
    """1 where two codes agree, −1 where they differ, 0 where one of them is 0."""
    return np.where((left == 0) | (right == 0), 0, np.where(left == right, 1, -1)).astype(np.int8)


@dataclass(frozen=True)
class Links:
    """The best candidates of every record, best first: ``[records, candidates]``.

    ``pair`` points into the evidence (−1: no more candidates), ``item`` names the object (row; −1 none),
    ``probability`` is its share against the others and "none"; ``band`` is the record's (ACCEPTED, REVIEW, NONE).
    """

    pair: Ints
    item: Ints
    probability: Floats
    band: NDArray[np.int8]

    def replaced(self, records: Ints, later: Links, offset: int) -> Links:
        """With the answers of ``records`` from a second look, whose pairs stand ``offset`` further behind."""
        found = Links(self.pair.copy(), self.item.copy(), self.probability.copy(), self.band.copy())
        found.pair[records] = np.where(later.pair >= 0, later.pair + offset, -1)
        found.item[records], found.probability[records] = later.item, later.probability
        found.band[records] = later.band
        return found


def decide(evidence: Evidence, records: int, worth: Weights) -> Links:
    """Rank every record's candidates and put it into a band."""
    score = evidence.score(worth)
    order = np.lexsort((evidence.item, -score, evidence.record))
    record = evidence.record[order]
    start = np.searchsorted(record, np.arange(records + 1))
    rank = np.arange(record.shape[0]) - start[record]
    # numerically safe: the best log odds of each record, never below that of "none"
    peak = np.zeros(records)
    np.maximum.at(peak, record, score[order])
    share = np.exp(score[order] - peak[record])
    whole = np.exp(-peak) + np.bincount(record, share, records)
    width = worth.candidates
    pair, item = np.full((records, width), -1, np.int64), np.full((records, width), -1, np.int64)
    probability = np.zeros((records, width))
    kept = rank < width
    at = record[kept], rank[kept]
    pair[at], item[at] = order[kept], evidence.item[order][kept]
    probability[at] = share[kept] / whole[record[kept]]
    best = probability[:, 0]
    band = np.where(best >= worth.accept, ACCEPTED, np.where(best >= worth.review, REVIEW, NONE)).astype(np.int8)
    return Links(pair, item, probability, band)

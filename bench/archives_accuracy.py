"""How right is the matching of archives?  A city's records written badly (``bench.dirty_archives``) find their objects.

Precision: of what is accepted without a person, the share that is right; recall: of the records whose object the
archive knows, the share that is accepted and right.  Weights were made with the seeds 11 and 23.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.diagnosis_accuracy import Row
from bench.dirty_archives import Dirty, Writer
from cleanheat.assets.matching import relations, things
from cleanheat.calc.matching.addresses import parse
from cleanheat.calc.matching.evidence import ACCEPTED, REVIEW
from cleanheat.calc.matching.linkage import Linked, Things, link, link_members
from cleanheat.simulator.city import make_city

RECORDS = 120_000
PRECISION, RECALL = 0.99, 0.97
Keys = NDArray[np.int64]


def rows(seed: int, quick: bool = False) -> list[Row]:
    """Two figures a relation: precision, recall; quick: the small city."""
    city = make_city("small" if quick else "city", seed)
    judge = _Judge(Writer(city, seed), 3_000 if quick else RECORDS)
    homes = judge.homes()
    return [*homes, *judge.buildings(), *judge.stations(), *judge.devices()]


class _Judge:
    """One city's badly written lists, matched and compared with what they mean."""

    def __init__(self, writer: Writer, n: int) -> None:
        self._writer, self._n, self._tables = writer, n, writer.tables
        self._communities = things.communities(self._tables["community"])
        numbers = np.asarray(self._tables["community"]["number"])
        self._buildings = things.buildings(self._tables["building"], numbers)
        names, level = self._tables["area"]["name"], self._tables["area"]["level"]
        self._districts = tuple(n for n, kind in zip(names, level, strict=True) if kind == "district")

    def homes(self) -> list[Row]:
        dirty = self._writer.homes(self._n)
        return self._rows("thermometers and users → buildings", dirty, lambda: self._by_address(dirty))

    def buildings(self) -> list[Row]:
        dirty = self._writer.buildings(self._n)
        group = self._buildings.group
        assert group is not None
        found = lambda: self._by_address(dirty)  # noqa: E731
        return self._rows("buildings of a list → communities", dirty, found, group)

    def stations(self) -> list[Row]:
        dirty = self._writer.of_stations(self._n)
        records = _records(dirty, [things.station_name(text) for text in dirty.texts])
        known = things.stations(self._tables["substation"])
        spread = relations.RELATIONS["community_substation"].spread
        return self._rows("communities → substations", dirty, lambda: link(records, known, spread=spread))

    def devices(self) -> list[Row]:
        dirty = self._writer.devices(self._n)
        areas = things.with_districts(self._tables["area"])
        is_village = relations.is_village(areas)
        place = np.cumsum(is_village) - 1
        known = things.villages(things.rows_where(areas, is_village))
        records = _records(dirty, [things.village_name(text) for text in dirty.texts])
        spread = relations.RELATIONS["device_village"].spread
        return self._rows("rural devices → villages", dirty, lambda: link(records, known, spread=spread), truth=place)

    def _by_address(self, dirty: Dirty) -> Linked:
        parts = [parse(text, self._districts) for text in dirty.texts]
        records = _records(dirty, [p.community for p in parts], [p.building for p in parts])
        return link_members(records, self._communities, self._buildings)

    def _rows(
        self, what: str, dirty: Dirty, work: Callable[[], Linked], key: Keys | None = None, truth: Keys | None = None
    ) -> list[Row]:
        """``key``: what of the object is asked for (its community); ``truth``: the writer's rows in other words."""
        cpu = time.process_time()
        links = work().links
        spent = time.process_time() - cpu
        means = np.where(dirty.truth >= 0, truth[dirty.truth] if truth is not None else dirty.truth, -1)
        found = links.item[:, 0]
        if key is not None:
            means, found = (np.where(a >= 0, key[a], -1) for a in (means, found))
        accepted = links.band == ACCEPTED
        right = int((accepted & (found == means) & (means >= 0)).sum())
        known, taken = int((means >= 0).sum()), int(accepted.sum())
        review = float((links.band == REVIEW).mean())
        more: dict[str, Any] = {"data": f"{means.size:,} records, badly written", "unit": "%", "better": "higher"}
        note = f"{spent:.1f} s CPU; {review:.1%} for review"
        return [
            Row(
                f"{what}: precision",
                value=right / max(taken, 1),
                target=PRECISION,
                counts=f"{right:,} of {taken:,}",
                note=note,
                **more,
            ),
            Row(
                f"{what}: recall", value=right / max(known, 1), target=RECALL, counts=f"{right:,} of {known:,}", **more
            ),
        ]


def _records(dirty: Dirty, names: list[str], serials: list[str] | None = None) -> Things:
    return Things(names, dirty.longitude, dirty.latitude, dirty.district, dirty.owner, serials or ())

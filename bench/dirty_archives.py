"""What do lists look like that companies hand in?  Records of a generated city written badly, with what they mean.

Typos by ear and by hand, missing and renamed parts, every way to write a building, coordinates that are missing,
swapped, shifted as GCJ-02 shifts them or simply wrong, records handed in twice, and homes the archive does not know.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.matching.addresses import serial_of
from cleanheat.calc.matching.names import syllable
from cleanheat.simulator.city.generate import CityDataset

SHARES = {
    "by_ear": 0.06, "by_hand": 0.03, "dropped": 0.03, "turned": 0.02, "tail": 0.05, "no_serial": 0.02,
    "wrong_serial": 0.004, "no_district": 0.30, "wrong_district": 0.01, "no_owner": 0.20, "wrong_owner": 0.02,
    "no_place": 0.15, "swapped": 0.03, "shifted": 0.06, "wrong_place": 0.015, "zero_place": 0.01, "twice": 0.02,
    "unknown": 0.04, "renamed": 0.03, "namesake": 0.015,
}  # fmt: skip
"""How often each fault is put in: of records, the last two of communities."""
GCJ_SHIFT_DEG = (0.0063, 0.0021)
BUILDING_WORDS = ("号楼", "栋", "幢", "座", "#", "#楼", "楼")
_NEW_FIRST, _NEW_SECOND = "旭昊朗铭锐宸弘盈睿卓晟誉骁尊珑臻翰鼎", "泽辉腾悦骏澜麒玺琅笙岳曦麟廷韵"
_NEW_LAST = ("苑", "公馆", "佳苑", "府邸", "华庭")
_FAR_FIRST, _FAR_SECOND, _FAR_LAST = list("栖澜屿璟樾墅"), list("棠岚霁珩芷"), ["苑", "府", "里", "屯", "花园"]
_ROADS = ["人民大街", "解放大路", "同志街"]
HAN = "零一二三四五六七八九"


@dataclass(frozen=True)
class Dirty:
    """Records and, for each, the row of the object it means (−1: the archive does not know it)."""

    texts: list[str]
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    district: NDArray[np.int64]
    owner: NDArray[np.int64]
    truth: NDArray[np.int64]


class Writer:
    """Writes one city's records badly, the same way for the same seed."""

    def __init__(self, city: CityDataset, seed: int) -> None:
        self.rng = np.random.default_rng([seed, 7])
        self.tables: Any = {kind: dict(columns) for kind, columns in city.tables.items()}
        self._rename()
        sounds = defaultdict(set)
        for name in self.tables["community"]["name"]:
            for c in name:
                sounds[syllable(c)].add(c)
        self._sound = {c: sorted(cs - {c}) for cs in sounds.values() for c in cs}
        self._hands = sorted({c for cs in sounds.values() for c in cs})
        area = self.tables["area"]
        self._district = dict(zip(np.asarray(area["id"]).tolist(), area["name"], strict=True))
        self._streets = [n for n, level in zip(area["name"], area["level"], strict=True) if level == "street"]

    def _rename(self) -> None:
        """Some communities bear another's name (in the archive too), some are known by one that the archive lacks."""
        community, rng = self.tables["community"], self.rng
        names = list(community["name"])
        n = len(names)
        district = np.asarray(community["district_id"])
        for i in rng.choice(n, max(1, int(n * SHARES["namesake"])), replace=False).tolist():
            others = np.flatnonzero(district != district[i])
            if others.size:
                names[i] = names[int(rng.choice(others))]
        community["name"] = names
        self.spoken = list(names)
        new = ["".join(parts) for parts in product(_NEW_FIRST, _NEW_SECOND, _NEW_LAST)]
        count = max(1, int(n * SHARES["renamed"]))
        taken = rng.choice(len(new), count, replace=False)
        for i, name in zip(rng.choice(n, count, replace=False).tolist(), taken.tolist(), strict=True):
            self.spoken[i] = new[name]

    def hits(self, fault: str, n: int) -> NDArray[np.bool_]:
        return self.rng.random(n) < SHARES[fault]

    def misspelt(self, name: str) -> str:
        """At most two faults in one name."""
        rng = self.rng
        at = int(rng.integers(len(name))) if name else 0
        draw = rng.random(5)
        if name and draw[0] < SHARES["by_ear"] and self._sound.get(name[at]):
            name = name[:at] + str(rng.choice(self._sound[name[at]])) + name[at + 1 :]
        elif name and draw[1] < SHARES["by_hand"]:
            name = name[:at] + str(rng.choice(self._hands)) + name[at + 1 :]
        elif len(name) > 3 and draw[2] < SHARES["dropped"]:
            name = name[:at] + name[at + 1 :]
        elif len(name) > 2 and draw[3] < SHARES["turned"]:
            at = min(at, len(name) - 2)
            name = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        if draw[4] < SHARES["tail"]:
            name = name.removesuffix("小区") if name.endswith("小区") and len(name) > 4 else f"{name}小区"
        return name

    def serial(self, number: int) -> str:
        """A building's number in one of the ways people write it."""
        rng = self.rng
        word = str(rng.choice(BUILDING_WORDS))
        text = str(number)
        if rng.random() < 0.08 and number < 100 and "#" not in word:
            text = _han(number)
        elif rng.random() < 0.06:
            text = text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        return text + word

    def places(self, longitude: Any, latitude: Any, noise_m: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Coordinates with noise and faults."""
        n, rng = len(longitude), self.rng
        lon = np.asarray(longitude, float) + rng.normal(0, noise_m / 80_000, n)
        lat = np.asarray(latitude, float) + rng.normal(0, noise_m / 111_000, n)
        shifted, wrong, swapped = (self.hits(f, n) for f in ("shifted", "wrong_place", "swapped"))
        lon, lat = lon + shifted * GCJ_SHIFT_DEG[0], lat + shifted * GCJ_SHIFT_DEG[1]
        elsewhere = rng.permutation(n)
        lon, lat = np.where(wrong, lon[elsewhere], lon), np.where(wrong, lat[elsewhere], lat)
        lon, lat = np.where(swapped, lat, lon), np.where(swapped, lon, lat)
        zero = self.hits("zero_place", n)
        lon, lat = np.where(zero, 0.0, lon), np.where(zero, 0.0, lat)
        missing = self.hits("no_place", n)
        return np.where(missing, np.nan, lon), np.where(missing, np.nan, lat)

    def code(self, kind: str, right: Any) -> NDArray[np.int64]:
        """District or owner as the record has it: right, missing or another's."""
        right = np.asarray(right, np.int64)
        others = self.rng.permutation(right)
        found = np.where(self.hits(f"wrong_{kind}", right.size), others, right)
        return np.where(self.hits(f"no_{kind}", right.size), 0, found)

    def homes(self, n: int) -> Dirty:
        """Addresses of flats; ``truth`` is the building's row."""
        building, users, rng = self.tables["building"], self.tables["heat_user"], self.rng
        flat = rng.integers(len(users["number"]), size=n)
        flat = np.where(self.hits("twice", n), np.roll(flat, 1), flat)
        row = np.asarray(users["building_id"], np.int64)[flat] - 1
        unknown = self.hits("unknown", n)
        district = self.code("district", np.asarray(building["district_id"])[row])
        named = self._buildings(row, unknown)
        stairs, doors = np.asarray(users["stair"])[flat].tolist(), np.asarray(users["door"])[flat].tolist()
        texts = [
            self.before(d) + name + self.behind(stair, door)
            for d, name, stair, door in zip(district.tolist(), named, stairs, doors, strict=True)
        ]
        return self._dirty(texts, "building", row, unknown, district, 12.0)

    def buildings(self, n: int) -> Dirty:
        """Buildings of a list; ``truth`` is the building's row (its community follows)."""
        building = self.tables["building"]
        row = self.rng.permutation(len(building["number"]))[:n]
        unknown = self.hits("unknown", row.size)
        district = self.code("district", np.asarray(building["district_id"])[row])
        return self._dirty(self._buildings(row, unknown), "building", row, unknown, district, 8.0)

    def of_stations(self, n: int) -> Dirty:
        """Communities with the name of the substation that supplies them; ``truth`` is the substation's row."""
        community, station = self.tables["community"], self.tables["substation"]
        picked = self.rng.permutation(len(community["number"]))[:n]
        row = np.asarray(community["substation_id"], np.int64)[picked] - 1
        unknown = self.hits("unknown", row.size)
        tails = self.rng.choice(["换热站", "热力站", "站", "换热站"], row.size).tolist()
        texts = [
            (self.foreign() if u else self.misspelt(str(station["name"][r]).removesuffix("换热站"))) + tail
            for r, u, tail in zip(row.tolist(), unknown.tolist(), tails, strict=True)
        ]
        district = self.code("district", np.asarray(community["district_id"])[picked])
        places = np.asarray(community["longitude"])[picked], np.asarray(community["latitude"])[picked]
        return self._dirty(texts, "substation", row, unknown, district, 20.0, places)

    def devices(self, n: int) -> Dirty:
        """Rural devices with the name of their village and household; ``truth`` is the village's row among areas."""
        device, area = self.tables["device"], self.tables["area"]
        picked = self.rng.permutation(len(device["number"]))[:n]
        row_of = {int(a): i for i, a in enumerate(np.asarray(area["id"]).tolist())}
        row = np.array([row_of[int(v)] for v in np.asarray(device["village_id"])[picked].tolist()], np.int64)
        unknown = self.hits("unknown", row.size)
        texts = [
            self.foreign() if u else self.misspelt(str(area["name"][r]))
            for r, u in zip(row.tolist(), unknown.tolist(), strict=True)
        ]
        district = self.code("district", np.asarray(device["district_id"])[picked])
        places = np.asarray(device["longitude"])[picked], np.asarray(device["latitude"])[picked]
        owner = np.zeros(row.size, np.int64)
        return self._dirty(texts, "", row, unknown, district, 15.0, places, owner)

    def foreign(self) -> str:
        """A name that the archive does not have."""
        return "".join(str(self.rng.choice(part)) for part in (_FAR_FIRST, _FAR_SECOND, _FAR_LAST))

    def before(self, district: int) -> str:
        """What people write before the community: district, street, house number, or nothing."""
        name, draw = self._district.get(district, ""), self.rng.random(3)
        city = "吉林省长春市" if draw[0] < 0.3 else "长春市" if draw[0] < 0.5 else ""
        street = str(self.rng.choice(self._streets)) if draw[1] < 0.2 else ""
        road = f"{self.rng.choice(_ROADS)}{self.rng.integers(1, 3_000)}号" if draw[2] < 0.1 else ""
        return f"{city}{name}{street}{road}"

    def behind(self, stair: int, door: str) -> str:
        """Stair and door in one of the ways people write them, or only the door, or nothing."""
        draw = self.rng.random()
        if draw < 0.05:
            return ""
        if draw < 0.12:
            return f"{door}室"
        if draw < 0.3:
            return f"{stair}-{door}"
        if draw < 0.45:
            return f"{stair}门{door}"
        return f"{stair}单元{door}{'室' if draw < 0.8 else ''}"

    def _buildings(self, row: NDArray[np.int64], unknown: NDArray[np.bool_]) -> list[str]:
        """Community and number of buildings as people write them."""
        building = self.tables["building"]
        estate = np.asarray(building["community_id"], np.int64)[row] - 1
        silent, off = self.hits("no_serial", row.size), self.hits("wrong_serial", row.size)
        texts = []
        for i, (r, e) in enumerate(zip(row.tolist(), estate.tolist(), strict=True)):
            name = self.foreign() if unknown[i] else self.misspelt(self.spoken[e])
            number = int(serial_of(str(building["name"][r]))) + int(off[i])
            texts.append(name if silent[i] else name + self.serial(number))
        return texts

    def _dirty(
        self,
        texts: list[str],
        kind: str,
        row: NDArray[np.int64],
        unknown: NDArray[np.bool_],
        district: NDArray[np.int64],
        noise_m: float,
        places: tuple[Any, Any] | None = None,
        owner: NDArray[np.int64] | None = None,
    ) -> Dirty:
        """Records that the archive does not know lie somewhere near others."""
        if owner is None:
            owner = self.code("owner", np.asarray(self.tables[kind]["company_id"])[row])
        if places is None:
            places = tuple(np.asarray(self.tables[kind][name])[row] for name in ("longitude", "latitude"))
        lon, lat = self.places(*places, noise_m)
        angle, away = self.rng.random(row.size) * 2 * np.pi, self.rng.uniform(200, 3_000, row.size)
        lon = lon + unknown * np.cos(angle) * away / 80_000
        lat = lat + unknown * np.sin(angle) * away / 111_000
        return Dirty(texts, lon, lat, district, owner, np.where(unknown, -1, row))


def _han(number: int) -> str:
    """A number below 100 in Chinese.

    >>> [_han(n) for n in (3, 10, 12, 20, 35)]
    ['三', '十', '十二', '二十', '三十五']
    """
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else HAN[tens]) + "十" if tens else ""
    return head + (HAN[ones] if ones or not tens else "")

"""Who calls the hotline?  Complaints of a season from the seed: homes near faults complain more, others now and then.

Two in three calls follow an operation fault of the caller's unit, within it or the hours after; the others come from
anywhere, edge and top flats first, about everything people call for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.complaints.public import Category, Channel, Satisfaction, TicketRow, TicketState
from cleanheat.kernel.time import DAY_S, HOUR_S, local, season_of, utc
from cleanheat.simulator import chance
from cleanheat.simulator.families import Fault
from cleanheat.simulator.faults import Schedule

A_SEASON: Final = 20_000
"""Calls of a whole season in a city of :data:`CITY_BUILDINGS`."""
CITY_BUILDINGS: Final = 50_000
FAULT_SHARE: Final = 0.65
AFTER_S: Final = 6 * HOUR_S
"""Rooms stay cold, and people call, for hours after a fault has ended."""
CLOSED_AFTER_S: Final = 3 * DAY_S
MEDIAN_REPLY_H: Final = 14.0

_ABOUT: Final[Mapping[int, Category]] = {
    Fault.STOP: Category.SUPPLY_STOPPED,
    Fault.PUMP_TRIP: Category.SUPPLY_STOPPED,
    Fault.UNDER_SUPPLY: Category.COLD_ROOM,
    Fault.INTERMITTENT: Category.COLD_ROOM,
    Fault.LEAK: Category.LEAK,
    Fault.LATE_START: Category.NOT_ON_TIME,
}
_ELSE: Final = (
    (Category.COLD_ROOM, 0.44), (Category.CHARGES, 0.16), (Category.LEAK, 0.10), (Category.VALVE, 0.08),
    (Category.FACILITY, 0.06), (Category.ADVICE, 0.08), (Category.ATTITUDE, 0.04), (Category.OTHER, 0.04),
)  # fmt: skip
_SAID: Final[Mapping[str, tuple[str, ...]]] = {
    Category.COLD_ROOM: ("家里室温低，暖气不热", "室内温度不达标，请上门测温", "卧室冷，老人小孩受不了"),
    Category.SUPPLY_STOPPED: ("暖气冰凉，停热了，什么时候恢复", "全楼停供，没有接到通知", "一点不热，回水是凉的"),
    Category.LEAK: ("楼道管道漏水", "家中暖气片漏水，请尽快维修", "小区主管道跑水"),
    Category.NOT_ON_TIME: ("到了供热日期还没按时供热", "别的小区都热了，我们还没供"),
    Category.CHARGES: ("咨询热费怎么收", "报停后热费未退", "供热收费面积与房证不符"),
    Category.VALVE: ("申请开栓", "入网手续怎么办", "要求关栓"),
    Category.ATTITUDE: ("客服态度不好，推诿", "企业热线无人接听"),
    Category.FACILITY: ("换热站噪声大，影响休息", "供热井盖破损"),
    Category.ADVICE: ("建议公开每日供水温度", "咨询停供时间"),
    Category.OTHER: ("反映供热相关问题",),
}
_FAMILY: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"
_POSITION_WEIGHT: Final = np.array([1.0, 1.8, 1.9, 2.6, 1.6])
"""Middle, edge, top, corner and ground-floor flats."""

Tables = Mapping[str, Mapping[str, Any]]


def draw_tickets(archive: Archive, tables: Tables, seed: int, until: int) -> list[TicketRow]:
    """The calls of the season that holds ``until``, up to it, by time.  ``tables``: the archive's columns by name."""
    season = season_of(until)
    end = min(until, season.end)
    share = (end - season.start) / (season.end - season.start)
    n = round(A_SEASON * share * archive["building"].count / CITY_BUILDINGS) if end > season.start else 0
    users = archive["heat_user"].numbers
    if not n or not users.size:
        return []
    homes = _Homes(archive)
    labels = Schedule(archive, seed).labels(season.start, end)
    labels = labels[(labels["kind"] == "unit") & np.isin(labels["fault"], list(_ABOUT)) & (labels["start"] < end)]
    call = np.arange(n)
    from_fault = (chance.uniform(seed, "call/why", call) < FAULT_SHARE) & bool(labels.size)
    user, at, category = _of_anyone(seed, call, homes, season.start, end)
    if labels.size:
        near, when, about = _of_faults(seed, call, homes, labels, end)
        took = from_fault & (near > 0)
        user, at = np.where(took, near, user), np.where(took, when, at)
        category = [a if t else c for a, c, t in zip(about, category, took.tolist(), strict=True)]
        from_fault = took
    order = np.argsort(at, kind="stable")
    writer = _Writer(archive, tables, seed, until)
    return [
        writer.row(serial, int(user[i]), int(at[i]), category[i], bool(from_fault[i]))
        for serial, i in enumerate(order.tolist(), 1)
    ]


class _Homes:
    """Flats by building and buildings by unit, in order of numbers."""

    def __init__(self, archive: Archive) -> None:
        users, self.table = archive["heat_user"].numbers, archive["heat_user"]
        unit = self.table.links["unit"][users]
        order = np.argsort(unit, kind="stable")
        self.users, self.units = users[order], unit[order]
        position = np.clip(np.nan_to_num(self.table.values["position"][users]), 0, 4).astype(np.int64)
        self.everybody, self.weight = users, np.cumsum(_POSITION_WEIGHT[position])

    def of_units(self, units: NDArray[Any], draw: NDArray[np.float64]) -> NDArray[np.int64]:
        """A flat of each unit, 0 where it has none."""
        first, last = np.searchsorted(self.units, units), np.searchsorted(self.units, units, side="right")
        place = np.minimum(first + (draw * (last - first)).astype(np.int64), self.users.size - 1)
        found: NDArray[np.int64] = np.where(last > first, self.users[place], 0).astype(np.int64)
        return found

    def anyone(self, draw: NDArray[np.float64]) -> NDArray[np.int64]:
        place = np.searchsorted(self.weight, draw * self.weight[-1], side="right")
        return np.asarray(self.everybody[np.minimum(place, self.everybody.size - 1)], np.int64)


def _of_anyone(
    seed: int, call: NDArray[np.int64], homes: _Homes, start: int, end: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[Category]]:
    """Calls without a fault: by day, about everything."""
    at = start + (chance.uniform(seed, "call/day", call) * (end - start)).astype(np.int64)
    clock_h = 8.0 + 13.0 * chance.uniform(seed, "call/hour", call)
    midnight = at - (at + 8 * HOUR_S) % DAY_S
    at = np.clip(midnight + (clock_h * HOUR_S).astype(np.int64), start, end - 1)
    about, share = zip(*_ELSE, strict=True)
    which = np.searchsorted(np.cumsum(share), chance.uniform(seed, "call/about", call))
    category = [about[min(i, len(about) - 1)] for i in which.tolist()]
    return homes.anyone(chance.uniform(seed, "call/who", call)), at, category


def _of_faults(
    seed: int, call: NDArray[np.int64], homes: _Homes, labels: NDArray[np.void], end: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[Category]]:
    """Calls after a fault: long and deep ones bring more."""
    stop = np.minimum(labels["end"] + AFTER_S, end)
    weight = np.cumsum(labels["amount"] * np.sqrt(np.maximum(stop - labels["start"], 60) / HOUR_S))
    pick = np.searchsorted(weight, chance.uniform(seed, "call/fault", call) * weight[-1], side="right")
    chosen, until = labels[np.minimum(pick, labels.size - 1)], stop[np.minimum(pick, labels.size - 1)]
    at = chosen["start"] + (chance.uniform(seed, "call/when", call) * (until - chosen["start"])).astype(np.int64)
    user = homes.of_units(chosen["number"], chance.uniform(seed, "call/flat", call))
    return user, np.minimum(at, end - 1), [_ABOUT[int(fault)] for fault in chosen["fault"]]


class _Writer:
    """Puts calls into words."""

    def __init__(self, archive: Archive, tables: Tables, seed: int, until: int) -> None:
        self._users, self._buildings = archive["heat_user"], archive["building"]
        self._streets = archive["community"].links["street"]
        self._seed, self._until = seed, until
        flats, buildings = tables["heat_user"], tables["building"]
        rows = zip(flats["number"], flats["stair"], flats["door"], strict=True)
        self._door = {int(n): f"{stair}单元{door}室" for n, stair, door in rows}
        self._name = dict(zip(map(int, buildings["number"]), buildings["name"], strict=True))

    def row(self, serial: int, user: int, at: int, category: Category, is_fault: bool) -> TicketRow:
        draws = chance.uniform(self._seed, "call/words", serial, np.arange(8)).tolist()
        links = {name: int(slots[user]) or None for name, slots in self._users.links.items()}
        building = links["building"] or 0
        community = int(self._buildings.links["community"][building])
        channel = Channel.CITY_HOTLINE if draws[0] < 0.6 else Channel.HOUSING_HOTLINE
        hours = MEDIAN_REPLY_H * float(np.exp(1.1 * (draws[1] - 0.5) * 2))
        closed = at + int(hours * HOUR_S)
        is_closed = closed < self._until and (draws[2] < 0.96 or at < self._until - CLOSED_AFTER_S)
        said = _SAID[category]
        return TicketRow(
            channel=channel.value,
            number=f"{channel.value}-{local(at):%Y%m%d}-{serial:05d}",
            received_at=utc(at),
            closed_at=utc(at) + timedelta(hours=hours) if is_closed else None,
            caller_name=_FAMILY[int(draws[3] * len(_FAMILY))] + _GIVEN[int(draws[4] * len(_GIVEN))],
            caller_phone=f"1990000{int(draws[5] * 10_000):04d}",
            address=self._name[building] + self._door[user],
            category=category.value,
            content=said[int(draws[6] * len(said))],
            state=(TicketState.CLOSED if is_closed else TicketState.ASSIGNED).value,
            reply="已联系用户并处理" if is_closed else "",
            satisfaction=_satisfaction(draws[7]) if is_closed else Satisfaction.UNKNOWN.value,
            measured_c=_measured(draws[1], draws[2], is_fault)
            if is_closed and category == Category.COLD_ROOM
            else None,
            district_id=links["district"],
            street_id=int(self._streets[community]) or None,
            community_id=community or None,
            building_id=links["building"],
            heat_user_id=user,
            company_id=links["company"],
            office_id=links["office"],
            match_score=1.0,
        )


def _satisfaction(draw: float) -> str:
    if draw < 0.25:
        return Satisfaction.UNKNOWN.value
    return (
        Satisfaction.SATISFIED if draw < 0.75 else Satisfaction.FAIR if draw < 0.9 else Satisfaction.DISSATISFIED
    ).value


def _measured(who: float, how: float, is_fault: bool) -> float | None:
    """One visit in four takes a thermometer along."""
    if who > 0.25:
        return None
    return round(15.0 + 4.0 * how if is_fault else 18.0 + 4.5 * how, 1)

"""A made-up archive of any size, as arrays only: what the simulator works from when no city has been generated."""

from __future__ import annotations

import numpy as np

from cleanheat.assets.archive import Archive, KindTable
from cleanheat.kernel.ids import unit_number


def made_archive(
    substations: int = 40, buildings: int = 200, rooms: int = 400, devices: int = 400, stations: int = 6, seed: int = 3
) -> Archive:
    """Plants, branches, boiler rooms (one in four for peaks), units, buildings, rooms, devices and stations."""
    rng = np.random.default_rng(seed)
    plants, branches = max(1, substations // 600), max(2, substations // 130)
    boilers, companies = max(4, substations // 22), max(3, substations // 49)
    organisation = {"company": 10, "operator": 1, "platform": 1000, "service": 1100}

    def table(kind: str, numbers, links=None, values=None) -> KindTable:
        numbers = np.asarray(numbers, np.int32)
        size = int(numbers.max(initial=0)) + 1

        def slots(column, dtype, fill):
            out = np.full(size, fill, dtype)
            out[numbers] = column
            return out

        place = rng.normal(0, 0.05, (2, numbers.shape[0]))
        return KindTable(
            kind,
            numbers,
            slots(125.32 + place[0], np.float64, np.nan),
            slots(43.88 + place[1], np.float64, np.nan),
            {k: slots(v, np.int32, 0) for k, v in (links or {}).items()},
            {k: slots(v, np.float64, np.nan) for k, v in (values or {}).items()},
        )

    def one_to(n):
        return np.arange(1, n + 1)

    plant_of = rng.integers(1, plants + 1, branches)
    is_peak = (np.arange(boilers) % 4 == 3).astype(float)
    boiler_company = organisation["company"] + np.arange(boilers) % companies
    places = rng.choice([1, 2, 3], substations, p=[0.6, 0.3, 0.1])
    substation = np.repeat(one_to(substations), places)
    place = np.concatenate([one_to(n) for n in places])
    company_of = organisation["company"] + np.arange(substations) % companies
    area_boilers = one_to(boilers)[is_peak == 0]
    by_boiler = rng.random(substations) < 0.45
    boiler_of = np.where(by_boiler, rng.choice(area_boilers, substations), 0)
    branch_of = np.where(by_boiler, 0, rng.integers(1, branches + 1, substations))
    units = substation.shape[0]
    unit = np.array([unit_number(s, p) for s, p in zip(substation, place, strict=True)])
    area = rng.uniform(4_000, 30_000, units)
    index = rng.uniform(34, 52, units)
    is_floor = rng.random(units) < 0.45
    supply, back = np.where(is_floor, 46.0, 66.0), np.where(is_floor, 38.0, 52.0)
    flow = area * index / 1000 / (1.163 * (supply - back))
    pick = rng.integers(0, units, buildings)
    in_building = rng.integers(0, buildings, rooms)
    company = company_of[substation - 1]
    type_ = rng.choice(6, devices, p=[0.15, 0.2, 0.1, 0.3, 0.2, 0.05])
    rated = np.array([4.0, 3.8, 8.0, 14.0, 16.0, 9.0])[type_] * rng.uniform(0.8, 1.2, devices)
    kinds = {
        "plant": table("plant", one_to(plants), {"sender": organisation["operator"] + np.arange(plants)}),
        "branch": table("branch", one_to(branches), {"plant": plant_of, "sender": plant_of}),
        "boiler": table(
            "boiler",
            one_to(boilers),
            {"sender": boiler_company, "branch": np.where(is_peak > 0, np.arange(boilers) % branches + 1, 0)},
            {
                "capacity_mw": np.full(boilers, 58.0),
                "boilers": np.full(boilers, 3.0),
                "is_peak": is_peak,
                "fuel": np.arange(boilers) % 3,
            },
        ),
        "unit": table(
            "unit",
            unit,
            {
                "substation": substation,
                "company": company,
                "sender": company,
                "branch": branch_of[substation - 1],
                "boiler": boiler_of[substation - 1],
            },
            {
                "heated_area_m2": area,
                "heat_index_w_m2": index,
                "design_supply_temp_c": supply,
                "design_return_temp_c": back,
                "design_flow_t_h": flow,
                "is_floor": is_floor,
                "zone": rng.choice(3, units, p=[0.7, 0.2, 0.1]),
            },
        ),
        "building": table(
            "building", one_to(buildings), {"unit": unit[pick]}, {"energy_class": rng.integers(0, 5, buildings)}
        ),
        "room": table(
            "room",
            one_to(rooms),
            {"building": in_building + 1, "unit": unit[pick][in_building], "sender": company[pick][in_building]},
            {"position": rng.choice(5, rooms, p=[0.6, 0.15, 0.1, 0.05, 0.1])},
        ),
        "device": table(
            "device",
            one_to(devices),
            {"sender": organisation["platform"] + np.arange(devices) * 6 // max(devices, 1)},
            {"device_type": type_, "rated_kw": rated, "floor_area_m2": rng.uniform(60, 120, devices)},
        ),
        "weather": table("weather", one_to(stations), {"sender": np.full(stations, organisation["service"])}),
    }
    return Archive("made", kinds)

"""The supervision tree of the generated city: centre, districts, companies with offices, and the other senders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cleanheat.accounts.public import OrganisationRow
from cleanheat.simulator.city import names
from cleanheat.simulator.city.buildings import Ints, Sites
from cleanheat.simulator.city.geography import DISTRICTS
from cleanheat.simulator.city.sizes import CitySize
from cleanheat.simulator.city.supply import PLANT_SITES, Supply

CITY = 1
_DISTRICTS, _COMPANIES, _OPERATORS, _PLATFORMS, _WEATHER, _OFFICES = 1, 100, 300, 400, 500, 1_000


@dataclass(frozen=True)
class Organisations:
    """Rows, parents first, and the ids that objects refer to."""

    rows: list[OrganisationRow]
    company: Ints  # id by company index
    office_of_site: Ints  # id by site
    operator: Ints  # id by plant index
    platform: dict[int, int]  # id by district
    weather: int


def draw_organisations(
    rng: np.random.Generator, sites: Sites, supply: Supply, size: CitySize, rural: list[int]
) -> Organisations:
    rows = [OrganisationRow(CITY, "city", "SJ", "长春市供热服务中心", "市供热中心")]
    rows += [
        OrganisationRow(
            _DISTRICTS + d.id, "district", f"QX{d.code}", f"{d.name}供热主管部门", f"{d.short}供热办", CITY, d.code
        )
        for d in DISTRICTS
    ]
    seat = [int(np.bincount(sites.district[supply.company == c]).argmax()) for c in range(size.companies)]
    short = names.companies(rng, size.companies)
    rows += [
        OrganisationRow(
            _COMPANIES + c + 1, "company", f"RQ{c + 1:03d}", _company_name(short[c], seat[c]), short[c],
            _DISTRICTS + seat[c], DISTRICTS[seat[c] - 1].code,
        )
        for c in range(size.companies)
    ]  # fmt: skip
    rows += [
        OrganisationRow(_OPERATORS + p + 1, "plant_operator", f"DC{p + 1:02d}", f"{name}有限责任公司", name[-8:], CITY)
        for p, (name, _, _) in enumerate(PLANT_SITES[: size.plants])
    ]
    rows += [
        OrganisationRow(
            _PLATFORMS + i, "rural_platform", f"NC{DISTRICTS[d - 1].code}",
            f"{DISTRICTS[d - 1].name}农村清洁取暖监测平台",
            f"{DISTRICTS[d - 1].short}农村平台", _DISTRICTS + d, DISTRICTS[d - 1].code,
        )
        for i, d in enumerate(rural, 1)
    ]  # fmt: skip
    rows.append(OrganisationRow(_WEATHER + 1, "weather_service", "QX01", "长春市供热气象服务站", "供热气象", CITY))
    offices, office_of_site = _offices(sites, supply, size, short)
    return Organisations(
        rows=rows + offices,
        company=np.arange(size.companies) + _COMPANIES + 1,
        office_of_site=office_of_site,
        operator=np.arange(size.plants) + _OPERATORS + 1,
        platform={d: _PLATFORMS + i for i, d in enumerate(rural, 1)},
        weather=_WEATHER + 1,
    )


def _company_name(short: str, seat: int) -> str:
    place = DISTRICTS[seat - 1]
    return f"{'长春市' if not place.town_m else place.short}{short}有限公司"


def _offices(sites: Sites, supply: Supply, size: CitySize, short: list[str]) -> tuple[list[OrganisationRow], Ints]:
    """Branch offices, named first, second … company by company."""
    rows = []
    office_of_site = np.zeros(sites.count, dtype=np.int64)
    number = _OFFICES
    for c in range(size.companies):
        of = supply.company == c
        for k in range(max(size.offices[0], int(supply.office[of].max()) + 1)):
            number += 1
            office_of_site[of & (supply.office == k)] = number
            name = f"{short[c]}第{'一二三四五六七八'[k]}分公司"
            rows.append(
                OrganisationRow(
                    number, "office", f"RQ{c + 1:03d}-{k + 1}", name, f"{short[c][:-2]}{k + 1}分", _COMPANIES + c + 1
                )
            )
    return rows, office_of_site

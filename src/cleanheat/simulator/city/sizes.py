"""How much of everything a generated city has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class CitySize:
    """Exact counts; what is not listed (units, heat users, pipes) follows from them."""

    key: str
    plants: int
    branches: int
    boilers: int
    peak_boilers: int
    substations: int
    town_share: float
    companies: int
    offices: tuple[int, int]
    rural_platforms: int
    communities: int
    buildings: int
    rooms: int
    devices: int
    villages: int
    weather_stations: int

    @property
    def senders(self) -> int:
        """Who sends batches: companies, plant operators, rural platforms, the weather service."""
        return self.companies + self.plants + self.rural_platforms + 1


SIZES: Mapping[str, CitySize] = MappingProxyType(
    {
        "city": CitySize(
            key="city",
            plants=6,
            branches=27,
            boilers=162,
            peak_boilers=46,
            substations=3_500,
            town_share=0.2,
            companies=72,
            offices=(2, 5),
            rural_platforms=16,
            communities=6_500,
            buildings=50_000,
            rooms=120_000,
            devices=110_000,
            villages=1_100,
            weather_stations=150,
        ),
        "small": CitySize(
            key="small",
            plants=2,
            branches=3,
            boilers=8,
            peak_boilers=2,
            substations=72,
            town_share=0.0,
            companies=8,
            offices=(2, 2),
            rural_platforms=6,
            communities=130,
            buildings=900,
            rooms=2_000,
            devices=2_000,
            villages=40,
            weather_stations=12,
        ),
    }
)

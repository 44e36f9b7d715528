"""What guidance says and takes over HTTP, field by field."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

LARGEST = 2_147_483_647
"""The largest number an id can have."""
Values = list[float | None]


class ForecastHour(Schema):
    time: str
    outdoor_temp_c: float | None = None
    wind_m_s: float | None = None


class ForecastIn(Schema):
    """``issued_at`` ISO 8601 (Asia/Shanghai where it names no zone); hours as whole hours."""

    source: str
    issued_at: str
    hours: list[ForecastHour] = Field(max_length=400)


class ForecastTaken(Schema):
    id: int
    source: str
    issued_at: int
    first_at: int
    hours: int


class ForecastSkill(Schema):
    first_h: int
    last_h: int
    mae_k: float
    bias_k: float
    rmse_k: float
    hours: int


class ForecastOut(Schema):
    """What guidance reckons with; ``basis``: forecast, stale, persistence or none, said in ``note``."""

    at: int
    basis: str
    basis_zh: str
    note: str
    source: str
    issued: int | None
    times: list[int]
    outdoor_c: Values
    outdoor_low_c: Values
    outdoor_high_c: Values
    felt_c: Values
    skill: list[ForecastSkill]


class LackOut(Schema):
    """One reason with the quantity that is missing."""

    key: str
    zh: str
    missing: float
    unit: str


class GuidanceVerdict(Schema):
    """``complies`` null: readings or weather unknown.  Users: expected below 18 °C in the worst of three weathers."""

    known: bool
    complies: bool | None
    reasons: list[LackOut]
    lowest_room_c: float | None
    below_h: float | None
    heat_missing_gj_day: float | None
    users_below: float | None


class GuidanceOut(Schema):
    """Guidance of one object: hourly values belong to ``times``, the present hour first."""

    kind: str
    number: int
    name: str
    at: int
    basis: str
    basis_zh: str
    note: str
    source: str
    issued: int | None
    times: list[int]
    outdoor_c: Values
    outdoor_low_c: Values
    outdoor_high_c: Values
    felt_c: Values
    model_version: int
    present: dict[str, float | int | None] | None = None
    recommended: dict[str, Values] | None = None
    as_is: dict[str, Values] | None = None
    room: dict[str, Values] | None = None
    curve: dict[str, Any] | None = None
    energy: dict[str, float | None] | None = None
    judgement: GuidanceVerdict | None = None
    systems: dict[str, Any] | None = None
    device: dict[str, Any] | None = None


class ComplianceRow(GuidanceVerdict):
    number: int
    name: str


class ComplianceOut(Schema):
    """``judged`` of ``seen`` objects could be judged, ``failing`` of them would not keep rooms warm."""

    basis: str
    note: str
    seen: int
    judged: int
    failing: int
    items: list[ComplianceRow]


class AdviceOut(Schema):
    id: int
    kind: str
    number: int
    name: str
    day: str
    issued_at: datetime
    level: int
    text: str
    content: dict[str, Any]
    state: str
    state_zh: str
    note: str
    answered_at: datetime | None
    outcome: dict[str, Any]


class AdvicePage(Schema):
    """``counts`` by state over everything that fits the filters but the state."""

    total: int
    counts: dict[str, int]
    items: list[AdviceOut]


class AdviceQuery(Schema):
    kind: str = ""
    state: str = ""
    days: int = Field(7, ge=1, le=400)
    page: int = Field(1, ge=1, le=10_000)
    limit: int = Field(50, ge=1, le=500)


class AdviceAnswer(Schema):
    adopts: bool = True
    note: str = Field("", max_length=300)


class AdviceNote(Schema):
    note: str = Field("", max_length=300)


class LimitedSource(Schema):
    """A source that can send only a share; 0: tripped."""

    kind: Literal["plant", "branch", "boiler"]
    number: int = Field(ge=1, le=LARGEST)
    share: float = Field(0.0, ge=0, le=1)


class ScenarioIn(Schema):
    """Down to ``lowest_c`` within some hours, then cold for ``hours``."""

    name: str = Field(min_length=1, max_length=60)
    lowest_c: float = -25.0
    within_h: int = 12
    hours: int = 48
    limited: list[LimitedSource] = Field(default_factory=list, max_length=20)


class ScenarioHead(Schema):
    id: int
    name: str
    owner: str
    at: datetime
    asked: dict[str, Any]
    users_below: int
    users_below_with_measures: int


class ScenarioOut(ScenarioHead):
    result: dict[str, Any]


class CapacityRow(Schema):
    """Loads in kW.  ``able_kw``: what can be sent; ``history_*``, ``peak_kw``, ``days``: by history, null where too
    little is known; ``room_need_kw``: by room temperatures of ``room_units``; ``farthest_h``: longest way.
    """

    number: int
    name: str
    connected_kw: float | None
    design_kw: float | None
    able_kw: float | None
    area_m2: float | None
    users: float | None
    units: float | None
    room_need_kw: float | None
    room_units: float | None
    history_kw: float | None
    history_error_kw: float | None
    peak_kw: float | None
    days: float | None
    index_w_m2: float | None
    need_kw: float | None
    load_ratio: float | None
    connected_ratio: float | None
    farthest_h: float | None
    class_: str = Field(alias="class")
    class_zh: str


class PeakRun(Schema):
    start: int
    end: int
    hours: int
    mean_mw: float | None
    highest_mw: float | None
    outdoor_start_c: float | None
    outdoor_stop_c: float | None


class PeakBoilerRow(Schema):
    """``verdict``: rightly_on, rightly_off, should_start, could_stop or unknown; ``start_in_h``/``stop_in_h``: the next
    change within 72 hours; ``starts_below_c``: outdoor temperature below which the main source does not suffice."""

    number: int
    name: str
    branch: str
    capacity_mw: float
    heat_mw: float | None
    is_on: bool
    verdict: str
    verdict_zh: str
    start_in_h: int | None
    stop_in_h: int | None
    need_share: float | None
    starts_below_c: float | None
    hours_on: int
    starts: int
    runs: list[PeakRun]


class SystemRow(Schema):
    """Area-weighted indicators of single, dual or multi-system substations; ``spread_k``: how differently the units of
    a substation depart from their need; ``mark`` 0–100."""

    system: int
    zh: str
    substations: int
    units: int
    area_m2: float
    spread_k: float | None
    supply_c: float | None
    return_c: float | None
    gap_k: float | None
    heat_w_m2: float | None
    heat_ratio: float | None
    flow_kg_m2: float | None
    flow_ratio: float | None
    room_c: float | None
    below_share: float | None
    mark: float | None

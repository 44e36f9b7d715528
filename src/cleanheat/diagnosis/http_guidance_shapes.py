"""What guidance says and takes over HTTP, field by field."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from cleanheat.diagnosis.forecast.queries import Skill

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


class Sky(Schema):
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


class ForecastOut(Sky):
    """``skill``: how good past forecasts were by lead time."""

    skill: list[Skill]


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


class GuidanceCurve(Schema):
    """Supply over outdoor temperature as advised and as run; ``basis``: model, design or optimum (sources)."""

    outdoor_c: list[float]
    recommended_c: Values
    in_force_c: Values
    basis: str


class UnitMarks(Schema):
    """How a unit runs now against its need; ratios 1.0: as needed; ``mark`` 0–100."""

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


class MarkedUnit(UnitMarks):
    number: int
    name: str
    zone: str
    terminal: str
    area_m2: float


class SubstationUnits(Schema):
    """A substation's units, each judged by itself, and the area-weighted whole."""

    units: list[MarkedUnit]
    whole: UnitMarks


class DeviceGuidance(Schema):
    """A household's device, hour by hour; ``run_share`` 0–1; ``suffices``: on the coldest day."""

    device_class: str
    device_class_zh: str
    advice: str
    target_room_c: float
    room_c: float | None
    times: list[int]
    outdoor_c: Values
    supply_c: Values
    run_share: Values
    heat_kw: Values
    expected_room_c: Values
    energy_kwh_day: float | None
    cold_need_kw: float
    cold_able_kw: float
    suffices: bool
    basis: str
    note: str


class GuidanceOut(Sky):
    """Guidance of one object: hourly values belong to ``times``, the present hour first."""

    kind: str
    number: int
    name: str
    model_version: int
    present: dict[str, float | int | None] | None = None
    recommended: dict[str, Values] | None = None
    as_is: dict[str, Values] | None = None
    room: dict[str, Values] | None = None
    curve: GuidanceCurve | None = None
    energy: dict[str, float | None] | None = None
    judgement: GuidanceVerdict | None = None
    systems: SubstationUnits | None = None
    device: DeviceGuidance | None = None


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


class AdviceContent(Schema):
    """Figures behind an advice; ``saved_gj_day`` negative: more is needed.  ``room_as_is_c``: if nothing changes."""

    gap_k: float | None = None
    present: dict[str, float | None] = Field(default_factory=dict)
    recommended: dict[str, float | None] = Field(default_factory=dict)
    room_now_c: float | None = None
    room_expected_c: float | None = None
    room_as_is_c: float | None = None
    saved_gj_day: float | None = None
    reasons: list[LackOut] = Field(default_factory=list)


class AdviceOut(Schema):
    id: int
    kind: str
    number: int
    name: str
    day: str
    issued_at: datetime
    level: int
    text: str
    content: AdviceContent
    state: str
    state_zh: str
    note: str
    answered_at: datetime | None
    outcome: dict[str, float | str | None]


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


class NamedLimit(LimitedSource):
    name: str


class SnapAsked(Schema):
    lowest_c: float
    within_h: int
    hours: int
    limited: list[NamedLimit]


class ScenarioHead(Schema):
    id: int
    name: str
    owner: str
    at: datetime
    asked: SnapAsked
    users_below: int
    users_below_with_measures: int


class SnapSource(Schema):
    """What a source is asked for at its highest hour and what it is short of."""

    kind: str
    number: int
    name: str
    need_mw: float
    short_mw: float
    short_gj: float
    units_below: int
    first_below_h: float | None


class SnapStation(Schema):
    number: int
    name: str
    company_id: int
    lowest_room_c: float
    first_below_h: float | None
    short_gj: float
    users_below: int


class SnapCompany(Schema):
    company_id: int
    units: int
    units_below: int
    users_below: int
    short_gj: float


class SnapRun(Schema):
    """One way to go through the cold; hours count from its start, null: never below 18 °C."""

    units_below: int
    substations_below: int
    users_below: int
    area_below_m2: float
    users_share: float
    lowest_room_c: float | None
    first_below_h: float | None
    short_gj: float
    mean_room_c: Values
    users_below_by_hour: list[int]
    sources: list[SnapSource]
    worst: list[SnapStation]
    companies: list[SnapCompany]


class SnapMeasures(Schema):
    """What is done about it; ``peak_names`` are those of ``start_peak_boilers``."""

    raise_units: int
    mean_raise_k: float
    start_peak_boilers: list[int]
    peak_names: list[str]
    more_heat_gj: float


class SnapResult(Schema):
    """Hourly values from ``start`` (epoch s)."""

    asked: SnapAsked
    start: int
    outdoor_c: Values
    basis: str
    note: str
    as_is: SnapRun
    with_measures: SnapRun
    measures: SnapMeasures


class ScenarioOut(ScenarioHead):
    result: SnapResult


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
    change within 72 hours; ``starts_below_c``: outdoor temperature below which the main source does not suffice.
    ``state``: as live diagnosis has it (``peak_started`` is no alarm), ``branch_short_k``: how much too cold its branch
    is now; null where nobody knows."""

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
    state: str
    state_zh: str
    since: int | None
    branch_short_k: float | None
    hours_on: int
    starts: int
    runs: list[PeakRun]


class SystemRow(UnitMarks):
    """Area-weighted indicators of single, dual or multi-system substations; ``spread_k``: how differently the units of
    a substation depart from their need; ``mark`` 0–100."""

    system: int
    zh: str
    substations: int
    units: int
    area_m2: float
    spread_k: float | None

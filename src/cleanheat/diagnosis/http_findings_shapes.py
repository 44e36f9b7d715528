"""Shapes of findings and of what is asked for them."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

Kind = Annotated[str, Field(max_length=16, pattern="^[a-z_]+$")]


class FindingOut(Schema):
    """``alert``: under which source, kind and number its alert is found; times are epoch seconds.

    ``affected``: how many other findings it explains.
    """

    id: int
    source: str
    state: str
    state_name: str
    kind: str
    number: int
    name: str
    level: int
    level_name: str
    worst: int
    status: str
    status_name: str
    since: int
    found: int
    ended: int | None
    judged: int
    confidence: float | None
    text: str
    cause_id: int | None
    affected: int
    company_id: int
    company: str
    district_id: int
    district: str
    archive_version: str
    model_version: int


class FindingPage(Schema):
    total: int
    page: int
    size: int
    rows: list[FindingOut]


class ExpectedLine(Schema):
    """Readings beside what was expected and its band; ``None`` where unknown."""

    quantity: str
    signal: str
    unit: str
    read: list[float | None]
    expected: list[float | None]
    low: list[float | None]
    high: list[float | None]


class ExpectedSeries(Schema):
    """``times`` are the hours' beginnings; ``by_design``: no personal parameters, the design's curve."""

    of_kind: str
    of_number: int
    times: list[int]
    outdoor_c: list[float | None]
    by_design: bool
    lines: list[ExpectedLine]


class FoundEvidence(Schema):
    signal: str
    value: float | None
    limit: float
    unit: str


class FoundContribution(Schema):
    """``share`` (0–1) of the finding that a signal explains."""

    signal: str
    share: float


class FindingDetail(FindingOut):
    """``steps``: minute and level of each escalation; ``members``: what it explains, at most 200."""

    evidence: list[FoundEvidence]
    contributions: list[FoundContribution]
    steps: list[list[int]]
    cause: FindingOut | None
    members: list[FindingOut]
    members_total: int
    series: ExpectedSeries | None


class FindingFilter(Schema):
    """``system``: of substations, 1 single, 2 double, 3 more units; ``order`` grave: the gravest and surest first."""

    is_open: bool | None = None
    state: Annotated[str | None, Field(max_length=24)] = None
    level: Annotated[int | None, Field(ge=1, le=4)] = None
    kind: Kind | None = None
    number: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    company_id: int | None = None
    district_id: int | None = None
    source_kind: Annotated[str | None, Field(pattern="^(branch|boiler)$")] = None
    source_number: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    system: Annotated[int | None, Field(ge=1, le=3)] = None
    text: Annotated[str | None, Field(max_length=40)] = None
    order: Literal["newest", "grave"] = "newest"


class FindingQuery(FindingFilter):
    page: Annotated[int, Field(ge=1)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 50


class FindingCount(Schema):
    """``levels[0]`` counts level Ⅰ."""

    kind: str
    state: str
    state_name: str
    levels: list[int]


class Ranked(Schema):
    kind: str
    rows: list[FindingOut]


class Judgement(Schema):
    """One of two judgements: which model says what, and the value it says it of."""

    source: str = ""
    text: str = ""
    value: float | None = None
    unit: str = ""


class ContradictionOut(Schema):
    id: int
    kind: str
    kind_name: str
    object_kind: str
    object_number: int
    object_name: str
    first: Judgement
    second: Judgement
    opened: int
    ended: int | None
    verdict: str
    verdict_name: str
    reason: str
    settled: int | None


class ContradictionPage(Schema):
    total: int
    rows: list[ContradictionOut]


class Settlement(Schema):
    verdict: Annotated[str, Field(max_length=8)]
    reason: Annotated[str, Field(max_length=400)]


class QuantityNow(Schema):
    """What a circuit reads now beside what is expected and its band."""

    quantity: str
    signal: str
    unit: str
    read: float | None
    expected: float | None
    low: float | None
    high: float | None


class RoomsBehind(Schema):
    mean_c: float | None
    cold_share: float | None
    known: int


class MemoryHours(Schema):
    start: int
    step_s: int
    lines: dict[str, list[float | None]]


class ParametersNow(Schema):
    """Where the expectations come from; curves as points (outdoor ℃, supply ℃)."""

    version: int
    source: str
    reason: str
    trained_hours: int
    curve_in_force: list[list[float]]
    curve_recommended: list[list[float]]
    slope: float | None
    r2: float | None


class CircuitDiagnosis(Schema):
    """How the models see one circuit; ``minute`` 0: not judged yet."""

    kind: str
    number: int
    name: str
    minute: int
    state: str
    state_name: str
    system: str
    heat_ratio_24h: float | None
    mean_gap_6h_k: float | None
    running: bool | None
    quantities: list[QuantityNow]
    rooms: RoomsBehind | None
    parameters: ParametersNow | None
    units: list[CircuitDiagnosis]
    hours: MemoryHours | None


class ObjectDiagnosis(CircuitDiagnosis):
    findings: list[FindingOut]


class DeviceRow(Schema):
    """One rural device: its state since when, and its means (share of the day it ran, starts an hour, rooms, lift)."""

    number: int
    name: str
    code: str
    sender: str
    state: str
    state_name: str
    since: int
    duty_day: float | None
    starts_h: float | None
    room_c: float | None
    lift_k: float | None


class DevicePlatform(Schema):
    """How many devices of one platform have which state."""

    id: int
    name: str
    total: int
    counts: dict[str, int]


class DeviceVillage(Schema):
    """How many of a village's devices that can be judged have something."""

    id: int
    name: str
    judged: int
    in_trouble: int
    share: float


class DevicePage(Schema):
    """``villages``: those with the greatest share in trouble, the worst first."""

    minute: int
    platforms: list[DevicePlatform]
    villages: list[DeviceVillage]
    total: int
    rows: list[DeviceRow]


class DeviceQuery(Schema):
    """Without a state: all devices that have something."""

    state: Annotated[str | None, Field(max_length=24)] = None
    sender_id: int | None = None
    page: Annotated[int, Field(ge=1)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 50


class PastQuery(Schema):
    days: Annotated[int, Field(ge=1, le=60)] = 14

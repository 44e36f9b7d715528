"""Addresses of guidance: forecast in and out, what to run at, advice, cold snaps, capacity, systems, peak boilers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import File, Form, Router, Schema, Status, UploadedFile
from pydantic import Field

from cleanheat.diagnosis.forecast import actions as forecasts
from cleanheat.diagnosis.forecast import queries as past_forecasts
from cleanheat.diagnosis.forecast.models import Forecast
from cleanheat.diagnosis.forecast.reading import read_rows, read_table
from cleanheat.diagnosis.guidance import advice as advising
from cleanheat.diagnosis.guidance import answers, assessment, peaking, scenarios, snap, systems
from cleanheat.diagnosis.guidance.models import Advice, Scenario
from cleanheat.diagnosis.guidance.plan import city_plan, forget_plan
from cleanheat.diagnosis.guidance.queries import advice_counts, advice_page
from cleanheat.diagnosis.guidance.words import AdviceState
from cleanheat.infra import clock
from cleanheat.infra.http import encoded_json
from cleanheat.infra.scope import require, scope_of
from cleanheat.infra.sheets import read_table as read_sheet
from cleanheat.kernel.time import epoch

router = Router(tags=["diagnosis"])
VIEW = "diagnosis.view"
Values = list[float | None]
LARGEST = 2_147_483_647


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


@router.get("/diagnosis/forecast", response=ForecastOut)
def forecast(request: HttpRequest) -> dict[str, Any]:
    """The outlook for now and 72 hours, and how good past forecasts were by lead time."""
    require(request.user, VIEW)
    told = answers.weather(city_plan())
    return told | {"skill": [vars(s) for s in past_forecasts.skill(int(clock.now()))]}


@router.post("/diagnosis/forecast", response={201: ForecastTaken})
def take_forecast(request: HttpRequest, given: ForecastIn) -> Status[Any]:
    """One issue of a weather forecast; the same again changes nothing."""
    require(request.user, forecasts.TUNE)
    issue = read_rows(given.source, given.issued_at, [h.dict() for h in given.hours], clock.now())
    return _taken(forecasts.take_in(request.user, issue))


@router.post("/diagnosis/forecast/file", response={201: ForecastTaken})
def take_forecast_file(
    request: HttpRequest, file: File[UploadedFile], source: Form[str] = "", issued_at: Form[str] = ""
) -> Status[Any]:
    """The same from a CSV or XLSX table with columns time, outdoor_temp_c and, optionally, wind_m_s."""
    require(request.user, forecasts.TUNE)
    issue = read_table(source, issued_at, read_sheet(file.name or "", file.read()), clock.now())
    return _taken(forecasts.take_in(request.user, issue))


def _taken(row: Forecast) -> Status[Any]:
    forget_plan()
    return Status(
        201,
        {
            "id": row.pk,
            "source": row.source,
            "issued_at": epoch(row.issued_at),
            "first_at": epoch(row.first_at),
            "hours": len(row.outdoor_temp_c),
        },
    )


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


@router.get("/diagnosis/guidance/{kind}/{number}", response=GuidanceOut)
def guidance(request: HttpRequest, kind: str, number: int) -> Any:
    """Recommended supply, return, flow, pump and valve for now and 72 hours; kinds plant … device."""
    require(request.user, VIEW)
    return answers.answer(kind, number if abs(number) < LARGEST else 0, scope_of(request.user))


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


@router.get("/diagnosis/guidance/{kind}", response=ComplianceOut)
def compliance(request: HttpRequest, kind: str, limit: int = 200) -> Any:
    """Branches, boiler rooms, substations or units whose present parameters would not keep rooms warm."""
    require(request.user, VIEW)
    found = answers.not_compliant(kind, scope_of(request.user))
    return found | {"items": found["items"][: max(1, min(limit, 5_000))]}


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


@router.get("/diagnosis/advice", response=AdvicePage)
def advice(request: HttpRequest, kind: str = "", state: str = "", days: int = 7, page: int = 1, limit: int = 50) -> Any:
    """Advice of the last days with what became of it."""
    require(request.user, VIEW)
    asked = AdviceQuery(
        kind=kind, state=state, days=min(max(days, 1), 400), page=min(max(page, 1), 10_000),
        limit=min(max(limit, 1), 500),
    )  # fmt: skip
    scope = scope_of(request.user)
    total, rows = advice_page(scope, asked.kind, asked.state, asked.days, asked.page, asked.limit)
    counts = advising.adoption(advice_counts(scope, asked.kind, asked.days))
    return {"total": total, "counts": counts, "items": [_advice(row) for row in rows]}


def _advice(row: Advice) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in AdviceOut.model_fields if name not in {"day", "state_zh"}}
    return told | {"day": row.day.isoformat(), "state_zh": AdviceState(row.state).label}


@router.get("/diagnosis/advice/{advice_id}", response=AdviceOut)
def one_advice(request: HttpRequest, advice_id: int) -> Any:
    return _advice(advising.find(request.user, min(advice_id, LARGEST)))


class AdviceAnswer(Schema):
    adopts: bool = True
    note: str = Field("", max_length=300)


@router.post("/diagnosis/advice/{advice_id}/answer", response=AdviceOut)
def answer_advice(request: HttpRequest, advice_id: int, given: AdviceAnswer) -> Any:
    """The company adopts the advice or says why not."""
    return _advice(advising.answer_advice(request.user, min(advice_id, LARGEST), given.adopts, given.note))


class AdviceNote(Schema):
    note: str = Field("", max_length=300)


@router.post("/diagnosis/advice/{advice_id}/hand-over", response=AdviceOut)
def hand_over_advice(request: HttpRequest, advice_id: int, given: AdviceNote) -> Any:
    """The regulator makes an alert of it."""
    return _advice(advising.hand_over(request.user, min(advice_id, LARGEST), given.note))


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


@router.get("/diagnosis/scenarios", response=list[ScenarioHead])
def list_scenarios(request: HttpRequest) -> Any:
    """Cold snaps that one's organisation saved; the city sees all."""
    require(request.user, VIEW)
    return [_head(row) for row in scenarios.saved(scope_of(request.user))[:200]]


@router.post("/diagnosis/scenarios", response={201: ScenarioOut})
def make_scenario(request: HttpRequest, given: ScenarioIn) -> Status[Any]:
    """Go through a cold snap now and save it: every unit and source of one's scope."""
    limited = tuple(snap.Limited(one.kind, one.number, one.share) for one in given.limited)
    asked = snap.Asked(given.lowest_c, given.within_h, given.hours, limited)
    return Status(201, _whole(scenarios.make(request.user, given.name, asked)))


@router.get("/diagnosis/scenarios/compare", response=list[ScenarioOut])
def compare_scenarios(request: HttpRequest, ids: str) -> Any:
    """Up to four saved scenarios side by side, in the order asked."""
    require(request.user, VIEW)
    return [_whole(row) for row in scenarios.several(scope_of(request.user), ids)]


@router.get("/diagnosis/scenarios/{scenario_id}", response=ScenarioOut)
def one_scenario(request: HttpRequest, scenario_id: int) -> Any:
    require(request.user, VIEW)
    return _whole(scenarios.find(scope_of(request.user), min(scenario_id, LARGEST)))


@router.delete("/diagnosis/scenarios/{scenario_id}", response={204: None})
def drop_scenario(request: HttpRequest, scenario_id: int) -> Status[None]:
    """Only one's own organisation's."""
    scenarios.drop(request.user, min(scenario_id, LARGEST))
    return Status(204, None)


def _head(row: Scenario) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "owner": row.owner.display_name or row.owner.username if row.owner else "",
        "at": row.at,
        "asked": row.asked,
        "users_below": row.result["as_is"]["users_below"],
        "users_below_with_measures": row.result["with_measures"]["users_below"],
    }


def _whole(row: Scenario) -> dict[str, Any]:
    return _head(row) | {"result": row.result}


@router.get("/diagnosis/capacity/{kind}", response=list[dict[str, Any]])
def capacity(request: HttpRequest, kind: str, limit: int = 500) -> Any:
    """What each branch, boiler room, substation or unit can carry against the coldest day's need; tightest first."""
    require(request.user, VIEW)
    rows = assessment.assess(city_plan(), kind, scope_of(request.user))
    return encoded_json(request, rows[: max(1, min(limit, 6_000))])


@router.get("/diagnosis/peak-boilers", response=list[dict[str, Any]])
def peak_boilers(request: HttpRequest, days: int = 30) -> Any:
    """Starts and stops of peak boiler rooms of the last days, whether they should run now and when next."""
    require(request.user, VIEW)
    return encoded_json(request, peaking.analyse(city_plan(), scope_of(request.user), min(max(days, 1), 170)))


@router.get("/diagnosis/systems", response=list[dict[str, Any]])
def system_indicators(request: HttpRequest) -> Any:
    """Indicators of single, dual and multi-system substations."""
    require(request.user, VIEW)
    return encoded_json(request, systems.by_system(city_plan(), scope_of(request.user)))

"""Addresses of guidance: forecast in and out, what to run at, advice, cold snaps, capacity, systems, peak boilers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Status, UploadedFile

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
from cleanheat.diagnosis.http_guidance_shapes import (
    LARGEST,
    AdviceAnswer,
    AdviceNote,
    AdviceOut,
    AdvicePage,
    AdviceQuery,
    CapacityRow,
    ComplianceOut,
    ForecastIn,
    ForecastOut,
    ForecastTaken,
    GuidanceOut,
    PeakBoilerRow,
    ScenarioHead,
    ScenarioIn,
    ScenarioOut,
    SystemRow,
)
from cleanheat.infra import clock
from cleanheat.infra.scope import require, scope_of
from cleanheat.infra.sheets import read_table as read_sheet
from cleanheat.kernel.time import epoch

router = Router(tags=["diagnosis"])
VIEW = "diagnosis.view"


def _id(given: int) -> int:
    """A number that a database can look for; what is none finds nothing."""
    return given if 0 < given < LARGEST else 0


@router.get("/diagnosis/forecast", response=ForecastOut)
def forecast(request: HttpRequest) -> dict[str, Any]:
    """The outlook for now and 72 hours, and how good past forecasts were by lead time."""
    require(request.user, VIEW)
    told = answers.weather(city_plan())
    return told | {"skill": past_forecasts.skill(int(clock.now()))}


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


@router.get("/diagnosis/guidance/{kind}/{number}", response=GuidanceOut)
def guidance(request: HttpRequest, kind: str, number: int) -> Any:
    """Recommended supply, return, flow, pump and valve for now and 72 hours; kinds plant … device."""
    require(request.user, VIEW)
    return answers.answer(kind, _id(number), scope_of(request.user))


@router.get("/diagnosis/guidance/{kind}", response=ComplianceOut)
def compliance(request: HttpRequest, kind: str, limit: int = 200) -> Any:
    """Branches, boiler rooms, substations or units whose present parameters would not keep rooms warm."""
    require(request.user, VIEW)
    found = answers.not_compliant(kind, scope_of(request.user))
    return found | {"items": found["items"][: max(1, min(limit, 5_000))]}


@router.get("/diagnosis/advice", response=AdvicePage)
def advice(request: HttpRequest, asked: Query[AdviceQuery]) -> Any:
    """Advice of the last days with what became of it."""
    require(request.user, VIEW)
    scope = scope_of(request.user)
    total, rows = advice_page(scope, asked.kind, asked.state, asked.days, asked.page, asked.limit)
    counts = advising.adoption(advice_counts(scope, asked.kind, asked.days))
    return {"total": total, "counts": counts, "items": [_advice(row) for row in rows]}


def _advice(row: Advice) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in AdviceOut.model_fields if name not in {"day", "state_zh"}}
    return told | {"day": row.day.isoformat(), "state_zh": AdviceState(row.state).label}


@router.get("/diagnosis/advice/{advice_id}", response=AdviceOut)
def one_advice(request: HttpRequest, advice_id: int) -> Any:
    return _advice(advising.find(request.user, _id(advice_id)))


@router.post("/diagnosis/advice/{advice_id}/answer", response=AdviceOut)
def answer_advice(request: HttpRequest, advice_id: int, given: AdviceAnswer) -> Any:
    """The company adopts the advice or says why not."""
    return _advice(advising.answer_advice(request.user, _id(advice_id), given.adopts, given.note))


@router.post("/diagnosis/advice/{advice_id}/hand-over", response=AdviceOut)
def hand_over_advice(request: HttpRequest, advice_id: int, given: AdviceNote) -> Any:
    """The regulator makes an alert of it."""
    return _advice(advising.hand_over(request.user, _id(advice_id), given.note))


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
    return _whole(scenarios.find(scope_of(request.user), _id(scenario_id)))


@router.delete("/diagnosis/scenarios/{scenario_id}", response={204: None})
def drop_scenario(request: HttpRequest, scenario_id: int) -> Status[None]:
    """Only one's own organisation's."""
    scenarios.drop(request.user, _id(scenario_id))
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


@router.get("/diagnosis/capacity/{kind}", response=list[CapacityRow], by_alias=True)
def capacity(request: HttpRequest, kind: str, limit: int = 500) -> Any:
    """What each branch, boiler room, substation or unit can carry against the coldest day's need; tightest first."""
    require(request.user, VIEW)
    rows = assessment.assess(city_plan(), kind, scope_of(request.user))
    return rows[: max(1, min(limit, 6_000))]


@router.get("/diagnosis/peak-boilers", response=list[PeakBoilerRow])
def peak_boilers(request: HttpRequest, days: int = 30) -> Any:
    """Starts and stops of peak boiler rooms of the last days, whether they should run now and when next."""
    require(request.user, VIEW)
    return peaking.analyse(city_plan(), scope_of(request.user), min(max(days, 1), 170))


@router.get("/diagnosis/systems", response=list[SystemRow])
def system_indicators(request: HttpRequest) -> Any:
    """Indicators of single, dual and multi-system substations."""
    require(request.user, VIEW)
    return systems.by_system(city_plan(), scope_of(request.user))

"""Peak-shaving boiler rooms: when did they start and stop, do they run now, and should they?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.calc.guidance import peaks
from cleanheat.calc.thermal.constants import DESIGN_OUTDOOR_TEMP_C
from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.forecast import queries as forecasts
from cleanheat.diagnosis.guidance.compliance import peaks_running
from cleanheat.diagnosis.guidance.numbers import number
from cleanheat.diagnosis.guidance.plan import CityPlan
from cleanheat.diagnosis.live.circuits_now import CircuitsNow
from cleanheat.diagnosis.live.installed import running
from cleanheat.diagnosis.vocabulary import BY_CODE, State
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.telemetry.public import store

Floats = NDArray[np.float64]
DAYS = 30
VERDICTS = {
    "rightly_on": "运行正确", "rightly_off": "无需启动", "should_start": "应启动未启动", "could_stop": "可停运",
    "unknown": "无法判断",
}  # fmt: skip


def analyse(plan: CityPlan, scope: Scope, days: int = DAYS) -> list[dict[str, Any]]:
    """Every peak boiler room the scope sees: verdict now, the coming 72 h, and its runs of the last days."""
    network, n = plan.network, plan.network.branches.shape[0]
    seen = assets.visible("boiler", scope)[network.boilers]
    rows = np.flatnonzero(network.is_peak & seen)
    if not rows.size:
        return []
    numbers = network.boilers[rows]
    end = plan.at - plan.at % HOUR_S
    heat = _history(numbers, end, days)
    on = peaks.running(heat, network.capacity_mw[rows], number("peaks", "on_share"), number("peaks", "off_share"))
    outdoor = forecasts.measured(end, days * 24)
    runs = peaks.episodes(on, heat)
    now_on = peaks_running(plan)[rows]
    branch = network.branch_of_boiler[rows]
    asked = _asked(plan, branch, now_on)
    names = assets.names("boiler", numbers.tolist())
    branch_names = assets.names("branch", [int(network.branches[b]) if b >= 0 else 0 for b in branch.tolist()])
    return [
        {
            "number": int(numbers[i]),
            "name": names[i],
            "branch": branch_names[i] if branch[i] >= 0 else "",
            "capacity_mw": round(float(network.capacity_mw[rows[i]]), 1),
            "heat_mw": _plain(plan.present.sources["heat_kw"][n + rows[i]] / 1000.0),
            "is_on": bool(now_on[i]),
            **_verdict(plan, int(branch[i]), bool(now_on[i]), asked[i]),
            **_live_state(int(numbers[i])),
            "hours_on": int(on[i].sum()),
            "starts": sum(1 for r in runs if r.row == i and r.first > 0),
            "runs": [_run(r, end, days, outdoor) for r in runs if r.row == i],
        }
        for i in range(rows.shape[0])
    ]


def _history(numbers: NDArray[np.int32], end: int, days: int) -> Floats:
    heat = CIRCUITS["boiler"].channels["heat_kw"]
    found = store().hour_grid("boiler", [heat.signal], end - days * DAY_S, end, numbers)
    return np.asarray(found[0].astype(np.float64) * heat.factor / 1000.0)


def _live_state(number_: int) -> dict[str, Any]:
    """What the live model says of one: its state, and by how much its branch is short of supply now."""
    live = running()
    model = live.circuits("boiler") if live else None
    if model is None or model.view is None or number_ not in model.numbers:
        return {"state": State.UNKNOWN.value, "state_zh": State.UNKNOWN.zh, "since": None, "branch_short_k": None}
    state = BY_CODE.get(int(model.states()[number_]), State.UNKNOWN)
    gap = float(model.view.more["branch_gap_k"][np.searchsorted(model.numbers, number_)])
    return {"state": state.value, "state_zh": state.zh, "since": _since(model, state, number_)} | {
        "branch_short_k": None if gap != gap else round(max(-gap, 0.0), 1),
    }  # fmt: skip


def _since(model: CircuitsNow, state: State, number_: int) -> int | None:
    row = int(np.searchsorted(model.numbers, number_))
    found = [k for k, c in enumerate(model.conditions) if c.state is state]
    return int(model.standing.since[found[0], row]) if found else None


def _asked(plan: CityPlan, branch: NDArray[np.int64], now_on: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each is called for in the present and the coming hours, ``[rows, 73]``."""
    need = np.where((branch >= 0)[:, None], plan.sources.demand_kw[np.maximum(branch, 0)], np.nan)
    able = np.where(branch >= 0, plan.sources.able_kw[np.maximum(branch, 0)], np.nan)
    start, stop = number("peaks", "start_share"), number("peaks", "stop_share")
    return peaks.should_run(need, np.broadcast_to(able[:, None], need.shape), start, stop, now_on)


def _verdict(plan: CityPlan, branch: int, is_on: bool, asked: NDArray[np.bool_]) -> dict[str, Any]:
    if branch < 0 or not plan.outlook.is_known:
        return {"verdict": "unknown", "verdict_zh": VERDICTS["unknown"], "start_in_h": None, "stop_in_h": None} | {
            "need_share": None, "starts_below_c": None,
        }  # fmt: skip
    calls = bool(asked[0])
    key = ("rightly_on" if is_on else "should_start") if calls else ("could_stop" if is_on else "rightly_off")
    later = np.flatnonzero(asked != calls)
    change = int(later[0]) if later.size else None
    able = max(float(plan.sources.able_kw[branch]), 1.0)
    return {
        "verdict": key,
        "verdict_zh": VERDICTS[key],
        "start_in_h": change if not calls else None,
        "stop_in_h": change if calls else None,
        "need_share": _plain(float(plan.sources.demand_kw[branch, 0]) / able),
        "starts_below_c": _starting_temperature(plan, branch, able),
    }


def _starting_temperature(plan: CityPlan, branch: int, able_kw: float) -> float | None:
    """Outdoor temperature below which the main source no longer suffices; ``None`` if it does down to −40 ℃."""
    rows = plan.network.source == branch
    loss = float((plan.units.heating.loss * plan.network.load_kw)[rows].sum()) / (18.0 - DESIGN_OUTDOOR_TEMP_C)
    heating = plan.units.heating
    gains = float(np.average(heating.gains_k[rows], weights=plan.network.load_kw[rows])) if rows.any() else 0.0
    temperature = number("unit", "target_room_c") - gains - number("peaks", "start_share") * able_kw / max(loss, 1e-9)
    return round(temperature, 1) if temperature > -40.0 else None


def _run(run: peaks.Episode, end: int, days: int, outdoor: Floats) -> dict[str, Any]:
    start = end - days * DAY_S
    return {
        "start": start + run.first * HOUR_S,
        "end": start + run.last * HOUR_S,
        "hours": run.last - run.first,
        "mean_mw": _plain(run.mean_mw),
        "highest_mw": _plain(run.highest_mw),
        "outdoor_start_c": _plain(float(outdoor[run.first])),
        "outdoor_stop_c": _plain(float(outdoor[min(run.last, outdoor.shape[0] - 1)])),
    }


def _plain(value: float) -> float | None:
    return None if value != value else round(float(value), 2)

"""What should every unit and source run at over the next three days, and what happens if they go on as they do?

One computation for the whole city, kept for some minutes: every request, panel and job reads the same plan.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.calc.guidance import ramps, rooms, station
from cleanheat.diagnosis.fleet.serving import current
from cleanheat.diagnosis.forecast.outlook import Outlook, outlook
from cleanheat.diagnosis.guidance import learned
from cleanheat.diagnosis.guidance.network import Supplied, supplied
from cleanheat.diagnosis.guidance.numbers import number
from cleanheat.diagnosis.guidance.numbers import settings as unit_settings
from cleanheat.diagnosis.guidance.present import Present, present
from cleanheat.diagnosis.guidance.source_plan import GRID_C, SourcePlan, plan_sources
from cleanheat.diagnosis.parameters import Parameters, curve_at
from cleanheat.diagnosis.supply_stopped import outdoor_temp_c
from cleanheat.infra import clock
from cleanheat.kernel.time import MINUTE_S, floor_minute
from cleanheat.telemetry.public import latest

Floats = NDArray[np.float64]
KEEP_S = 10 * MINUTE_S
_MOST_READ = 0.5
"""Of the units' readings that must be fresh before a plan is kept so long: after a start they come in one by one."""
ONE_SIDED_80 = 1.2816


@dataclass(frozen=True)
class UnitPlan:
    """Units ``[N, 73]``, the present hour first.  ``needed``: what rooms ask for; ``supply_c`` …: what can be run.

    ``as_is_*``: the same with the curve in force; ``primary_as_is_c``: primary water if the source goes on as it runs;
    ``room_*``: expected mean room with the plan and its 80 % band.
    """

    heating: station.Heating
    curve_c: Floats
    in_force_c: Floats
    load: Floats
    needed_c: Floats
    supply_c: Floats
    return_c: Floats
    flow_t_h: Floats
    heat_kw: Floats
    primary_supply_c: Floats
    primary_as_is_c: Floats
    primary_return_c: Floats
    primary_flow_t_h: Floats
    pump_hz: Floats
    valve_pct: Floats
    as_is_supply_c: Floats
    as_is_heat_kw: Floats
    room_c: Floats
    room_low_c: Floats
    room_high_c: Floats
    as_is_room_c: Floats
    basis: NDArray[np.uint8]


@dataclass(frozen=True)
class CityPlan:
    """Everything guidance says at one moment."""

    at: int
    outlook: Outlook
    network: Supplied
    present: Present
    units: UnitPlan
    sources: SourcePlan
    model_version: int


def heating_of(network: Supplied, now: Present, felt_c: float) -> station.Heating:
    """Units as designed, corrected by what rooms say of loss and terminals: temperatures alone decide the ratio."""
    design = _as_designed(network)
    middle = (now.units["supply_c"] + now.units["return_c"]) / 2
    ratio = station.loss_to_emission(design, middle, now.room_c, np.full(middle.shape, felt_c))
    low, high, weight = (number("unit", n) for n in ("ratio_low", "ratio_high", "calibration"))
    trust = weight * now.rooms / (now.rooms + 2.0)
    measured = np.clip(np.where(np.isnan(ratio), 1.0, ratio), low, high)
    share = np.power(measured, np.where(np.isnan(ratio), 0.0, trust))
    with np.errstate(invalid="ignore", divide="ignore"):
        loss = now.units["heat_kw"] / network.load_kw * station.LIFT_K / (now.room_c - design.gains_k - felt_c)
    loss = np.clip(np.where(np.isnan(loss) | np.isnan(ratio), 1.0, loss), low, high)
    loss = np.power(loss, np.where(np.isnan(ratio), 0.0, trust))
    return replace(design, loss=loss, emission=loss / share)


def _as_designed(network: Supplied) -> station.Heating:
    one = np.ones(network.units.shape[0])
    per_k = network.load_kw * 1000.0 / network.area_m2 / station.LIFT_K
    return station.Heating(
        supply_c=network.supply_c,
        return_c=network.return_c,
        flow_t_h=network.flow_t_h,
        load_kw=network.load_kw,
        exponent=network.exponent,
        loss=one,
        emission=one,
        gains_k=np.clip(number("unit", "gains_w_m2") / per_k, 0.0, number("unit", "most_gains_k")),
    )


def unit_curves(network: Supplied, heating: station.Heating, p: Parameters | None) -> tuple[Floats, NDArray[np.uint8]]:
    """Recommended supply over :data:`GRID_C`, ``[N, 61]``, and its basis: 0 design formulas, else the model's own."""
    target = number("unit", "target_room_c")
    load = station.needed_load(heating, GRID_C, target)
    ratio = station.flow_ratio(load, number("unit", "flow_exponent"), number("unit", "least_flow"))
    curve, _ = station.water(heating, load, ratio, target)
    basis = np.zeros(network.units.shape[0], np.uint8)
    if p is not None:
        own = _on_grid(p.curve_recommended[network.units])
        known = np.isfinite(own.min(axis=1))
        curve = np.where(known[:, None], own, curve)
        basis = np.where(known, np.maximum(p.curve_basis[network.units], 1), 0).astype(np.uint8)
    curve = np.clip(curve, number("unit", "lowest_c"), network.highest_c[:, None])
    return ramps.never_less_when_colder(curve), basis


def _on_grid(curve: NDArray[np.float32]) -> Floats:
    """Curves ``[N, B, 2]`` over :data:`GRID_C`, ``[N, 61]``; colder than was ever seen they go on as they last rose."""
    inside = np.stack([curve_at(curve, float(c)) for c in GRID_C], axis=1).astype(np.float64)
    (x0, y0), (x1, y1) = (curve[:, b].T.astype(np.float64) for b in (0, 1))
    rise = np.minimum(np.divide(y1 - y0, x1 - x0, out=np.zeros_like(x0), where=x1 > x0), 0.0)
    return np.asarray(inside + rise[:, None] * np.minimum(GRID_C - x0[:, None], 0.0), np.float64)


def source_curves(network: Supplied, branch: Parameters | None, boiler: Parameters | None) -> Floats:
    """What sources are run at as operation shows it, over :data:`GRID_C` ``[S, 61]``; NaN where it does not."""
    parts = []
    for numbers, p in ((network.branches, branch), (network.boilers, boiler)):
        known = p is not None and numbers.size and int(numbers.max()) < p.curve_in_force.shape[0]
        nothing = np.full((numbers.size, GRID_C.size), np.nan)
        parts.append(_on_grid(p.curve_in_force[numbers]) if p is not None and known else nothing)
    return np.concatenate(parts)


def in_force(network: Supplied, now: Present, curve: Floats, felt_c: float, p: Parameters | None) -> Floats:
    """What is run at each outdoor temperature, ``[N, 61]``: the identified curve, else the recommended one shifted to
    where the unit runs now.  Either way it passes through the present reading."""
    found = curve
    if p is not None:
        own = _on_grid(p.curve_in_force[network.units])
        found = np.where(np.isfinite(own.min(axis=1))[:, None], own, curve)
    here = ramps.on_outdoor(GRID_C, found, np.array([felt_c]))[:, 0]
    off = np.where(np.isnan(now.units["supply_c"]), 0.0, now.units["supply_c"] - here)
    return np.clip(found + off[:, None], number("unit", "lowest_c") - 10.0, network.highest_c[:, None])


def plan_units(
    network: Supplied,
    now: Present,
    sky: Outlook,
    sources: SourcePlan,
    heating: station.Heating,
    curve: Floats,
    force: Floats,
    basis: NDArray[np.uint8],
) -> UnitPlan:
    """All units; ``sources`` says how warm the primary water will be."""
    target, rise, fall = (number("unit", n) for n in ("target_room_c", "rise_k_h", "fall_k_h"))
    needed = ramps.on_outdoor(GRID_C, curve, sky.felt_c)
    supply = ramps.reachable(ramps.in_time(needed, rise), now.units["supply_c"], rise, fall)
    load = station.needed_load(heating, sky.felt_c, target)
    ratio = station.flow_ratio(load, number("unit", "flow_exponent"), number("unit", "least_flow"))
    flow = ratio * heating.flow_t_h[:, None]
    middle = station.water(heating, load, ratio, target)
    back = supply - (middle[0] - middle[1])
    heat = load * heating.load_kw[:, None]
    tau1 = _primary_supply(network, now, sources.supply_c)
    mean = network.mean_k[:, None] * np.maximum(load, 0.02)
    tau2 = station.primary_return_c(tau1, supply, back, mean)
    primary = station.primary_flow_t_h(heat, tau1, tau2)
    room0 = np.where(np.isnan(now.room_c), target, now.room_c)
    tau = np.full(room0.shape, number("unit", "time_constant_h"))
    expected = rooms.response(heating, room0, (supply + back) / 2, sky.outdoor_c, tau)
    error = ONE_SIDED_80 * np.hypot(number("unit", "room_error_k"), _by_weather(sky, tau[0]))
    as_is = ramps.reachable(ramps.on_outdoor(GRID_C, force, sky.felt_c), now.units["supply_c"], rise, fall)
    as_is_middle = as_is - half_drop_k(heating, load, flow_share(network, now)[:, None])
    as_is_room = rooms.response(heating, room0, as_is_middle, sky.outdoor_c, tau)
    as_is_heat = station.emitted_load(heating, as_is_middle, as_is_room) * heating.load_kw[:, None]
    return UnitPlan(
        heating=heating,
        curve_c=curve,
        in_force_c=force,
        load=load,
        needed_c=needed,
        supply_c=supply,
        return_c=back,
        flow_t_h=flow,
        heat_kw=heat,
        primary_supply_c=tau1,
        primary_as_is_c=_primary_supply(network, now, sources.as_is_supply_c),
        primary_return_c=tau2,
        primary_flow_t_h=primary,
        pump_hz=station.pump_hz(flow, now.units["flow_t_h"], now.units["pump_hz"], heating.flow_t_h, unit_settings()),
        valve_pct=station.valve_pct(primary, now.units["primary_flow_t_h"], now.units["valve_pct"], unit_settings()),
        as_is_supply_c=as_is,
        as_is_heat_kw=as_is_heat,
        room_c=expected,
        room_low_c=expected - error,
        room_high_c=expected + error,
        as_is_room_c=as_is_room,
        basis=basis,
    )


def flow_share(network: Supplied, now: Present) -> Floats:
    """Present secondary flow against design, ``[N]``; design where it is unknown."""
    share = now.units["flow_t_h"] / network.flow_t_h
    return np.clip(np.where(np.isnan(share), 1.0, share), 0.4, 1.6)


def half_drop_k(heating: station.Heating, load: Floats, share: Floats) -> Floats:
    """Half the difference of supply and return that carries a load at a share of design flow, ``[N, T]``."""
    return np.asarray(load / share * (heating.supply_c - heating.return_c)[:, None] / 2.0)


def _by_weather(sky: Outlook, time_constant_h: float) -> Floats:
    """How unsure a room is because the weather is: the band, slowed by the building, half undone by compensation."""
    band = (sky.high_c - sky.low_c) / (2 * ONE_SIDED_80)
    out, state = np.empty(band.shape), 0.0
    for t, value in enumerate(band):
        state += (value - state) / time_constant_h
        out[t] = 0.5 * state
    return out


def _primary_supply(network: Supplied, now: Present, sent_c: Floats) -> Floats:
    """Primary water at each unit: what its source sends ``[S, T]``, later by the way and cooler by the pipe."""
    sent = network.to_units(sent_c)
    place = np.maximum(np.arange(sent.shape[1]) - np.rint(network.delay_h).astype(np.int64)[:, None], 0)
    arrives = np.take_along_axis(sent, place, axis=1)
    drop = network.to_units(now.sources["supply_c"]) - now.units["primary_supply_c"]
    usual, most = number("unit", "drop_k"), number("unit", "most_drop_k")
    drop = np.where(np.isnan(drop), usual, np.clip(drop, 0.0, most))
    return arrives - drop[:, None]


_kept: dict[str, CityPlan] = {}
_lock = threading.Lock()


def city_plan() -> CityPlan:
    """The plan in force; made anew every ten minutes of the platform's time."""
    archive, at = assets.archive(), floor_minute(clock.now())
    kept = _kept.get(archive.version)
    if kept is None or not _holds(kept, at):
        with _lock:
            kept = _kept.get(archive.version)
            if kept is None or not _holds(kept, at):
                _kept.clear()
                kept = _kept[archive.version] = make_plan(at)
    return kept


def _holds(plan: CityPlan, at: int) -> bool:
    """Whether a plan still says how things are: one made before weather and most readings came is of its minute."""
    read = np.isfinite(plan.present.units["supply_c"])
    is_whole = plan.outlook.is_known and read.sum() >= _MOST_READ * read.size
    return 0 <= at - plan.at < (KEEP_S if is_whole else MINUTE_S)


def forget_plan() -> None:
    """The next request computes anew: a forecast came, parameters changed."""
    _kept.clear()


def make_plan(at: int, sky: Outlook | None = None) -> CityPlan:
    archive = assets.archive()
    network = _with_delays(supplied(archive))
    if sky is None:
        sky = outlook(at, outdoor_temp_c(latest(), at))
    now = present(latest(), archive, network, at)
    model = current("unit")
    heating = heating_of(network, now, float(sky.felt_c[0]))
    curve, basis = unit_curves(network, heating, model)
    force = in_force(network, now, curve, float(sky.felt_c[0]), model)
    run_at = source_curves(network, current("branch"), current("boiler"))
    sources = plan_sources(network, now, sky, heating, curve, run_at)
    units = plan_units(network, now, sky, sources, heating, curve, force, basis)
    return CityPlan(at, sky, network, now, units, sources, model.version if model is not None else 0)


def _with_delays(network: Supplied) -> Supplied:
    """Transport times as the past shows them, where it does."""
    found = learned.load(learned.folder_of(Path(settings.DATA_DIR)))
    if found is None:
        return network
    inside = network.units < found.delay_h.shape[0]
    seen = np.where(inside, found.delay_h[np.where(inside, network.units, 0)], np.nan)
    return replace(network, delay_h=np.where(np.isnan(seen), network.delay_h, seen))

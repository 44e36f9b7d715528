"""What wears slowly?  Exchangers, pipes, pumps and boilers against their own earlier weeks at equal flow or load.

The hourly lane: once an hour, from the hour's means of circuits that ran all of it.  One :class:`OwnReference` a
quantity, kept in the snapshot; after a start without one it is learned anew from the weeks that are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly.exchanger import conductance_kw_k
from cleanheat.calc.anomaly.flue_loss import flue_loss_pct
from cleanheat.calc.anomaly.hydraulic_resistance import pump_effort, resistance
from cleanheat.calc.anomaly.own_reference import OwnReference, Pace, advance
from cleanheat.calc.thermal.constants import WATER_KWH_PER_T_K
from cleanheat.diagnosis.live.numbers import number
from cleanheat.diagnosis.vocabulary import State

Floats = NDArray[np.floating[Any]]
Float32s = NDArray[np.float32]
Bools = NDArray[np.bool_]
Hour = Mapping[str, Floats]
Quantity = Callable[[Hour, Mapping[str, Float32s]], tuple[Floats, Floats]]
FUELS: Final = ("coal", "gas", "biomass")
WHOLE_HOUR: Final = 0.99


def _conductance(hour: Hour, _design: Mapping[str, Float32s]) -> tuple[Floats, Floats]:
    """Exchangers: log UA over log of the primary flow; heat by the meter, else by the secondary water."""
    water = WATER_KWH_PER_T_K * hour["flow_t_h"] * (hour["supply_c"] - hour["return_c"])
    heat = np.where(np.isnan(hour["heat_kw"]), water, hour["heat_kw"])
    sides = (hour[c] for c in ("primary_supply_c", "primary_return_c", "supply_c", "return_c"))
    return _log(hour["primary_flow_t_h"]), _log(conductance_kw_k(heat, *sides))


def _resistance(hour: Hour, design: Mapping[str, Float32s]) -> tuple[Floats, Floats]:
    """The way of the secondary water: log Δp/G² over log G."""
    flow = hour["flow_t_h"] / design["flow_t_h"]
    return _log(flow), _log(resistance(hour["supply_mpa"] - hour["return_mpa"], flow))


def _pump(hour: Hour, design: Mapping[str, Float32s]) -> tuple[Floats, Floats]:
    """Circulation pumps: log of current ÷ G³ over log G; at mains voltage the current goes with the power."""
    flow = hour["flow_t_h"] / design["flow_t_h"]
    return _log(flow), _log(pump_effort(hour["pump_a"], flow))


def _flue(hour: Hour, design: Mapping[str, Float32s]) -> tuple[Floats, Floats]:
    """Boiler rooms: log of the flue loss over the load."""
    load = hour["heat_kw"] / design["heat_kw"]
    return load, _log(flue_loss(hour["flue_c"], hour["oxygen_pct"], design["fuel"]))


def flue_loss(flue_c: Floats, oxygen_pct: Floats, fuel: Floats) -> Floats:
    """By the fuel of each boiler room, %; NaN for electric ones."""
    kind = np.clip(np.nan_to_num(fuel), 0, len(FUELS)).astype(np.int64)
    offset, slope = (
        np.array([*(number("flue_loss", f"{name}_{fuel}") for fuel in FUELS), np.nan])[kind] for name in ("m", "n")
    )
    return flue_loss_pct(flue_c, oxygen_pct, number("flue_loss", "air_c"), offset, slope)


def _log(values: Floats) -> Floats:
    known = values > 0
    return np.log(np.where(known, values, 1.0), where=known, out=np.full(np.shape(values), np.nan))


@dataclass(frozen=True)
class Watched:
    """One quantity: how it is computed, of which channels, and which condition its departure makes.

    ``sign``: −1 it wears by falling, 1 by rising, 0 either way is a change.
    """

    state: State
    sign: int
    of: Quantity
    channels: tuple[str, ...]
    slope: float = 0.0


_TEMPERATURES = ("primary_supply_c", "primary_return_c", "supply_c", "return_c")
WATCHED: Final[Mapping[str, Mapping[str, Watched]]] = {
    "unit": {
        "conductance": Watched(
            State.FOULING, -1, _conductance, (*_TEMPERATURES, "primary_flow_t_h", "flow_t_h", "heat_kw"), 0.35
        ),
        "resistance": Watched(State.RESISTANCE, 0, _resistance, ("flow_t_h", "supply_mpa", "return_mpa")),
        "pump": Watched(State.PUMP_WEAR, 1, _pump, ("flow_t_h", "pump_a"), -1.0),
    },
    "boiler": {"flue": Watched(State.FLUE_LOSS, 1, _flue, ("heat_kw", "flue_c", "oxygen_pct"))},
}
"""What wears of each kind; of branches and plants, whose water goes where valves let it, nothing can be told so."""


def channels_of(kind: str) -> tuple[str, ...]:
    """Every channel whose hours are needed."""
    return tuple(dict.fromkeys(c for w in WATCHED.get(kind, {}).values() for c in w.channels))


class Wear:
    """One kind; ``ratio``: each quantity as a share of the object's own usual at such a load, of the last day."""

    def __init__(self, kind: str, n: int, design: Mapping[str, Float32s]) -> None:
        self.watched = WATCHED.get(kind, {})
        self._design = design
        self.own = {name: OwnReference.of(n) for name in self.watched}
        self.ratio = {name: np.full(n, np.nan, np.float32) for name in self.watched}

    @property
    def is_fresh(self) -> bool:
        """Whether nothing has been learned yet."""
        return all(not own.hours.any() for own in self.own.values())

    def take(self, hour: Hour, stands: Mapping[State, Bools] | None = None) -> None:
        """One hour's means by channel (NaN where the circuit did not run all of it); ``stands``: what is already said
        of whom, so that it is not learned as usual."""
        with np.errstate(invalid="ignore"):
            for name, watched in self.watched.items():
                own = self.own[name]
                x, y = watched.of(hour, self._design)
                held = self._departs(watched, own)
                if stands is not None:
                    held |= stands[watched.state]
                advance(own, x, y, held, _pace(watched.slope))
                self.ratio[name] = np.exp(own.recent)

    @staticmethod
    def _departs(watched: Watched, own: OwnReference) -> Bools:
        off = np.nan_to_num(own.recent)
        return np.asarray((np.abs(off) if not watched.sign else watched.sign * off) > number("wear", "held_from"))

    def snapshot(self) -> dict[str, NDArray[Any]]:
        return {f"{name}/{part}": v for name, own in self.own.items() for part, v in own.snapshot().items()}

    def restore(self, kept: Mapping[str, NDArray[Any]]) -> None:
        for name, own in self.own.items():
            own.restore({k.partition("/")[2]: v for k, v in kept.items() if k.startswith(f"{name}/")})
            self.ratio[name] = np.exp(own.recent)


def _pace(slope: float) -> Pace:
    return Pace(
        24 * number("wear", "memory_days"), number("wear", "recent_h"), number("wear", "least_h"), slope,
        number("wear", "steady"),
    )  # fmt: skip

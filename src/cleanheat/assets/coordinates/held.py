"""What is known of a conversion while it runs: parameters and points, in this process's memory and nowhere else.

Whoever has a point in both systems can find the parameters, so points are kept like them.  A process that ends forgets
them; a conversion that it left behind says so and is asked for again.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.geo.frames import WGS84, Frame
from cleanheat.infra import clock

Floats = NDArray[np.float64]
MOST_S: Final = 3_600.0
"""How long what was fitted or asked for waits."""


@dataclass(frozen=True)
class Points:
    """Points known in both systems: ``xy`` as in the files (east, north), ``lonlat`` WGS-84 degrees.

    ``layer``: the layer that a point checks, "" = all.
    """

    name: tuple[str, ...]
    layer: tuple[str, ...]
    xy: Floats
    lonlat: Floats


NO_POINTS: Final = Points((), (), np.zeros((0, 2)), np.zeros((0, 2)))


@dataclass(frozen=True)
class Plan:
    """How files are converted.  ``repr`` tells nothing: it may end in a log."""

    source: Frame = field(repr=False)
    target: Frame = field(default=WGS84, repr=False)
    is_north_first: bool = False
    driver: str = "GPKG"
    checks: Points = field(default=NO_POINTS, repr=False)
    columns: tuple[str, str] = ("", "")


@dataclass
class _Held:
    lock: threading.Lock = field(default_factory=threading.Lock)
    plans: dict[int, tuple[float, Plan]] = field(default_factory=dict)
    fitted: dict[int, tuple[float, Frame]] = field(default_factory=dict)


_held = _Held()


def hold(conversion: int, plan: Plan) -> None:
    with _held.lock:
        _held.plans[conversion] = (clock.machine_now() + MOST_S, plan)


def take(conversion: int) -> Plan | None:
    """The plan, forgotten from now on."""
    with _held.lock:
        _drop_old()
        found = _held.plans.pop(conversion, None)
        _held.fitted.pop(conversion, None)
    return found[1] if found else None


def hold_fitted(conversion: int, frame: Frame) -> None:
    with _held.lock:
        _held.fitted[conversion] = (clock.machine_now() + MOST_S, replace(frame))


def fitted(conversion: int) -> Frame | None:
    with _held.lock:
        _drop_old()
        found = _held.fitted.get(conversion)
    return found[1] if found else None


def forget(conversion: int) -> None:
    with _held.lock:
        _held.plans.pop(conversion, None)
        _held.fitted.pop(conversion, None)


def _drop_old() -> None:
    now = clock.machine_now()
    _held.plans = {key: kept for key, kept in _held.plans.items() if kept[0] > now}
    _held.fitted = {key: kept for key, kept in _held.fitted.items() if kept[0] > now}

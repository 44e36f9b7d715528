"""Which sensor of a circuit has drifted, and by how much?  By the heat balance, and by what each usually reads.

Heat, flow and two temperatures are four readings with one relation.  Where it no longer holds, one of the four is
wrong, and each would have to be wrong by a known amount; the one whose own departure from the usual fits that amount
best has drifted.  Where the balance holds, the system itself runs otherwise, and no sensor is blamed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HOT, COLD, FLOW, HEAT = range(4)


@dataclass(frozen=True)
class Circuit:
    """Readings of a heat circuit, or what each departs from usual by: hot and cold temperature, flow, heat."""

    hot_c: Floats
    cold_c: Floats
    flow: Floats
    heat: Floats


def imbalance_k(circuit: Circuit, heat_per_flow_k: Floats) -> Floats:
    """How many kelvin the measured temperature difference exceeds what heat and flow say; NaN where unknown.

    ``heat_per_flow_k`` is the circuit's own usual ratio Q / (G·ΔT): water's heat, losses and meter errors together.

    >>> c = Circuit(np.array([83.0]), np.array([45.0]), np.array([10.0]), np.array([1.47]))
    >>> imbalance_k(c, np.array([0.0042])).round(2).tolist()
    [3.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = circuit.heat / (heat_per_flow_k * circuit.flow)
        return np.where(circuit.flow > 0, circuit.hot_c - circuit.cold_c - needed, np.nan)


def candidates(circuit: Circuit, imbalance: Floats, heat_per_flow_k: Floats) -> list[Floats]:
    """By how much each of the four would have to be wrong to be alone to blame, in its unit."""
    difference = circuit.hot_c - circuit.cold_c
    with np.errstate(divide="ignore", invalid="ignore"):
        flow = circuit.flow - circuit.heat / (heat_per_flow_k * difference)
    return [imbalance, -imbalance, flow, circuit.heat - heat_per_flow_k * circuit.flow * difference]


def isolate(
    errors: list[Floats],
    departures: list[Floats],
    spreads: list[Floats],
    excluded: tuple[int, ...] = (),
    least_gain: float = 0.5,
) -> NDArray[np.int8]:
    """Which of the four is to blame: 0–3, or −1 where nobody stands out.

    ``departures`` is each reading minus its usual value, ``spreads`` how far it usually departs.  Blaming a sensor must
    bring its reading nearer to the usual by ``least_gain`` spreads, and by more than any other blame would.

    >>> e = [np.array([4.0]), np.array([-4.0]), np.array([1.0]), np.array([-0.3])]
    >>> d = [np.array([4.3]), np.array([0.2]), np.array([0.1]), np.array([0.0])]
    >>> isolate(e, d, [np.ones(1)] * 2 + [np.full(1, 0.2)] * 2).tolist()
    [0]
    """
    gains = np.stack(
        [
            np.full(e.shape, -np.inf) if i in excluded else (np.abs(d) - np.abs(d - e)) / np.maximum(s, 1e-9)
            for i, (e, d, s) in enumerate(zip(errors, departures, spreads, strict=True))
        ]
    )
    gains = np.where(np.isnan(gains), -np.inf, gains)
    best = gains.argmax(axis=0)
    top = np.take_along_axis(gains, best[None], axis=0)[0]
    return np.where(top >= least_gain, best, -1).astype(np.int8)


def against_peers(departure: Floats, group: NDArray[np.int64], size: int, most: float) -> Floats:
    """Departures from usual beyond what the others of the group share: ``float64[n]`` → ``float64[n]``.

    What they share is the mean of the others, each counted by at most ``most`` away from the group's plain mean, so
    that one that is far off hardly moves it.  Alone in a group: NaN.

    >>> against_peers(np.array([1.0, 1.2, 0.8, 5.0, 3.0]), np.array([0, 0, 0, 0, 1]), 2, 1.0).round(2).tolist()
    [-0.73, -0.47, -0.93, 3.93, nan]
    """
    known = ~np.isnan(departure)
    there = known.astype(np.float64)
    plain = np.where(known, departure, 0.0)
    n = np.bincount(group, weights=there, minlength=size)
    centre = (np.bincount(group, weights=plain, minlength=size) / np.maximum(n, 1))[group]
    counted = np.where(known, centre + np.clip(plain - centre, -most, most), 0.0)
    others = n[group] - there
    total = np.bincount(group, weights=counted, minlength=size)[group] - counted
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(others > 0, departure - total / others, np.nan)


def beyond_mates(apart: Floats, group: NDArray[np.int64], size: int) -> Floats:
    """What is left of a departure once the nearer ones depart alike: ``float64[n]`` → ``float64[n]``.

    The mean of the others of the group counts as far as it points the same way; a house that lies badly is no fault
    of each of its sensors.  Alone in a group, or with mates of which nothing is known: unchanged.

    >>> beyond_mates(np.array([-3.0, -2.5, 4.0, 0.0, 3.0]), np.array([0, 0, 1, 1, 2]), 3).tolist()
    [-0.5, 0.0, 4.0, 0.0, 3.0]
    """
    known = ~np.isnan(apart)
    plain = np.where(known, apart, 0.0)
    others = np.bincount(group, weights=known, minlength=size)[group] - known
    total = np.bincount(group, weights=plain, minlength=size)[group] - plain
    shared = np.divide(total, others, out=np.zeros_like(plain), where=others > 0)
    return np.asarray(apart - np.clip(shared, np.minimum(plain, 0.0), np.maximum(plain, 0.0)))

"""Where may the network speak?  Only for objects whose own latest validation block it makes better than ridge alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.network import forward
from cleanheat.diagnosis.network.lessons import Lessons
from cleanheat.diagnosis.network.process import Progress, trained
from cleanheat.diagnosis.network.settings import Settings
from cleanheat.diagnosis.network.weights import OWN, Floats, Network, Weights, filled
from cleanheat.kernel.errors import invalid


def fit(lessons: Lessons, settings: Settings, progress: Progress, folder: Path | None = None) -> Network:
    """Train on everything before the validation blocks, judge on them, serve where the latest says so and no earlier
    one speaks against it.

    Raises ``Problem`` where the history is too short to train and to validate.
    """
    least = settings.block_h * settings.origins + settings.reach_h + settings.window_h
    if lessons.ids.size == 0 or lessons.hour.size < least:
        raise invalid("hours", "历史数据不足，不能训练共享网络", f"{lessons.hour.size} 小时，至少 {least} 小时")
    every = trained(lessons, settings, progress, folder)
    judged = []
    for turn, weights in enumerate(every):
        stop = lessons.hour.size - settings.block_h * (len(every) - turn - 1)
        judged.append(judge(untried(lessons, weights), lessons, stop, settings))
    ridge, own = (np.concatenate([getattr(one, n) for one in judged]) for n in ("mae_ridge", "mae_network"))
    spoken_against = (own > ridge).any(axis=0)
    latest = judged[-1]
    return replace(latest, mae_ridge=ridge, mae_network=own, served=latest.served & ~spoken_against)


def judge(network: Network, lessons: Lessons, stop: int, settings: Settings) -> Network:
    """The network with errors on the block of hours before ``stop``, and served where it is better there.

    Cheap (no training): asked again whenever a newer block than the one it was adopted on is complete.  ``lessons``
    must hold the network's objects in its order.
    """
    q, n, reach = len(network.quantities), network.ids.size, network.reach_h
    start = max(stop - settings.block_h, reach - 1)
    unbroken = lessons.hour[start:stop] - lessons.hour[start - reach + 1 : stop - reach + 1] == reach - 1
    shown = lessons.inputs[start - reach + 1 : stop]
    ridge, own, inside = (np.full((q, n), np.nan, np.float32) for _ in range(3))
    known = np.zeros((q, n), np.int64)
    for begin in range(0, n, forward.BLOCK):
        rows = slice(begin, begin + forward.BLOCK)
        true = lessons.residual[:, rows, start:stop].astype(np.float32)
        true[~(np.abs(true) < settings.residual_limit) | ~unbroken] = np.nan
        low, middle, high = forward.sequence(network, shown, rows)
        there = np.isfinite(true)
        known[:, rows] = there.sum(axis=2)
        ridge[:, rows] = _mean(np.abs(true), there)
        own[:, rows] = _mean(np.abs(true - middle), there)
        inside[:, rows] = _mean(((true >= low) & (true <= high)).astype(np.float32), there)
    better = own <= ridge * (1 - settings.least_gain)
    served = better & (known >= settings.least_hours)
    return replace(network, mae_ridge=ridge[None], mae_network=own[None], coverage=inside, served=served)


def predict(network: Network, inputs: Floats) -> Floats:
    """What to add to ridge in σ, ``float32[3, Q, S]`` (low, middle, high) for the last hour of ``inputs [reach, C]``;
    NaN where ridge speaks alone: not served, or not all inputs known.
    """
    return np.where(network.served, forward.latest(network, inputs), np.float32(np.nan))


def untried(lessons: Lessons, weights: Weights) -> Network:
    """A network with these weights that has not been judged: it speaks nowhere.  Who taught it nothing (no reading at
    all) has the mean of its group.
    """
    taught = np.isfinite(lessons.residual).any(axis=(0, 2))
    own = {name: weights[name].copy() for name in OWN}
    for value in own.values():
        value[~taught] = np.nan
    weights = weights | filled(own, lessons.group, own, lessons.group)
    shape = len(lessons.quantities), lessons.ids.size
    nothing, nowhere = np.full(shape, np.nan, np.float32), np.zeros(shape, bool)
    said = lessons.quantities, lessons.ids, lessons.sigma, lessons.keys, lessons.group
    return Network(weights, *said, nothing[None], nothing[None], nothing, nowhere)


def _mean(values: Floats, there: NDArray[np.bool_]) -> Floats:
    total = np.where(there, values, 0).sum(axis=2, dtype=np.float64)
    return np.where(there.any(axis=2), total / np.maximum(there.sum(axis=2), 1), np.nan).astype(np.float32)

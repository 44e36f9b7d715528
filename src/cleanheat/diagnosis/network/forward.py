"""What does the network say of every object in this hour?  The forward pass in numpy, the same as the trained one.

A causal convolution over two hours in each layer, 1, 2, 4 … hours apart, so that six layers see 64 hours; each
object's embedding scales and shifts every layer.  All objects see the same weather, so the first layer's products are
shared.  For one hour only half the hours of a layer are needed in the next: a binary tree over the 64 hours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.network.weights import Floats, Network, Weights, embedding

BLOCK = 256
"""Objects worked on at once: their hours stay within the second-level cache."""


def latest(network: Network, inputs: Floats) -> Floats:
    """Low, middle and high correction in σ, ``float32[3, Q, S]``, of the last of the hours ``inputs [reach, C]``.

    NaN where the inputs are not all known.  Nothing is said here of where it is served.
    """
    n = network.ids.size
    out = np.full((3, len(network.quantities), n), np.nan, np.float32)
    if not np.isfinite(inputs).all():
        return out
    weights, first = network.weights, _enter(network.weights, inputs)
    who = embedding(weights, network.group)
    for begin in range(0, n, BLOCK):
        rows = slice(begin, begin + BLOCK)
        x = _layer(weights, 0, first[None, 0::2], first[None, 1::2], who[rows])
        for depth in range(1, network.layers):
            x = _layer(weights, depth, x[:, 0::2], x[:, 1::2], who[rows])
        out[:, :, rows] = _head(weights, x, rows)[..., 0]
    return out


def sequence(network: Network, inputs: Floats, rows: slice) -> Floats:
    """The same for every hour from the ``reach``-th on: ``float32[3, Q, rows, T − reach + 1]``; inputs all known."""
    weights, x = network.weights, _enter(network.weights, inputs)[None]
    who = embedding(weights, network.group)[rows]
    for depth in range(network.layers):
        apart = 2**depth
        x = _layer(weights, depth, x[:, :-apart], x[:, apart:], who)
    return _head(weights, x, rows)


def _enter(weights: Weights, inputs: Floats) -> Floats:
    return np.asarray(inputs @ weights["enter"] + weights["enter_bias"], np.float32)


def _layer(weights: Weights, depth: int, past: Floats, now: Floats, who: Floats) -> Floats:
    """now + relu((past·A + now·B)·(1 + scale) + shift), ``[S, T, H]``; one row of ``past`` may stand for all."""
    x = past @ weights[f"past_{depth}"]
    x += now @ weights[f"now_{depth}"]
    scaled: NDArray[np.float32] = x * (1 + who @ weights[f"scale_{depth}"])[:, None, :]
    scaled += (weights[f"bias_{depth}"] + who @ weights[f"shift_{depth}"])[:, None, :]
    np.maximum(scaled, 0, out=scaled)
    scaled += now
    return scaled


def _head(weights: Weights, x: Floats, rows: slice) -> Floats:
    """``[3, Q, S, T]``: the middle by the shared and the own head, the outer ones by their distances from it."""
    both = x @ weights["head"] + (weights["head_bias"] + weights["own_bias"][rows])[:, None, :]
    low, middle, high = np.moveaxis(both.reshape(*both.shape[:2], 3, -1), (2, 3), (0, 1))
    middle = middle + np.moveaxis(x @ weights["own_head"][rows], 2, 0)
    return np.stack([middle - _softplus(low), middle, middle + _softplus(high)])


def _softplus(x: Floats) -> Floats:
    return np.asarray(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))), np.float32)

"""How are the weights found?  Pinball loss over random objects and weeks, Adam; run as a process of its own.

``python -m cleanheat.diagnosis.network.training FOLDER`` reads the lessons and settings left there, writes a line of
progress for every few steps and leaves ``weights_<origin>.npz``.  This is the only module that imports jax.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import msgspec
import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.network.lessons import Lessons, stretches
from cleanheat.diagnosis.network.settings import Goal, Settings
from cleanheat.diagnosis.network.weights import OWN, Weights, save

REPORT_EVERY = 10
NICENESS = 10
Tree = dict[str, Any]
Report = Callable[[int, int, float], None]


def initial(lessons: Lessons, settings: Settings) -> Weights:
    """He-scaled weights of the shared part; what is an object's own begins at nothing, i.e. as its group."""
    rng = np.random.default_rng(settings.seed)
    h, e, q = settings.channels, settings.embedding, len(lessons.quantities)
    n, groups = lessons.ids.size, int(lessons.group.max(initial=0)) + 1

    def drawn(*shape: int, share: float = 1.0) -> NDArray[np.float32]:
        return np.asarray(rng.standard_normal(shape) * share * np.sqrt(2 / shape[0]), np.float32)

    weights = {"enter": drawn(lessons.inputs.shape[1], h), "enter_bias": np.zeros(h, np.float32)}
    for depth in range(settings.layers):
        weights |= {
            f"past_{depth}": drawn(h, h, share=0.5),
            f"now_{depth}": drawn(h, h, share=0.5),
            f"scale_{depth}": drawn(e, h, share=0.5),
            f"shift_{depth}": drawn(e, h, share=0.5),
            f"bias_{depth}": np.zeros(h, np.float32),
        }
    return weights | {
        "head": drawn(h, 3 * q, share=0.05),
        "head_bias": np.repeat(np.array([1.5, 0.0, 1.5], np.float32), q),
        "group_embedding": drawn(e, groups).T.copy(),
        "own_embedding": np.zeros((n, e), np.float32),
        "own_head": np.zeros((n, h, q), np.float32),
        "own_bias": np.zeros((n, 3 * q), np.float32),
    }


def predicted(w: Tree, inputs: Any, objects: Any, group: Any, layers: int) -> Any:
    """Low, middle, high ``[3, B, T − reach + 1, Q]`` of objects ``[B]`` over their windows ``[B, T, C]``."""
    who = w["group_embedding"][group] * (group >= 0)[:, None] + w["own_embedding"][objects]
    x = inputs @ w["enter"] + w["enter_bias"]
    for depth in range(layers):
        past, now = x[:, : -(2**depth)], x[:, 2**depth :]
        inner = past @ w[f"past_{depth}"] + now @ w[f"now_{depth}"]
        inner = (
            inner * (1 + who @ w[f"scale_{depth}"])[:, None] + (w[f"bias_{depth}"] + who @ w[f"shift_{depth}"])[:, None]
        )
        x = now + jax.nn.relu(inner)
    both = x @ w["head"] + (w["head_bias"] + w["own_bias"][objects])[:, None]
    low, middle, high = jnp.split(both, 3, axis=-1)
    middle = middle + jnp.einsum("bth,bhq->btq", x, w["own_head"][objects])
    return jnp.stack([middle - jax.nn.softplus(low), middle, middle + jax.nn.softplus(high)])


def loss(w: Tree, batch: Tree, goal: Goal) -> Any:
    """Mean pinball loss over known hours; the outer quantiles weigh as much as the middle; own parts are shrunk."""
    said = predicted(w, batch["inputs"], batch["objects"], batch["group"], goal.layers)
    true = batch["residual"]
    known = jnp.isfinite(true) & (jnp.abs(true) < goal.residual_limit)
    off = jnp.where(known, jnp.nan_to_num(true) - said, 0.0)
    level = jnp.array(goal.levels)[:, None, None, None]
    weight = jnp.array([2.0, 1.0, 2.0])[:, None, None, None]
    pinball = weight * jnp.maximum(level * off, (level - 1) * off)
    shrink = sum(jnp.mean(jnp.sum(w[name][batch["objects"]] ** 2, axis=tuple(range(1, w[name].ndim)))) for name in OWN)
    return jnp.sum(pinball) / jnp.maximum(jnp.sum(known), 1) + goal.own_penalty * shrink


@partial(jax.jit, static_argnames="goal", donate_argnums=(0, 1, 2))
def step(w: Tree, first: Tree, second: Tree, batch: Tree, rate: Any, count: Any, goal: Goal) -> Any:
    """One step of Adam."""
    value, slope = jax.value_and_grad(loss)(w, batch, goal)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slope)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, slope)
    size = rate * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    w = jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) + 1e-8), w, first, second)
    return w, first, second, value


@dataclass(frozen=True)
class _Windows:
    """Draws objects and weeks that end before an origin, each object equally often."""

    lessons: Lessons
    settings: Settings
    origin: int

    def __iter__(self) -> Iterator[Tree]:
        lessons, out_h = self.lessons, self.settings.window_h
        rng = np.random.default_rng([self.settings.seed, self.origin])
        length = self.settings.reach_h - 1 + out_h
        begins = np.concatenate([np.arange(a, b - length + 1) for a, b in stretches(lessons.hour[: self.origin])])
        n, size = lessons.ids.size, min(self.settings.objects, lessons.ids.size)
        waiting = np.zeros(0, np.int64)
        while True:
            if waiting.size < size:
                waiting = np.concatenate([waiting, rng.permutation(n)])
            objects, waiting = waiting[:size], waiting[size:]
            hours = rng.choice(begins, size)[:, None] + np.arange(length)
            residual = lessons.residual[:, objects[:, None], hours[:, -out_h:]]
            yield {
                "inputs": lessons.inputs[hours],
                "objects": objects,
                "group": lessons.group[objects],
                "residual": np.moveaxis(residual, 0, -1).astype(np.float32),
            }


def train(lessons: Lessons, settings: Settings, report: Report) -> list[Weights]:
    """Weights as of each origin, earliest first; the later ones go on from the earlier."""
    w: Tree = {name: jnp.asarray(value) for name, value in initial(lessons, settings).items()}
    first, second = jax.tree.map(jnp.zeros_like, w), jax.tree.map(jnp.zeros_like, w)
    every, steps = origins(lessons, settings), settings.steps_for(lessons.ids.size)
    count, found = 0, []
    for turn, origin in enumerate(every, 1):
        windows = iter(_Windows(lessons, settings, origin))
        for _ in range(count, steps * turn // len(every)):
            rate = 0.5 * settings.learning_rate * (1 + np.cos(np.pi * count / steps))
            count += 1
            w, first, second, value = step(w, first, second, next(windows), rate, count, settings.goal)
            if count % REPORT_EVERY == 0:
                report(count, steps, float(value))
        found.append({name: np.asarray(value) for name, value in w.items()})
    return found


def origins(lessons: Lessons, settings: Settings) -> list[int]:
    """Hours before which training must stop: validation blocks follow each other up to the end."""
    return [lessons.hour.size - settings.block_h * (i + 1) for i in reversed(range(settings.origins))]


def main(folder: Path) -> None:
    os.nice(NICENESS)
    settings = msgspec.json.decode((folder / "settings.json").read_bytes(), type=Settings)
    found = train(Lessons.load(folder), settings, lambda *at: print(*at, flush=True))  # noqa: T201 - read by the parent
    for turn, weights in enumerate(found):
        save(folder / f"weights_{turn}.npz", weights)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

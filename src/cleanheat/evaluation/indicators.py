"""The engine of indicator trees: indicator → score function → weight → total → grade, for any subject at once.

A tree is data: its leaves name a measure (an array, one figure a subject) and how the figure earns points; above them
points are averaged by weight.  What a subject has no figure for neither counts nor weighs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cleanheat.calc.scoring import functions
from cleanheat.calc.scoring.grades import Band, check_bands
from cleanheat.calc.scoring.means import weighted_mean
from cleanheat.kernel.errors import invalid

Floats = NDArray[np.float64]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Scoring(_Document):
    """How a figure earns points 0–100; which numbers count depends on ``by``."""

    by: Literal["ratio", "larger", "smaller", "step", "table", "deduction", "rank"] = "ratio"
    low: float = 0.0
    high: float = 1.0
    limit: float = 0.0
    is_floor: bool = True
    edges: tuple[float, ...] = ()
    points: tuple[float, ...] = ()
    points_each: float = 0.0
    most: float | None = None

    @model_validator(mode="after")
    def _works(self) -> Scoring:
        self.of(np.zeros(1))
        return self

    def of(self, figures: Floats) -> Floats:
        return _SCORINGS[self.by](self, figures)


_SCORINGS: Final[Mapping[str, Callable[[Scoring, Floats], Floats]]] = {
    "ratio": lambda _s, x: functions.ratio(x),
    "larger": lambda s, x: functions.larger_is_better(x, s.low, s.high),
    "smaller": lambda s, x: functions.smaller_is_better(x, s.low, s.high),
    "step": lambda s, x: functions.step(x, s.limit, is_floor=s.is_floor),
    "table": lambda s, x: functions.interval_table(x, s.edges, s.points),
    "deduction": lambda s, x: functions.deduction(x, s.points_each, most=s.most),
    "rank": lambda s, x: functions.rank_based(x, larger_wins=s.is_floor),
}


class Indicator(_Document):
    """A leaf with ``measure`` and ``scoring``, or a node with ``children``.  Weight 0: shown, but it does not count."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_.]{0,39}$")
    zh: str = Field(min_length=1, max_length=40)
    weight: float = Field(1.0, ge=0, le=1_000)
    measure: str = ""
    scoring: Scoring = Scoring()
    children: tuple[Indicator, ...] = Field((), max_length=60)

    @model_validator(mode="after")
    def _is_leaf_or_node(self) -> Indicator:
        if bool(self.measure) == bool(self.children):
            raise ValueError(f"指标 {self.zh} 应有计算项或下级指标，二者取一")
        if self.children and not any(c.weight > 0 for c in self.children):
            raise ValueError(f"指标 {self.zh} 的下级权重全为 0")
        return self

    def walk(self) -> Iterator[Indicator]:
        """This indicator and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


class GradeBand(_Document):
    code: str = Field(min_length=1, max_length=4)
    zh: str = Field(max_length=20)
    low: float = Field(ge=0, le=100)


class Scene(_Document):
    """A use of the data with weights of its own: what matters for settlement differs from what dispatch needs."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")
    zh: str = Field(min_length=1, max_length=20)
    weights: Mapping[str, float]

    @model_validator(mode="after")
    def _weighs_something(self) -> Scene:
        if not all(0 <= w <= 1_000 for w in self.weights.values()) or not any(self.weights.values()):
            raise ValueError(f"场景 {self.zh} 的权重应不小于 0 且不全为 0")
        return self


class IndicatorSet(_Document):
    """A whole model: tree, grades, importance of data sets, weights of checks that are no rules, scenes of use."""

    root: Indicator
    grades: tuple[GradeBand, ...] = Field(max_length=10)
    data_sets: Mapping[str, float] = Field(default_factory=dict)
    checks: Mapping[str, float] = Field(default_factory=dict)
    scenes: tuple[Scene, ...] = Field((), max_length=12)

    @model_validator(mode="after")
    def _hangs_together(self) -> IndicatorSet:
        keys = [i.key for i in self.root.walk()]
        if len(set(keys)) != len(keys):
            raise ValueError("指标编码重复")
        if len(keys) > 200:
            raise ValueError("指标不超过 200 项")
        check_bands(self.bands)
        for weights in (self.data_sets, self.checks):
            if not all(0 <= w <= 1_000 for w in weights.values()):
                raise ValueError("权重应在 0–1000 之间")
        known = {c.key for c in self.root.children}
        for scene in self.scenes:
            if unknown := set(scene.weights) - known:
                raise ValueError(f"场景 {scene.zh} 含未知指标 {'、'.join(sorted(unknown))}")
        return self

    @property
    def bands(self) -> tuple[Band, ...]:
        return tuple(Band(g.code, g.zh, g.low) for g in self.grades)

    def in_scene(self, key: str) -> IndicatorSet:
        """The same model with the weights of one scene; empty: as it is."""
        if not key:
            return self
        scene = next((s for s in self.scenes if s.key == key), None)
        if scene is None:
            raise invalid("scene", "没有这个使用场景", key)
        weighed = tuple(c.model_copy(update={"weight": scene.weights.get(c.key, 0.0)}) for c in self.root.children)
        return self.model_copy(update={"root": self.root.model_copy(update={"children": weighed})})


def read_set(document: object) -> IndicatorSet:
    """The model a caller sent or a row holds; Problem naming the field at fault."""
    try:
        return IndicatorSet.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "root"
        raise invalid(where, "评价指标设置有误", str(first["msg"]).removeprefix("Value error, ")) from error


def evaluate(root: Indicator, measures: Mapping[str, Floats], subjects: int) -> dict[str, Floats]:
    """Points of every indicator by its key, ``float64[subjects]``; a measure nobody supplies is missing for all."""
    points: dict[str, Floats] = {}
    _evaluate(root, measures, subjects, points)
    return points


def _evaluate(node: Indicator, measures: Mapping[str, Floats], subjects: int, points: dict[str, Floats]) -> Floats:
    if node.children:
        parts = np.stack([_evaluate(c, measures, subjects, points) for c in node.children], axis=-1)
        made = weighted_mean(parts, [c.weight for c in node.children])
    else:
        figures = measures.get(node.measure)
        made = np.full(subjects, np.nan) if figures is None else node.scoring.of(figures)
    points[node.key] = made
    return made

"""What a flow is: states, transitions, who may take them, forms, counters and clocks, all of it data.

A definition is written as TOML or edited as JSON, checked by these schemas, proved by ``proof`` and kept as a numbered
version; everything with a life is pinned to the version it began under.
"""

from __future__ import annotations

import tomllib
from functools import cache, cached_property
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, model_validator

from cleanheat.infra.sealing import sm3

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Zh = Annotated[str, Field(min_length=1, max_length=40)]
Relation = Literal["creator", "issuer", "holder", "parent", "child", "regulator", "any"]
"""Where an actor stands to an item: made it, issued it, holds it, stands above or below the holder, supervises the
company it concerns, or merely sees it."""
Receiver = Literal["keep", "issuer", "chosen", "parent", "supervisor"]
"""Who holds the item after a step; the supervisor is the organisation of the district it lies in."""
Tone = Literal["neutral", "good", "notice", "warning", "serious", "critical"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class State(_Data):
    """``pauses``: clocks stand still here.  ``is_final``: nothing follows."""

    key: Key
    zh: Zh
    tone: Tone = "neutral"
    is_final: bool = False
    pauses: bool = False


class Who(_Data):
    """One sort of person: all three must fit; an empty list fits everybody."""

    relation: Relation
    levels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class FormField(_Data):
    """One field of a transition's form."""

    key: Key
    zh: Zh
    type: Literal["text", "number", "choice", "organisation"] = "text"
    unit: str = ""
    choices: tuple[str, ...] = ()
    is_required: bool = True
    low: float | None = None
    high: float | None = None
    longest: int = Field(2_000, ge=1, le=10_000)


class Transition(_Data):
    """One action: from any of ``starts`` to ``to`` (empty: the state stays).

    ``who`` empty: the platform alone acts.  ``counts`` raises a counter; once it has reached its cap the action leads
    to ``capped_to``, or is refused if that is empty.  ``asks``/``answers`` open and settle a request (an extension);
    ``extends`` lengthens a clock by the request's ``hours``.
    """

    key: Key
    zh: Zh
    starts: Annotated[tuple[str, ...], Field(min_length=1)]
    to: str = ""
    who: tuple[Who, ...] = ()
    permission: str = ""
    guard: str = ""
    form: tuple[FormField, ...] = ()
    needs_note: bool = False
    least_files: int = Field(0, ge=0, le=20)
    receiver: Receiver = "keep"
    counts: str = ""
    capped_to: str = ""
    asks: str = ""
    answers: str = ""
    extends: str = ""

    def target(self, state: str) -> str:
        return self.to or state


class Counter(_Data):
    """``cap`` 0: none."""

    key: Key
    zh: Zh
    cap: int = Field(0, ge=0, le=100)


class Stage(_Data):
    """What happens along a clock: at ``share`` of its time, plus ``after_min``."""

    key: Key
    zh: Zh
    does: Literal["remind", "overdue", "escalate"]
    share: float = Field(1.0, ge=0, le=10)
    after_min: int = Field(0, ge=0, le=100_000)


class ClockSpec(_Data):
    """A deadline: runs while the item is in one of ``states``; ``minutes`` by level Ⅰ–Ⅳ."""

    key: Key
    zh: Zh
    states: Annotated[tuple[str, ...], Field(min_length=1)]
    minutes: tuple[int, int, int, int]
    calendar: Literal["continuous", "working"] = "continuous"
    stages: tuple[Stage, ...] = ()


class FlowDefinition(_Data):
    """A whole flow; references between its parts are sound once it exists."""

    key: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=40)]
    zh: Zh
    initial: Annotated[tuple[str, ...], Field(min_length=1)]
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    counters: tuple[Counter, ...] = ()
    clocks: tuple[ClockSpec, ...] = ()

    @model_validator(mode="after")
    def _is_sound(self) -> FlowDefinition:
        for noun, things in (("state", self.states), ("transition", self.transitions), ("clock", self.clocks)):
            keys = [thing.key for thing in things]
            if len(set(keys)) != len(keys):
                raise ValueError(f"{noun} declared twice: {sorted({k for k in keys if keys.count(k) > 1})}")
        named = {name for t in self.transitions for name in (*t.starts, t.to, t.capped_to) if name}
        named |= {*self.initial, *(name for c in self.clocks for name in c.states)}
        if unknown := named - {s.key for s in self.states}:
            raise ValueError(f"unknown states: {sorted(unknown)}")
        if unknown := {t.counts for t in self.transitions} - {c.key for c in self.counters} - {""}:
            raise ValueError(f"unknown counters: {sorted(unknown)}")
        if unknown := {t.extends for t in self.transitions} - {c.key for c in self.clocks} - {""}:
            raise ValueError(f"unknown clocks: {sorted(unknown)}")
        return self

    @cached_property
    def state(self) -> dict[str, State]:
        return {s.key: s for s in self.states}

    @cached_property
    def transition(self) -> dict[str, Transition]:
        return {t.key: t for t in self.transitions}

    @cached_property
    def clock(self) -> dict[str, ClockSpec]:
        return {c.key: c for c in self.clocks}

    @cached_property
    def cap(self) -> dict[str, int]:
        return {c.key: c.cap for c in self.counters}

    def leaving(self, state: str) -> tuple[Transition, ...]:
        return tuple(t for t in self.transitions if state in t.starts)


def from_toml(text: str) -> FlowDefinition:
    return FlowDefinition.model_validate(tomllib.loads(text))


def body_of(definition: FlowDefinition) -> str:
    """The one text of a definition: what is stored and fingerprinted."""
    plain: dict[str, Any] = definition.model_dump(mode="json")
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()


def fingerprint(body: str) -> str:
    return sm3(body.encode()).hex()


@cache
def parsed(body: str) -> FlowDefinition:
    """The definition of a stored body; versions never change, so each is read once."""
    return FlowDefinition.model_validate(orjson.loads(body))

"""How would a draft flow run?  Generated walks by people who exist, and last season's timelines tried against it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cleanheat.infra.flow.definition import FlowDefinition, FormField, Transition
from cleanheat.infra.flow.guards import Known, facts_of, holds
from cleanheat.infra.flow.standing import DEADLINE, OPENED, Fact, Standing, begin, is_capped, step
from cleanheat.kernel.time import HOUR_S

MOST_STEPS = 400
Posts = frozenset[tuple[str, str]]
"""(level, role) of people who exist."""
Story = Sequence[tuple[str, Mapping[str, Any]]]
"""The actions of one item with their fields, in order."""


@dataclass
class Walks:
    """What generated orders did: how many ended, in how many steps, what never happened, where nobody could act."""

    orders: int = 0
    ended: int = 0
    steps: int = 0
    longest: int = 0
    states: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    stuck: Counter[str] = field(default_factory=Counter)
    never: tuple[str, ...] = ()


def walk(definition: FlowDefinition, orders: int, seed: int, staffed: Posts | None = None) -> Walks:
    """Take random possible steps with as many orders; ``staffed`` limits who there is (None: everybody)."""
    chance, seen = random.Random(seed), Walks()  # noqa: S311 - a simulation
    for _ in range(orders):
        _one(definition, chance, staffed, seen)
    seen.never = tuple(t.key for t in definition.transitions if t.key not in seen.taken)
    return seen


def _one(definition: FlowDefinition, chance: random.Random, staffed: Posts | None, seen: Walks) -> None:
    level, at_s = chance.randint(1, 4), 0.0
    about = Known(level, from_city=chance.random() < 0.5, in_district=chance.random() < 0.5)
    now = begin(definition, chance.choice(definition.initial), 1, at_s, level)
    seen.orders += 1
    for n in range(MOST_STEPS):
        seen.states[now.state] += 1
        if definition.state[now.state].is_final:
            seen.ended, seen.longest = seen.ended + 1, max(seen.longest, n)
            return
        at_s += chance.expovariate(1 / HOUR_S)
        options = [
            o
            for o in _options(definition, now, replace(about, hours_open=at_s / HOUR_S), chance)
            if _is_staffed(o[0], staffed)
        ]
        if not options:
            seen.stuck[now.state] += 1
            return
        taken, fields = chance.choice(options)
        now = step(definition, now, Fact(at_s, taken.key, level, fields, chance.choice((0, 2, 3))))
        seen.taken[taken.key] += 1
        seen.steps += 1


def _options(
    definition: FlowDefinition, now: Standing, about: Known, chance: random.Random
) -> Iterable[tuple[Transition, dict[str, Any]]]:
    for taken in definition.leaving(now.state):
        fields = {f.key: _some(f, chance) for f in taken.form}
        is_answerable = not taken.answers or taken.answers in now.asked
        is_askable = not taken.asks or taken.asks not in now.asked
        is_refused = is_capped(definition, now, taken) and not taken.capped_to
        facts = facts_of(now, about, fields)
        if is_answerable and is_askable and not is_refused and holds(definition, taken, facts):
            yield taken, fields


def _some(form_field: FormField, chance: random.Random) -> Any:
    if form_field.type == "choice":
        return chance.choice(form_field.choices)
    if form_field.type == "text":
        return "模拟"
    low = form_field.low if form_field.low is not None else 1.0
    return chance.uniform(low, form_field.high if form_field.high is not None else low + 1)


def _is_staffed(taken: Transition, staffed: Posts | None) -> bool:
    if staffed is None or not taken.who:
        return True
    return any(
        (not w.levels or level in w.levels) and (not w.roles or role in w.roles)
        for w in taken.who
        for level, role in staffed
    )


@dataclass(frozen=True)
class Misfit:
    """A past item whose next step the draft would not allow."""

    item_id: int
    step: int
    state: str
    action: str


def rehearse(definition: FlowDefinition, timelines: Mapping[int, Story]) -> list[Misfit]:
    """Try what really happened (item → actions with their fields) on the draft; the first misfit of each item."""
    found = []
    for item_id, told in timelines.items():
        now = None
        for number, (action, fields) in enumerate(told, 1):
            if action == OPENED:
                start = str(fields["standing"]["state"])
                now = begin(definition, start, 1, 0.0, 1) if start in definition.initial else None
            if now is None or not _fits(definition, now, action):
                found.append(Misfit(item_id, number, now.state if now else "", action))
                break
            if action not in {OPENED, DEADLINE}:
                now = step(definition, now, Fact(0.0, action, 1, fields))
    return found


def _fits(definition: FlowDefinition, now: Standing, action: str) -> bool:
    if action in {OPENED, DEADLINE}:
        return True
    taken = definition.transition.get(action)
    if taken is None or now.state not in taken.starts or (taken.answers and taken.answers not in now.asked):
        return False
    return not (is_capped(definition, now, taken) and not taken.capped_to)

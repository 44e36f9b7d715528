"""Is a timeline as it was written?  Each step is sealed over the one before it; the item keeps the last seal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson

from cleanheat.infra.flow.models import FlowItem, FlowStep
from cleanheat.infra.flow.standing import Fact, Standing, replay
from cleanheat.infra.flow.versions import definition_of
from cleanheat.infra.sealing import sm3


def digest(step: FlowStep) -> str:
    """SM3 over the step before and everything this one says."""
    said = [
        step.previous,
        step.item_id,
        step.number,
        round(step.at.timestamp() * 1_000_000),
        step.actor_id,
        step.organisation_id,
        step.action,
        step.from_state,
        step.to_state,
        step.receiver_id,
        step.note,
        step.fields,
        step.files,
        step.key,
    ]
    return sm3(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hex()


def sealed(step: FlowStep, previous: str) -> FlowStep:
    step.previous = previous
    step.digest = digest(step)
    return step


def first_broken(item: FlowItem, steps: Sequence[FlowStep]) -> int | None:
    """The first step that was changed, inserted or follows a removed one; 0 if the tail is cut; None: whole."""
    previous = ""
    for number, step in enumerate(steps, 1):
        if step.number != number or step.previous != previous or step.digest != digest(step):
            return step.number
        previous = step.digest
    return None if (item.steps_count, item.head) == (len(steps), previous) else 0


def replayed(item: FlowItem, steps: Sequence[FlowStep]) -> Standing:
    """The standing that the timeline adds up to."""
    opened = steps[0]
    return replay(definition_of(item.version), Standing.read(opened.fields["standing"]), _facts(item, steps[1:]))


def _facts(item: FlowItem, steps: Iterable[FlowStep]) -> Iterable[Fact]:
    return (Fact(s.at.timestamp(), s.action, item.level, s.fields, s.receiver_id) for s in steps)

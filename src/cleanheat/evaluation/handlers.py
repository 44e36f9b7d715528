"""What evaluation does when the rule library changes: it works out what the change did to the scores."""

from __future__ import annotations

from cleanheat.evaluation import rulebook
from cleanheat.evaluation.models import RuleEffect
from cleanheat.evaluation.periods import newest_complete
from cleanheat.evaluation.queries.indicators import model_of, version_at
from cleanheat.evaluation.vocabulary import Span
from cleanheat.evaluation.whatif import effect_of_rules
from cleanheat.infra import clock
from cleanheat.kernel.time import utc
from cleanheat.quality import public as quality
from cleanheat.quality.events import RulesChanged


def weigh_change(event: RulesChanged) -> None:
    """Score the last whole day by the rules before and after the change; told twice, remembered once."""
    place = {"rule": event.rule, "version": event.version, "change": event.change, "at": utc(event.at)}
    if RuleEffect.objects.filter(**place).exists():
        return
    before, after = rulebook.remembered(), rulebook.in_force()
    rulebook.remember()
    if not before:
        return  # nothing was ever scored by the rules as they were
    weights = [{c.key: c.weight for c in book.values()} for book in (before, after)]
    codes = {*weights[0], *weights[1]}
    old, new = ({code: w.get(code, 0.0) for code in codes} for w in weights)
    now = clock.now()
    effect = effect_of_rules(newest_complete(Span.DAY, now), model_of(version_at(now)), old, new)
    RuleEffect.objects.create(
        **place,
        code=event.code,
        zh=quality.rule_names([event.rule]).get(event.rule, event.code),
        author_id=event.by_user or None,
        effect=effect | {"weight_before": old.get(event.code), "weight_after": new.get(event.code)},
    )

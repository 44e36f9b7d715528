"""What every address of evaluation is asked with: a period, and what the caller may see of it."""

from __future__ import annotations

from typing import Annotated

from ninja import Field, Schema

from cleanheat.evaluation.periods import Period, newest_complete, period_at, period_of
from cleanheat.evaluation.queries.scores import find_round
from cleanheat.evaluation.vocabulary import (
    Span,
)
from cleanheat.infra import clock

VIEW = "evaluation.view"


class PeriodQuery(Schema):
    """``period`` by its key (2026-01-15, 2026-01, 2026-Q1, 2025-S, 2026); empty: the newest that was scored."""

    span: Span = Span.MONTH
    period: Annotated[str, Field(max_length=10)] = ""

    def found(self) -> Period:
        if self.period:
            return period_of(self.span, self.period)
        now = clock.now()
        current = period_at(self.span, now)
        return current if find_round(current) else newest_complete(self.span, now)

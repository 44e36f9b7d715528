"""How good are a resource's data?  The newest quality score that evaluation has of it, if it has one."""

from __future__ import annotations

from collections.abc import Callable

from cleanheat.infra.scope import Scope

Scorer = Callable[[str, Scope], float | None]
_scorers: list[Scorer] = []


def register_scorer(scorer: Scorer) -> None:
    """``scorer(resource key, scope)`` answers 0–100 or ``None``."""
    _scorers.append(scorer)


def score_of(resource: str, scope: Scope) -> float | None:
    return next((found for scorer in _scorers if (found := scorer(resource, scope)) is not None), None)

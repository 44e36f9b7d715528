"""What may other rooms tell diagnosis?  That an alert was handled, and that a new city's past is complete."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import get_user_model

from cleanheat.diagnosis import actions, versions
from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.history import Hours
from cleanheat.diagnosis.service import jobs as service_jobs
from cleanheat.diagnosis.words import OutcomeKind
from cleanheat.telemetry.public import Store

PREFIX = "diagnosis."


def learn_handled(reference: str, source: str, kind: str, number: int, *, is_false_alarm: bool, by_user: int) -> int:
    """People ended an alert of a model: the limits of its object move a step; returns how many objects learned.

    Alerts of others than models, and those that ended by themselves (``by_user`` 0), teach nothing.
    """
    if not by_user or not source.startswith(PREFIX):
        return 0
    user = get_user_model().objects.filter(pk=by_user).first()
    outcome = OutcomeKind.FALSE_ALARM if is_false_alarm else OutcomeKind.CONFIRMED
    return len(actions.learn_outcome(reference, kind, number, source, outcome, user))


def train_first(store: Hours, until: int, progress: Callable[[int, int, str], object]) -> list[str]:
    """Models of every kind that has a past and none yet, in force at once."""
    return versions.train_first(tuple(CIRCUITS), store, until, progress)


def measure_first(store: Store, until: int, progress: Callable[[int, int, str], object]) -> int:
    """Service quality of the last days of a new city's past, so that its first reader finds them; how many they are."""
    return service_jobs.measured(store, until, service_jobs.FIRST_DAYS, progress)

"""The small city with a past, a clock and people; models trained on it where a test asks for them."""

import pytest

from cleanheat.accounts.models import User
from tests.diagnosis.fleet.past import Past


def who(name):
    return User.objects.get(username=name)


@pytest.fixture
def past(city, cast, manual_clock, monkeypatch):
    """What the platform's store holds."""
    made = Past()
    monkeypatch.setattr("cleanheat.diagnosis.jobs.store", lambda: made)
    return made


@pytest.fixture
def models(past):
    """First versions of units and boiler rooms, in force."""
    from cleanheat.diagnosis import versions

    versions.train_first(("boiler", "unit"), past, past.until, lambda *_: None)
    return past

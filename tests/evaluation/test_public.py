"""What other rooms learn of scores."""

import pytest

from cleanheat.catalogue.scores import evaluated, score_of
from cleanheat.evaluation import public
from cleanheat.evaluation.actions import rounds
from cleanheat.evaluation.models import Score
from cleanheat.evaluation.periods import period_of
from cleanheat.infra.scope import EVERYTHING, scope_of


@pytest.fixture
def scored(counted):
    for key in ("2025-11", "2025-12"):
        rounds.compute(period_of("month", key))
    Score.objects.filter(round__period="2025-11").update(total=1.0)
    return counted


def _stored(kind, number, data_set="substation"):
    return Score.objects.get(
        round__period="2025-12", subject_kind=kind, subject_id=number, data_set=data_set
    ).total  # fmt: skip


def test_the_newest_month_of_whoever_asks(scored, cast):
    from cleanheat.accounts.models import User

    def scope(name):
        return scope_of(User.objects.get(username=name))

    assert public.data_set_score("substation", EVERYTHING) == _stored("city", 0)
    assert public.data_set_score("substation", scope("district.reader")) == _stored("city", 0)
    assert public.data_set_score("substation", scope("company.reader")) == _stored("company", 10)
    assert public.data_set_score("plant", scope("company.reader")) is None


@pytest.mark.feature("A7-2")
def test_the_catalogue_shows_the_score_of_a_resource(scored, signed_in):
    shown = signed_in("city.reader").get("/api/v1/catalogue/resources/telemetry.unit").json()
    assert shown["quality_score"] == _stored("city", 0)
    assert score_of("telemetry.unit", EVERYTHING) == shown["quality_score"]
    assert evaluated("panels.alerts", EVERYTHING) is None

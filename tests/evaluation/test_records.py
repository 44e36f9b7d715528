"""Checks of records: laid to those whose records they are, dismissed issues left out, as of the period's end."""

import pytest

from cleanheat.evaluation import rulebook, sources
from cleanheat.evaluation.periods import period_at, period_of
from cleanheat.infra import clock
from cleanheat.kernel.time import utc
from cleanheat.quality.models import CheckRun, RecordIssue, Rule
from cleanheat.quality.public import record_specs
from tests.conftest import EVENING


@pytest.fixture
def checked(city, manual_clock):
    """One rule on substations: 4 checked, 3 hits: company 10 one, company 20 two, of which one was dismissed."""
    spec = next(s for s in record_specs() if s.kind == "archive.substation")
    ticket = next(s for s in record_specs() if s.kind == "complaints.ticket")
    at = utc(EVENING - 3_600)
    counts = {str(spec.number): [4, 3, 0], str(ticket.number): [50, 5, 0]}
    CheckRun.objects.create(started_at=at, finished_at=at, counts=counts)
    rule = Rule.objects.get(number=spec.number)
    for record, company, state in ((1, 10, "open"), (2, 20, "open"), (4, 20, "dismissed")):
        RecordIssue.objects.create(
            rule=rule,
            version=1,
            kind=spec.kind,
            record=record,
            company_id=company,
            state=state,
            first_at=at,
            last_at=at,
        )
    return spec, ticket


def test_records_count_for_those_whose_they_are(checked):
    spec, ticket = checked
    made = sources._records(period_at("day", clock.now()))
    column = next(i for i, c in enumerate(made.asked) if c.number == spec.number)
    rows = dict(
        zip(made.companies.tolist(), zip(made.checks[:, column], made.violations[:, column], strict=True), strict=True)
    )
    assert rows[10] == (2, 1)
    assert rows[20] == (2, 1)
    assert made.asked[column].data_set == "archive"
    hotline = next(i for i, c in enumerate(made.asked) if c.number == ticket.number)
    assert made.checks[made.companies.tolist().index(0), hotline] == 50
    assert made.asked[hotline].data_set.startswith("hotline")


def test_what_was_checked_later_is_not_yet_known(checked):
    assert sources._records(period_of("month", "2025-12")).asked == ()


def test_every_rule_of_the_library_belongs_to_a_data_set(city):
    assert {c.data_set for c in rulebook.in_force().values()} >= {"substation", "room", "archive", "hotline_12319"}

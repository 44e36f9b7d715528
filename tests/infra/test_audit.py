"""The audit chain: every change has its row, and no row can be changed, removed or cut off unnoticed."""

import pytest
from django.db import transaction

from cleanheat.infra import audit
from cleanheat.infra.models import AuditEntry


@pytest.fixture
def chain(db):
    for i in range(4):
        audit.record(None, "accounts.sign_in", "user", i, {"n": i})


def test_record_outside_transaction_is_refused(transactional_db):
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record(None, "a.b", "user", 1)


def test_untouched_chain_is_whole(chain):
    assert audit.first_broken() is None


def test_changed_row_is_found(chain):
    second = AuditEntry.objects.order_by("id")[1]
    AuditEntry.objects.filter(pk=second.pk).update(detail={"n": 99})
    assert audit.first_broken() == second.pk


def test_removed_row_is_found_at_the_next(chain):
    rows = list(AuditEntry.objects.order_by("id"))
    rows[1].delete()
    assert audit.first_broken() == rows[2].pk


def test_cut_tail_is_found(chain):
    AuditEntry.objects.order_by("id").last().delete()
    assert audit.first_broken() == 0


def test_rolled_back_change_leaves_no_row(chain):
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the change and its failure
        audit.record(None, "a.b", "user", 1)
        raise ZeroDivisionError
    assert AuditEntry.objects.count() == 4
    assert audit.first_broken() is None

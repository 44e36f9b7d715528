"""How do tickets get in that were made elsewhere in whole columns (a simulated city's)?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from cleanheat.complaints.models import Ticket
from cleanheat.infra import audit, jobs


@dataclass(frozen=True)
class TicketRow:
    """One ticket whose home is known; ids are ``None`` where they are not."""

    channel: str
    number: str
    received_at: datetime
    closed_at: datetime | None
    caller_name: str
    caller_phone: str
    address: str
    category: str
    content: str
    state: str
    reply: str
    satisfaction: str
    measured_c: float | None
    district_id: int | None
    street_id: int | None
    community_id: int | None
    building_id: int | None
    heat_user_id: int | None
    company_id: int | None
    office_id: int | None
    match_score: float
    repair: str = ""


def load_tickets(rows: Iterable[TicketRow]) -> int:
    """Store tickets that are not there yet; returns how many were offered."""
    tickets = [Ticket(**asdict(row)) for row in rows]
    with transaction.atomic():
        Ticket.objects.bulk_create(tickets, batch_size=500, ignore_conflicts=True)
        audit.record(None, "complaints.load", "complaints.ticket", "*", {"rows": len(tickets)})
    return len(tickets)


def request_judging(start: int, end: int) -> int:
    """Have the tickets of ``[start, end)`` judged in the background; returns the job."""
    return jobs.enqueue("complaints.judge_tickets", {"start": start, "end": end})

"""What do the addresses of orders take and give?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Schema

from cleanheat.infra.flow.actions import Request
from cleanheat.infra.flow.definition import FormField
from cleanheat.infra.scope import scope_of
from cleanheat.kernel.time import LATEST_S
from cleanheat.orders.businesses import seen_by
from cleanheat.orders.queries import OrderFilter

Id = Annotated[int, Field(ge=1, lt=2**63)]


class OrderOut(Schema):
    """One order as lists show it.  ``seen`` (steps so far) goes back with a step, so that two people notice."""

    id: int
    business: str
    business_name: str
    number: str
    title: str
    level: int
    level_name: str
    colour: str
    state: str
    state_name: str
    tone: str
    source: str
    source_name: str
    object_kind: str
    object_number: int
    object_name: str
    company_id: int
    company_name: str
    office_id: int
    district_id: int
    holder_id: int
    holder_name: str
    issuer_id: int
    issuer_name: str
    is_automatic: bool
    is_open: bool
    is_overdue: bool
    was_overdue: bool
    escalation: int
    opened_at: datetime
    due_at: datetime | None
    changed_at: datetime
    closed_at: datetime | None
    feedback_at: datetime | None
    verify_at: datetime | None
    first_pass: bool | None
    seen: int


class OrderPage(Schema):
    total: int
    page: int
    size: int
    rows: list[OrderOut]


class StepFileOut(Schema):
    id: int
    name: str
    kind: str
    sha256: str


class OrderStepOut(Schema):
    """One entry of the timeline; ``actor_name`` empty: the platform."""

    number: int
    at: datetime
    actor_name: str
    organisation_name: str
    action: str
    action_name: str
    from_state: str
    to_state: str
    to_state_name: str
    receiver_name: str
    note: str
    fields: dict[str, Any]
    files: list[StepFileOut]


class ActionOut(Schema):
    """A step the caller may take now, with its form."""

    key: str
    zh: str
    to_state: str
    needs_note: bool
    least_files: int
    form: list[FormField]


class OrderClockOut(Schema):
    """``due_at`` null: standing still with ``left_min`` left."""

    key: str
    zh: str
    due_at: datetime | None
    left_min: int
    is_overdue: bool


class OrderAlertOut(Schema):
    id: int
    object_kind: str
    object_number: int
    object_name: str
    level: int
    state: str
    is_live: bool
    text: str
    first_at: int
    last_at: int
    count: int


class OrderDetail(OrderOut):
    """One order whole.  ``verification``: the numbers of the last check; ``is_intact``: the timeline's seals hold."""

    steps: list[OrderStepOut]
    actions: list[ActionOut]
    clocks: list[OrderClockOut]
    counters: dict[str, int]
    asked: dict[str, dict[str, Any]]
    alerts: list[OrderAlertOut]
    verification: dict[str, Any]
    is_intact: bool


class OrderQuery(Schema):
    """``mine``: held by the caller's own organisation; times in epoch seconds; ``text`` searches number and title."""

    business: Annotated[str | None, Field(max_length=40)] = None
    state: Annotated[str | None, Field(max_length=40)] = None
    is_open: bool | None = None
    is_overdue: bool | None = None
    is_escalated: bool | None = None
    level: Annotated[int | None, Field(ge=1, le=4)] = None
    source: Annotated[str | None, Field(max_length=60)] = None
    company_id: int | None = None
    district_id: int | None = None
    alert_id: Id | None = None
    kind: Annotated[str | None, Field(max_length=16)] = None
    number: int | None = None
    mine: bool = False
    start: Annotated[int | None, Field(ge=0, le=LATEST_S)] = None
    end: Annotated[int | None, Field(ge=0, le=LATEST_S)] = None
    text: Annotated[str | None, Field(max_length=100)] = None
    order: Literal["-opened", "due", "level", "-escalation"] = "-opened"

    def wanted(self, request: HttpRequest) -> OrderFilter:
        own = scope_of(request.user).organisation_id or 0
        same = self.model_dump(exclude={"mine", "order", "business"})
        seen = seen_by(request.user, self.business)
        return OrderFilter(**same, business=seen, held_by=own if self.mine else None)


class OrderPaging(Schema):
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 50


class Counts(Schema):
    """The counter beside the menu."""

    open: int
    overdue: int
    escalated: int
    mine: int
    by_state: dict[str, int]


class NewOrder(Schema):
    """From one alert or several of one company; without a title it is named after the first.

    ``business`` empty: the one that answers for such alerts.
    """

    business: Annotated[str, Field(max_length=40)] = ""
    alert_ids: Annotated[list[Id], Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(max_length=200)] = ""
    note: Annotated[str, Field(max_length=2_000)] = ""
    files: Annotated[list[Id], Field(max_length=20)] = Field(default_factory=list)


class Step(Schema):
    """``key``: the caller's own name of this request, so that a retry is no second step; ``seen``: from the order."""

    action: Annotated[str, Field(max_length=40)]
    note: Annotated[str, Field(max_length=2_000)] = ""
    fields: Annotated[dict[str, Any], Field(max_length=40)] = Field(default_factory=dict)
    files: Annotated[list[Id], Field(max_length=20)] = Field(default_factory=list)
    key: Annotated[str, Field(max_length=64)] = ""
    seen: int | None = None

    def request(self) -> Request:
        return Request(self.action, self.note, self.fields, tuple(self.files), self.key, self.seen)


class BatchStep(Step):
    order_ids: Annotated[list[Id], Field(min_length=1, max_length=200)]


class DoneOut(Schema):
    order_id: int
    is_done: bool
    reason: str


class BusinessOut(Schema):
    """A sort of orders the caller may see."""

    key: str
    zh: str
    may_dispatch: bool
    may_configure: bool

"""What open browsers are told when an alert opens or closes: one JSON event to those who may see it."""

from __future__ import annotations

from dataclasses import asdict

from cleanheat.accounts import public as accounts
from cleanheat.alerts.actions import reconcile
from cleanheat.alerts.events import AlertClosed, AlertOpened
from cleanheat.alerts.vocabulary import AlertState
from cleanheat.diagnosis.events import AdviceHandedOver
from cleanheat.diagnosis.public import ADVICE, learn_handled
from cleanheat.infra import live
from cleanheat.kernel.findings import Finding, Level


def tell_opened(event: AlertOpened) -> None:
    _tell("alert_opened", event)


def tell_closed(event: AlertClosed) -> None:
    _tell("alert_closed", event)


def teach_models(event: AlertClosed) -> None:
    """What people decided about a model's alert moves the limits of its object."""
    learn_handled(
        f"alert:{event.alert_id}",
        event.source,
        event.object_kind,
        event.object_number,
        is_false_alarm=event.state == AlertState.FALSE,
        by_user=event.by_user,
    )


def _tell(sort: str, event: AlertOpened | AlertClosed) -> None:
    about = None if event.object_kind in {"sender", "area"} else (event.object_kind, event.object_number)
    live.send_event({"type": sort, **asdict(event)}, _organisations(event), about)


def _organisations(event: AlertOpened | AlertClosed) -> set[int]:
    """Company, office and sender, and for a whole company's silence the district that supervises it."""
    ids = {event.company_id, event.office_id, event.sender_id}
    if event.object_kind == "sender" and (card := accounts.find_organisation(event.sender_id)):
        ids |= {int(part) for part in card.path.strip("/").split("/") if part}
    return ids - {0}


def open_for_advice(event: AdviceHandedOver) -> None:
    """An advice handed over stands as an alert until people close it; again: the one that stands is kept."""
    found = Finding(ADVICE, event.kind, event.number, Level(event.level), event.since, event.text)
    reconcile([found], event.at, sources=())

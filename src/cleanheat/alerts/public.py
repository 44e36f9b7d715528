"""What other rooms may ask of alerts."""

from cleanheat.alerts.actions import Place, Reconciled, follow_order, reconcile
from cleanheat.alerts.cards import AlertCard, cards, live_ids, source_name, tally, waiting
from cleanheat.alerts.columns import OpenAlerts, begun, begun_count, open_alerts, told
from cleanheat.alerts.queries import Happened, happened, open_by, open_by_level
from cleanheat.alerts.sources import SOURCES, AlertSource
from cleanheat.alerts.vocabulary import AlertState

__all__ = [
    "SOURCES",
    "AlertCard",
    "AlertSource",
    "AlertState",
    "Happened",
    "OpenAlerts",
    "Place",
    "Reconciled",
    "begun",
    "begun_count",
    "cards",
    "follow_order",
    "happened",
    "live_ids",
    "open_alerts",
    "open_by",
    "open_by_level",
    "reconcile",
    "source_name",
    "tally",
    "told",
    "waiting",
]

"""What other rooms may ask of alerts."""

from cleanheat.alerts.actions import Place, Reconciled, reconcile
from cleanheat.alerts.queries import Happened, happened, open_by, open_by_level
from cleanheat.alerts.sources import SOURCES, AlertSource
from cleanheat.alerts.vocabulary import AlertState

__all__ = [
    "SOURCES",
    "AlertSource",
    "AlertState",
    "Happened",
    "Place",
    "Reconciled",
    "happened",
    "open_by",
    "open_by_level",
    "reconcile",
]

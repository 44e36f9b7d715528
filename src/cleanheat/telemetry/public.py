"""What other rooms may ask of telemetry."""

from cleanheat.telemetry.curves import Curve, Line, Stretch, curve, window
from cleanheat.telemetry.latest import Latest, LatestKind, install_latest, latest
from cleanheat.telemetry.store import (
    HourlyMeans,
    LatestRows,
    Ranked,
    Series,
    SignalSeries,
    Store,
    install_store,
    store,
)

__all__ = [
    "Curve",
    "HourlyMeans",
    "Latest",
    "LatestKind",
    "LatestRows",
    "Line",
    "Ranked",
    "Series",
    "SignalSeries",
    "Store",
    "Stretch",
    "curve",
    "install_latest",
    "install_store",
    "latest",
    "store",
    "window",
]

"""What other rooms may ask of telemetry."""

from cleanheat.telemetry.curves import Curve, Line, Stretch, curve, window
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
    "LatestRows",
    "Line",
    "Ranked",
    "Series",
    "SignalSeries",
    "Store",
    "Stretch",
    "curve",
    "install_store",
    "store",
    "window",
]

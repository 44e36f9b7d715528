"""What other rooms may ask of telemetry."""

from cleanheat.telemetry.actions import confirm_values, undo_confirmation
from cleanheat.telemetry.curves import Curve, Line, Stretch, curve, window
from cleanheat.telemetry.enrolment import (
    enrol,
    issue_enrolment_code,
    issue_token,
    open_sessions,
    switch,
    trust_public_key,
)
from cleanheat.telemetry.envelope import SenderSession
from cleanheat.telemetry.gateway import Gateway, Receipt, Traffic, gateway, install_gateway, open_gateway, owners_of
from cleanheat.telemetry.histories import UNREADABLE, Chunk, History
from cleanheat.telemetry.latest import Latest, LatestKind, install_latest, latest
from cleanheat.telemetry.limits import Limits
from cleanheat.telemetry.mapping import HistoryMap, SignalColumn, frame_of, signal_column
from cleanheat.telemetry.marks import Marks, marks
from cleanheat.telemetry.queries import (
    ConfirmationRow,
    MismatchRow,
    RefusedRow,
    confirmation_row,
    connected_since,
    list_confirmations,
    list_mismatches,
    list_refusals,
    objects_of,
)
from cleanheat.telemetry.refetching import STATES as REFETCH_STATES
from cleanheat.telemetry.refetching import RefetchRow, ask_again, end_refetches, list_refetches, open_refetches
from cleanheat.telemetry.refusals import REFUSALS
from cleanheat.telemetry.spool import Segment, Spool
from cleanheat.telemetry.store import (
    HourlyMeans,
    LatestRows,
    ObjectHours,
    Ranked,
    Series,
    SignalSeries,
    Store,
    install_store,
    store,
)
from cleanheat.telemetry.wire import seal_batch

__all__ = [
    "REFETCH_STATES",
    "REFUSALS",
    "UNREADABLE",
    "Chunk",
    "ConfirmationRow",
    "Curve",
    "Gateway",
    "History",
    "HistoryMap",
    "HourlyMeans",
    "Latest",
    "LatestKind",
    "LatestRows",
    "Limits",
    "Line",
    "Marks",
    "MismatchRow",
    "ObjectHours",
    "Ranked",
    "Receipt",
    "RefetchRow",
    "RefusedRow",
    "Segment",
    "SenderSession",
    "Series",
    "SignalColumn",
    "SignalSeries",
    "Spool",
    "Store",
    "Stretch",
    "Traffic",
    "ask_again",
    "confirm_values",
    "confirmation_row",
    "connected_since",
    "curve",
    "end_refetches",
    "enrol",
    "frame_of",
    "gateway",
    "install_gateway",
    "install_latest",
    "install_store",
    "issue_enrolment_code",
    "issue_token",
    "latest",
    "list_confirmations",
    "list_mismatches",
    "list_refetches",
    "list_refusals",
    "marks",
    "objects_of",
    "open_gateway",
    "open_refetches",
    "open_sessions",
    "owners_of",
    "seal_batch",
    "signal_column",
    "store",
    "switch",
    "trust_public_key",
    "undo_confirmation",
    "window",
]

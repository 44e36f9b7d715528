"""Facts that alerts announce."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AlertOpened:
    """A condition was found where none was open.  Times are epoch seconds; the ids say whose it is, 0 = nobody's."""

    alert_id: int
    source: str
    object_kind: str
    object_number: int
    object_name: str
    level: int
    text: str
    at: int
    company_id: int
    office_id: int
    sender_id: int
    district_id: int


@dataclass(frozen=True)
class AlertClosed:
    """An alert came to its end: by itself (``by_user`` 0) or by a person's decision; ``state`` is closed or false."""

    alert_id: int
    source: str
    object_kind: str
    object_number: int
    state: str
    at: int
    by_user: int
    company_id: int
    office_id: int
    sender_id: int
    district_id: int

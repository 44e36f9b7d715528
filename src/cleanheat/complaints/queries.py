"""Which complaints may this scope see, how many of which kind, and how do they look as columns?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from numpy.typing import NDArray

from cleanheat.complaints.models import Ticket, TicketImport
from cleanheat.infra.scope import EVERYTHING, Scope, owned_by
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.time import SHANGHAI, utc


def ticket_rows(scope: Scope) -> Q:
    """The row filter of a scope: tickets of a district, a company, an office; unmatched ones are the city's alone."""
    return owned_by(scope, ("company", "office", "district"))


def tickets(scope: Scope, start: int | None = None, end: int | None = None) -> QuerySet[Ticket]:
    """The scope's tickets received in ``[start, end)``."""
    rows = Ticket.objects.filter(ticket_rows(scope))
    if start is not None:
        rows = rows.filter(received_at__gte=utc(start))
    return rows if end is None else rows.filter(received_at__lt=utc(end))


def received_count(scope: Scope, start: int, end: int) -> int:
    """How many tickets of the scope were received in ``[start, end)``."""
    return tickets(scope, start, end).count()


def counts_by(rows: QuerySet[Ticket], *fields: str) -> dict[tuple[Any, ...], int]:
    """How many tickets of each combination of values."""
    grouped = rows.order_by().values_list(*fields).annotate(n=Count("pk"))
    return {tuple(key): n for *key, n in grouped}


def counts_by_day(rows: QuerySet[Ticket], field: str) -> dict[tuple[Any, Any], int]:
    """(day of Asia/Shanghai, value) → tickets."""
    grouped = rows.order_by().annotate(day=TruncDate("received_at", tzinfo=SHANGHAI)).values_list("day", field)
    return {(day, value): n for day, value, n in grouped.annotate(n=Count("pk"))}


def get_import(scope: Scope, import_id: int) -> TicketImport:
    """A file's report; files hold everybody's complaints, so only who sees all may read it."""
    found = TicketImport.objects.filter(pk=import_id).first() if scope.sees_all else None
    if found is None:
        raise not_found("没有这次导入")
    return found


@dataclass(frozen=True)
class TextColumn:
    """Texts by dictionary: row i says ``words[codes[i]]``; a rule asks once a distinct text."""

    codes: NDArray[np.int32]
    words: list[str]

    def __getitem__(self, row: int) -> str:
        return self.words[int(self.codes[row])]


@dataclass(frozen=True)
class TicketColumns:
    """Tickets as columns, all of one length, by id.

    ``numbers`` are float64 with NaN where nothing is known (times in epoch seconds, references as their numbers, flags
    0/1); ``texts`` are coded, empty where nothing is said.
    """

    ids: NDArray[np.int64]
    numbers: dict[str, NDArray[np.float64]]
    texts: dict[str, TextColumn]

    def __len__(self) -> int:
        return int(self.ids.shape[0])


TEXTS: Final = {
    "channel": "渠道",
    "number": "工单编号",
    "caller_name": "来电人",
    "caller_phone": "来电号码",
    "address": "地址",
    "category": "投诉类型",
    "content": "投诉内容",
    "state": "状态",
    "reply": "答复内容",
    "repair": "维修内容",
    "satisfaction": "满意度",
    "validity": "有效性",
}
NUMBERS: Final = {
    "received_at": "受理时间",
    "closed_at": "办结时间",
    "measured_c": "入户测温",
    "match_score": "地址匹配度",
    "room_temp_c": "当时室温",
    "neighbours_temp_c": "同楼平均室温",
    "supply_temp_c": "当时机组供温",
    "district_id": "区县",
    "community_id": "小区",
    "building_id": "楼宇",
    "heat_user_id": "热用户",
    "company_id": "供热企业",
}
"""Columns of :func:`ticket_columns` with their Chinese names."""


def ticket_columns(
    channel: str = "", start: int | None = None, end: int | None = None, fields: Sequence[str] = ()
) -> TicketColumns:
    """All tickets (of a channel, received in ``[start, end)``) as columns; ``fields`` limits which."""
    rows = tickets(EVERYTHING, start, end)
    if channel:
        rows = rows.filter(channel=channel)
    names = [n for n in (*TEXTS, *NUMBERS) if not fields or n in fields]
    found = list(rows.order_by("id").values_list("id", *names).iterator(chunk_size=5_000))
    ids, *columns = zip(*found, strict=True) if found else ((), *([()] * len(names)))
    by_name = dict(zip(names, columns, strict=True))
    return TicketColumns(
        np.array(ids, np.int64),
        {name: _numbers(column) for name, column in by_name.items() if name in NUMBERS},
        {name: _coded(column) for name, column in by_name.items() if name in TEXTS},
    )


def _numbers(column: Sequence[Any]) -> NDArray[np.float64]:
    return np.array([np.nan if v is None else v.timestamp() if hasattr(v, "timestamp") else v for v in column], float)


def _coded(column: Sequence[str]) -> TextColumn:
    codes: dict[str, int] = {}
    return TextColumn(np.array([codes.setdefault(v, len(codes)) for v in column], np.int32), list(codes))

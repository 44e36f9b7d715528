"""Complaints as records: personal data masked, calibration by people through the form."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import models

from cleanheat.complaints.calibration import half_width, phone_of
from cleanheat.complaints.matching import homes_of
from cleanheat.complaints.models import Ticket
from cleanheat.complaints.queries import NUMBERS, TEXTS, ticket_rows
from cleanheat.complaints.vocabulary import Reason
from cleanheat.infra.resources import Col, resource
from cleanheat.kernel.errors import invalid


def _calibrated(values: dict[str, Any], _user: Any, row: models.Model | None) -> dict[str, Any]:
    """A corrected address is matched anew, a phone takes its form; whoever corrected a field is named in the ticket."""
    if row is None:
        raise invalid("number", "投诉记录只能由热线导入")
    made = dict(values)
    if phone := made.get("caller_phone"):
        made["caller_phone"] = phone_of(str(phone))
        if not made["caller_phone"]:
            raise invalid("caller_phone", "不是电话号码")
    if "address" in made:
        made["address"] = half_width(str(made["address"]))
        made |= asdict(homes_of([made["address"]])[0])
    made["corrections"] = {**getattr(row, "corrections", {}), **dict.fromkeys(values, "人工校准")}
    return made


resource(
    key="complaints.ticket",
    zh="投诉记录",
    model=Ticket,
    columns=(
        Col("channel", "渠道"),
        Col("number", "工单编号"),
        Col("received_at", "受理时间"),
        Col("caller_name", "来电人", sensitivity="person_name"),
        Col("caller_phone", "来电号码", sensitivity="phone"),
        Col("address", "地址", sensitivity="address"),
        Col("category", "投诉类型"),
        Col("content", "投诉内容", sensitivity="free_text", is_sortable=False),
        Col("state", "状态"),
        Col("closed_at", "办结时间"),
        Col("reply", "答复内容", sensitivity="free_text", is_sortable=False),
        Col("repair", "维修内容", sensitivity="free_text", is_sortable=False),
        Col("satisfaction", "满意度"),
        Col("measured_c", "入户测温", "℃"),
        Col("district__name", "区县"),
        Col("company__short_name", "供热企业"),
        Col("community__name", "小区"),
        Col("building__name", "楼宇"),
        Col("match_score", "地址匹配度"),
        Col("validity", "有效性"),
        Col("reasons", "判定依据", is_sortable=False, words=tuple(Reason.choices)),
        Col("room_temp_c", "当时室温", "℃"),
        Col("neighbours_temp_c", "同楼平均室温", "℃"),
        Col("supply_temp_c", "当时机组供温", "℃"),
        Col("corrections", "校准记录", is_sortable=False, words=tuple((TEXTS | NUMBERS).items())),
    ),
    permission="complaints.view",
    edit_permission="complaints.edit",
    form=(
        "caller_name",
        "caller_phone",
        "address",
        "category",
        "content",
        "state",
        "reply",
        "repair",
        "satisfaction",
        "measured_c",
    ),
    scope_by=ticket_rows,
    filters={
        "channel": "equals",
        "category": "equals",
        "state": "equals",
        "validity": "equals",
        "satisfaction": "equals",
        "received_at": "range",
        "district__name": "equals",
        "company__short_name": "equals",
        "match_score": "range",
    },
    search=("number", "community__name", "caller_phone"),
    order=("-received_at",),
    fill=_calibrated,
)

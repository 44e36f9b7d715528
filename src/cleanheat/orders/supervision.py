"""Supervision orders: the business of what models found, verified by what they found since."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from cleanheat.diagnosis import public as diagnosis
from cleanheat.infra.flow.versions import FLOWS, Flow
from cleanheat.orders.businesses import BUSINESSES, Business, Complaint, Recheck

SUPERVISION: Final = "orders.supervision"
SUPERVISION_FLOW = FLOWS.add(
    Flow(
        SUPERVISION,
        Path(str(files("cleanheat.orders").joinpath("supervision_flow.toml"))),
        view_permission="orders.view",
        edit_permission="orders.configure",
    )
)


def ask_diagnosis(about: Complaint, start: int, end: int) -> Recheck | None:
    """Minutes in which the model could judge the same objects, and those of them in which its finding stood."""
    found = diagnosis.recheck(about.source, about.objects, start, end)
    return Recheck(found.judged, found.standing) if found else None


BUSINESS: Final = BUSINESSES.add(
    Business(
        SUPERVISION_FLOW,
        zh="供热督办单",
        letters="DB",
        sources=("",),
        rights="orders",
        path="/orders",
        rejudge=ask_diagnosis,
    )
)

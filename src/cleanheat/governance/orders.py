"""Governance orders: the business of data quality alerts, verified by asking the rule again."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from cleanheat.infra.flow.versions import FLOWS, Flow
from cleanheat.orders.public import BUSINESSES, Business, Complaint, Recheck
from cleanheat.quality import public as quality

ORDER: Final = "governance.order"
ORDER_FLOW = FLOWS.add(
    Flow(
        ORDER,
        Path(str(files("cleanheat.governance").joinpath("order_flow.toml"))),
        view_permission="governance.view",
        edit_permission="governance.configure",
    )
)


def ask_quality(about: Complaint, start: int, end: int) -> Recheck | None:
    """The rule behind the source, asked again of the stored minutes of the same objects."""
    found = quality.recheck(about.source, about.objects, start, end)
    return Recheck(found.checks, found.violations) if found else None


BUSINESS: Final = BUSINESSES.add(
    Business(
        ORDER_FLOW,
        zh="数据治理工单",
        letters="ZL",
        sources=("quality.",),
        rights="governance",
        path="/governance/orders",
        rejudge=ask_quality,
    )
)

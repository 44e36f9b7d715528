"""What other rooms may ask of governance: its orders, by their statistics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanheat.governance.orders import ORDER, ORDER_FLOW
from cleanheat.infra.scope import Scope
from cleanheat.orders import public as orders
from cleanheat.orders.public import By, Sums

__all__ = ["ORDER", "ORDER_FLOW", "Sums", "grouped", "total"]


def total(scope: Scope, start: int, end: int) -> Sums:
    """Governance orders opened in ``[start, end)``."""
    return orders.total(scope, (ORDER,), start, end)


def grouped(scope: Scope, start: int, end: int, by: By) -> Mapping[Any, Sums]:
    """The same by company, rule, level or district; the most orders first."""
    return orders.grouped(scope, (ORDER,), start, end, by)

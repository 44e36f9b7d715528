"""What other rooms may ask of governance."""

from cleanheat.governance.orders import ORDER, ORDER_FLOW
from cleanheat.governance.statistics import Sums, grouped, total

__all__ = ["ORDER", "ORDER_FLOW", "Sums", "grouped", "total"]

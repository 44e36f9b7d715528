"""What other rooms may ask of governance."""

from cleanheat.governance.open_orders import OrderCard, open_orders_of, open_places, raised_count
from cleanheat.governance.orders import ORDER, ORDER_FLOW
from cleanheat.governance.statistics import Sums, grouped, total

__all__ = [
    "ORDER",
    "ORDER_FLOW",
    "OrderCard",
    "Sums",
    "grouped",
    "open_orders_of",
    "open_places",
    "raised_count",
    "total",
]

"""What other rooms may ask of orders."""

from cleanheat.orders.businesses import BUSINESSES, Business, Complaint, Recheck
from cleanheat.orders.open_orders import OrderCard, open_orders_of, open_places, raised_count
from cleanheat.orders.panels import Span, declare_panels, rule_name, span_of
from cleanheat.orders.queries import OrderFilter, counts, select
from cleanheat.orders.statistics import By, Sums, by_state, grouped, total, trend

__all__ = [
    "BUSINESSES",
    "Business",
    "By",
    "Complaint",
    "OrderCard",
    "OrderFilter",
    "Recheck",
    "Span",
    "Sums",
    "by_state",
    "counts",
    "declare_panels",
    "grouped",
    "open_orders_of",
    "open_places",
    "raised_count",
    "rule_name",
    "select",
    "span_of",
    "total",
    "trend",
]

"""What other rooms may ask of orders."""

from cleanheat.orders.businesses import BUSINESSES, Business, Complaint, Recheck
from cleanheat.orders.queries import OrderFilter, counts, select
from cleanheat.orders.statistics import By, Sums, by_state, grouped, total, trend

__all__ = [
    "BUSINESSES",
    "Business",
    "By",
    "Complaint",
    "OrderFilter",
    "Recheck",
    "Sums",
    "by_state",
    "counts",
    "grouped",
    "select",
    "total",
    "trend",
]

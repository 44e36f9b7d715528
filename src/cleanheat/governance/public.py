"""What other rooms may ask of governance."""

from cleanheat.governance.orders import ORDER, ORDER_FLOW

__all__ = ["ORDER", "ORDER_FLOW"]

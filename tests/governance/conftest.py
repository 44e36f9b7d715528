"""The world of orders: governance's panels show them."""

from tests.orders.conftest import order, rechecked, world  # noqa: F401 - fixtures

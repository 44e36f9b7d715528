"""What a panel is: one declaration in its room's ``panels.py``, found everywhere by its key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from ninja import Schema

from cleanheat.infra.panels.kinds import KINDS
from cleanheat.infra.scope import Scope
from cleanheat.kernel.registry import Registry

Resolution = Literal["minute", "hour", "day"]


class Cost(Enum):
    """How long a panel may take on the demo city, in milliseconds of machine time: the contract test measures it."""

    CHEAP = 50
    MEDIUM = 300
    DEAR = 2_000


class NoParams(Schema):
    """A panel that asks nothing more than whose data and when."""


@dataclass(frozen=True)
class PanelQuery:
    """Whose data, of which window ``[start, end)`` (epoch seconds), how fine, and the panel's own parameters."""

    scope: Scope
    start: int
    end: int
    resolution: Resolution
    params: Any = field(default_factory=NoParams)


@dataclass(frozen=True)
class Panel:
    """One panel.

    ``load`` reads within ``query.scope`` and answers with a ``shows``.  ``formula`` and ``source`` are the help text
    behind the title.  ``refresh_s`` (platform seconds) is how long an answer stays good; ``drill`` is the key of the
    panel that opens on a click.  ``reads`` says which data it is made of, for the lineage of the catalogue: keys of
    signals (``telemetry.unit.heat_power_gj_h``), of measured kinds (``telemetry.unit``), of resources
    (``assets.substation``) or of stored tables (``trace_counts``).  ``empty`` tells
    people why there may be nothing to show.
    """

    key: str
    zh: str
    shows: type[Schema]
    load: Callable[[PanelQuery], Schema]
    permission: str
    formula: str
    source: str
    params: type[Schema] = NoParams
    refresh_s: int = 60
    drill: str = ""
    cost: Cost = Cost.CHEAP
    reads: tuple[str, ...] = ()
    empty: str = ""

    def __post_init__(self) -> None:
        if self.shows not in KINDS:
            raise TypeError(f"panel {self.key}: {self.shows.__name__} is no panel kind")


PANELS: Registry[Panel] = Registry("panel")
"""Every declared panel; filled by the rooms' ``panels.py``, frozen by ``screens``."""


def panel(**declaration: Any) -> Panel:
    """Declare a panel: ``panel(key="telemetry.arrival_rate", …)`` with the fields of :class:`Panel`."""
    return PANELS.add(Panel(**declaration))

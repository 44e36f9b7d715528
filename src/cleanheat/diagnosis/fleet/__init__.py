"""The personal parameters of the whole city: trained from history, steered by people, served to every judge."""

from __future__ import annotations

from cleanheat.diagnosis.fleet.fleetwide import Order, fit
from cleanheat.diagnosis.parameters import Parameters


def current(kind: str) -> Parameters | None:
    """The parameters in force for the archive's objects; ``None`` before any version was adopted."""
    from cleanheat.diagnosis.fleet.serving import current as served  # the arrays need neither settings nor database

    return served(kind)


__all__ = ["Order", "current", "fit"]

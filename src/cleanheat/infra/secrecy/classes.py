"""How secret is a kind, a shape, an attribute, an address, and what is a class of client shown?

Everything here answers for a :class:`~cleanheat.infra.scope.Scope`, whose ``view`` names the class of client that asks
(see ``clients``): a kind above its clearance does not exist (``assets.public.visible`` is false for all its objects),
an attribute above it is withheld, positions are told as the middle of a cell.  An empty view is the highest clearance.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid

Floats = NDArray[np.float64]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PRECISE: Final = ""
"""The view of a client from which nothing is withheld."""
METRES_A_DEGREE: Final = 111_320.0
GRID_LATITUDE: Final = 44.0
"""Cells are square here; everywhere in the city within three per cent."""
BASE: Final = "base"
SECTIONS: Final = ("kinds", "shapes", "attributes", "addresses")


class Level(IntEnum):
    PUBLIC = 0
    INTERNAL = 1
    RESTRICTED = 2


@dataclass(frozen=True)
class Classed:
    """One kind, shape, attribute or prefix of addresses."""

    key: str
    zh: str
    level: Level
    least_grid_m: float = 0.0


@dataclass(frozen=True)
class Client:
    """One class of client."""

    key: str
    zh: str
    who: str
    clearance: Level
    grid_m: float


@dataclass(frozen=True)
class Policy:
    """All of it; ``number`` counts the versions of this installation (0: as shipped)."""

    number: int
    clients: Mapping[str, Client]
    classed: Mapping[str, Mapping[str, Classed]]
    networks: Mapping[str, tuple[Network, ...]]

    @property
    def kinds(self) -> Mapping[str, Classed]:
        return self.classed["kinds"]

    @property
    def shapes(self) -> Mapping[str, Classed]:
        return self.classed["shapes"]

    @property
    def attributes(self) -> Mapping[str, Classed]:
        return self.classed["attributes"]

    @property
    def addresses(self) -> Mapping[str, Classed]:
        return self.classed["addresses"]


SHIPPED: Final[Mapping[str, Any]] = tomllib.loads(
    files("cleanheat.infra.secrecy").joinpath("classes.toml").read_text("utf-8")
)


def policy_of(number: int, changes: Mapping[str, Any]) -> Policy:
    """What is shipped with an installation's changes.

    Args:
        changes: ``levels`` (``"kinds.pipe"`` → level), ``grids`` (client → metres), ``networks`` (list → networks).

    Raises:
        Problem: naming the entry that is unknown or no level, grid or network.
    """
    levels, grids, networks = (dict(changes.get(part, {})) for part in ("levels", "grids", "networks"))
    clients = {
        key: Client(key, c["zh"], c["who"], _level(key, c["clearance"]), _grid(key, grids.pop(key, c["grid_m"])))
        for key, c in SHIPPED["clients"].items()
    }
    sections = {section: _section(section, levels) for section in SECTIONS}
    listed = {name: _networks(name, networks.pop(name, told)) for name, told in SHIPPED["networks"].items()}
    if unknown := [*levels, *grids, *networks]:
        raise invalid(unknown[0], "没有这一项", unknown[0])
    return Policy(number, clients, sections, listed)


def _section(section: str, levels: dict[str, str]) -> dict[str, Classed]:
    return {
        key: Classed(
            key, c["zh"], _level(key, levels.pop(f"{section}.{key}", c["level"])), float(c.get("least_grid_m", 0))
        )
        for key, c in SHIPPED[section].items()
    }


def _level(key: str, told: Any) -> Level:
    try:
        return Level[str(told).upper()]
    except KeyError:
        raise invalid(key, "没有这个密级", f"可用: {'、'.join(SHIPPED['levels'])}") from None


def _grid(key: str, told: Any) -> float:
    """The highest class is told places as surveyed, the lowest never: else it would be none."""
    most = {"precise": (0, 0), "plain": (0, 2_000), "coarse": (100, 5_000)}[key]
    if not isinstance(told, int | float) or not most[0] <= told <= most[1]:
        raise invalid(key, "网格大小有误", f"{most[0]}–{most[1]} m")
    return float(told)


def _networks(name: str, told: Any) -> tuple[Network, ...]:
    found = []
    for text in told:
        try:
            found.append(ipaddress.ip_network(str(text).strip(), strict=False))
        except ValueError:
            raise invalid(name, "不是网段", str(text)[:50]) from None
    return tuple(found)


_current: list[Policy] = [policy_of(0, {})]


def current() -> Policy:
    """The policy in force."""
    return _current[0]


def put_in_force(policy: Policy) -> None:
    _current[0] = policy


def view_of(client: Client) -> str:
    """What a scope carries: class and version of the policy, so that nothing kept for one is shown under another."""
    return PRECISE if client.key == "precise" else f"{client.key}-{current().number}"


def client_of(scope: Scope) -> Client:
    return current().clients[scope.view.partition("-")[0] or "precise"]


def hides(kind: str, scope: Scope) -> bool:
    """Is this kind above the client's clearance?  Its objects do not exist then."""
    return bool(scope.view) and _is_above(current().kinds, kind, scope)


def hides_shape(shape: str, scope: Scope) -> bool:
    """Outlines tell exact places: but for the base map, nobody is shown them who is shown no exact places."""
    if not scope.view or _is_above(current().shapes, shape, scope):
        return bool(scope.view)
    return shape != BASE and client_of(scope).grid_m > 0


def withheld(attribute: str, scope: Scope) -> bool:
    """Is an attribute (by its name, or a path that ends in it) above the client's clearance?"""
    name = attribute.rpartition("__")[2]
    classed = current().attributes.get(name)
    return bool(scope.view) and classed is not None and classed.level > client_of(scope).clearance


def closed(path: str, scope: Scope) -> Classed | None:
    """The closed part of the addresses that a path lies in, None where it is open."""
    clearance = client_of(scope).clearance
    return next((a for a in current().addresses.values() if a.level > clearance and path.startswith(a.key)), None)


def _is_above(classed: Mapping[str, Classed], key: str, scope: Scope) -> bool:
    """What nobody has classed is secret: a new kind is shown once somebody has thought about it."""
    level = classed[key].level if key in classed else Level.RESTRICTED
    return level > client_of(scope).clearance


def grid_m(kind: str, scope: Scope) -> float:
    """Side of the cells that positions of a kind are told by, 0 = as surveyed."""
    if not scope.view:
        return 0.0
    own = client_of(scope).grid_m
    return max(own, current().kinds[kind].least_grid_m) if kind in current().kinds else own


def places(kind: str, scope: Scope, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """Positions as the client is told them (WGS-84 degrees); NaN stays NaN."""
    side = grid_m(kind, scope)
    return (longitude, latitude) if side == 0 else snapped(side, longitude, latitude)


def place(kind: str, scope: Scope, longitude: float, latitude: float) -> tuple[float, float]:
    """One position as the client is told it."""
    x, y = places(kind, scope, np.array([longitude]), np.array([latitude]))
    return float(x[0]), float(y[0])


def cell_degrees(side_m: float) -> tuple[float, float]:
    """Width and height of a cell."""
    return side_m / (METRES_A_DEGREE * float(np.cos(np.radians(GRID_LATITUDE)))), side_m / METRES_A_DEGREE


def snapped(side_m: float, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """The middles of the cells that positions lie in: the same for all within a cell, so nothing can be averaged."""
    width, height = cell_degrees(side_m)
    return (np.floor(longitude / width) + 0.5) * width, (np.floor(latitude / height) + 0.5) * height

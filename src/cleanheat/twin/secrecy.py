"""What of the map is cut for a class of client: addresses of tiles, outlines, supply areas, what answers withhold.

**For whoever adds a route or a service** – three calls, and it is cut like everything else:

1. ``scope = scope_of(request.user)``: the middleware ``infra.secrecy.clients.ClientView`` has marked the user with the
   class of his client.  Who finds his user by other means (a socket, an access key) marks him himself:
   ``user = seen_as(user, request.META, request.session)``.
2. ``assets.visible(kind, scope)`` is false for every object of a kind above the client's clearance, as for objects of
   another company; ``scope.key`` differs between classes, so whatever is kept by it is kept apart.
3. Positions go through ``places(kind, scope, longitude, latitude)``, outlines through ``hides_shape`` and attributes
   through ``withheld(name, scope)`` of ``infra.secrecy.classes``; whole tables by :func:`allowed`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from cleanheat.infra.scope import Scope, scope_of
from cleanheat.infra.secrecy import classes
from cleanheat.infra.secrecy.clients import seen_as
from cleanheat.kernel.errors import not_found


@dataclass(frozen=True)
class Allowed:
    """What a request's client may be told: which kinds and shapes, how coarse, and which attributes not."""

    scope: Scope
    client: str
    kinds: frozenset[str]
    shapes: frozenset[str]
    grid_m: Mapping[str, float]
    withheld: frozenset[str]


def allowed(user: Any, request: HttpRequest) -> Allowed:
    """The whole decision for a user and his request, for services that serve tables of their own.

    ``user`` need not be marked yet: he is here, so a user found by an access key may be given as he is.
    """
    scope = scope_of(seen_as(user, request.META, getattr(request, "session", None)))
    policy = classes.current()
    kinds = frozenset(kind for kind in policy.kinds if not classes.hides(kind, scope))
    return Allowed(
        scope,
        classes.client_of(scope).key,
        kinds,
        frozenset(shape for shape in policy.shapes if not classes.hides_shape(shape, scope)),
        {kind: classes.grid_m(kind, scope) for kind in kinds},
        frozenset(name for name in policy.attributes if classes.withheld(name, scope)),
    )


def tag(scope: Scope) -> str:
    """What a class's addresses of tiles and geometry end in; empty for the highest class."""
    return hashlib.sha256(f"view {scope.view}".encode()).hexdigest()[:10] if scope.view else ""


def tagged(version: str, scope: Scope) -> str:
    """A version as it stands in the addresses of the client's class."""
    return f"{version}-{tag(scope)}" if scope.view else version


def untagged(address: str, scope: Scope) -> str:
    """The version of an address of one's own class; another class's address does not exist."""
    version, _, of_class = address.partition("-")
    if of_class != tag(scope):
        raise not_found("没有这个版本的瓦片")
    return version


def check_address(address: str, scope: Scope) -> None:
    """Refuse the scoped address (``queries.address_version``) of another class; one that is only outdated is none."""
    parts = address.split("-")
    if address and (parts[2] if len(parts) > 2 else "") != tag(scope):
        raise not_found("没有这个地址")


def summary(scope: Scope) -> dict[str, Any]:
    """What the map tells its reader about it."""
    client = classes.client_of(scope)
    hidden = [k.zh for key, k in classes.current().kinds.items() if classes.hides(key, scope)]
    return {"client": client.key, "zh": client.zh, "grid_m": client.grid_m if scope.view else 0.0, "hidden": hidden}

"""Whose rows may this user see, and what may he do: the one seam of tenancy.

``infra`` knows organisations only as ids.  Who belongs where is answered by the provider that ``accounts`` registers;
which area ids a district's code stands for, by the resolver that ``assets`` registers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from django.db.models import Q

from cleanheat.kernel.errors import forbidden

Ids = frozenset[int]


@dataclass(frozen=True)
class Scope:
    """The part of the city a user sees.

    Exactly one dimension is set unless ``sees_all``; ``None`` means "not scoped by this dimension".  A scope with
    neither sees nothing.  ``key`` is equal for equal scopes: caches use it.  ``district_ids`` (areas) follow from
    ``district_codes`` (organisations).  ``view`` names the class of client that asks (``infra.secrecy``), "" where
    nothing is withheld; it is part of the key.
    """

    key: str
    organisation_id: int | None = None
    company_ids: Ids | None = None
    office_ids: Ids | None = None
    district_ids: Ids | None = None
    sender_ids: Ids | None = None
    sees_all: bool = False
    district_codes: frozenset[str] | None = None
    view: str = ""


NOBODY = Scope(key="nobody")
EVERYTHING = Scope(key="all", sees_all=True)


class Provider(Protocol):
    """What ``accounts`` answers."""

    def scope_of(self, user: Any) -> Scope: ...

    def may(self, user: Any, permission: str) -> bool: ...


@dataclass
class _Registered:
    provider: Provider | None = None
    districts: Callable[[frozenset[str]], Ids] = field(default=lambda _codes: frozenset())


_registered = _Registered()


def register_provider(provider: Provider) -> None:
    _registered.provider = provider


def register_districts(resolve: Callable[[frozenset[str]], Ids]) -> None:
    """``resolve`` turns six-digit district codes into area ids; called on every use, so it may answer from a cache."""
    _registered.districts = resolve


def district_ids(codes: frozenset[str]) -> Ids:
    """The areas that district codes stand for."""
    return _registered.districts(codes)


def scope_of(user: Any) -> Scope:
    """The user's scope; an anonymous user sees nothing."""
    if _registered.provider is None:
        return NOBODY
    scope = _registered.provider.scope_of(user)
    if scope.district_codes is not None:
        scope = replace(scope, district_ids=district_ids(scope.district_codes))
    view = getattr(user, "client_view", "")
    return replace(scope, view=view, key=f"{scope.key}@{view}") if view else scope


OWNERS: Final = ("company", "office", "district", "sender")


def owned_by(scope: Scope, owners: Sequence[str] = OWNERS) -> Q:
    """The condition on rows that name whom they concern (``company_id`` …, 0 or null: nobody)."""
    if scope.sees_all:
        return Q()
    mine = Q(pk__in=[])
    for owner in owners:
        if ids := getattr(scope, f"{owner}_ids"):
            mine |= Q(**{f"{owner}_id__in": ids - {0}})
    return mine


def may(user: Any, permission: str) -> bool:
    """May the user do this at all (``context.verb``)?  Which rows he may do it to is the scope's answer."""
    return _registered.provider is not None and _registered.provider.may(user, permission)


def require(user: Any, permission: str) -> None:
    if not may(user, permission):
        raise forbidden(detail=permission)

"""Reads of accounts: organisations as a tree held in memory, what a user sees and may do."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from cleanheat.accounts.models import Organisation, User
from cleanheat.accounts.rules import PERMISSIONS, permissions
from cleanheat.accounts.vocabulary import OrganisationKind
from cleanheat.infra.flow.people import Place
from cleanheat.infra.resources import NOTHING
from cleanheat.infra.scope import EVERYTHING, NOBODY, Scope, district_ids


@dataclass(frozen=True)
class OrganisationCard:
    """What other rooms and screens may know of an organisation."""

    id: int
    kind: str
    code: str
    name: str
    short_name: str
    parent_id: int | None
    path: str
    district_code: str


class _Tree:
    """All organisations, read once and dropped when one changes: some hundred rows asked for on every request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cards: dict[int, OrganisationCard] | None = None

    def cards(self) -> dict[int, OrganisationCard]:
        cards = self._cards
        if cards is None:
            with self._lock:
                fields = OrganisationCard.__dataclass_fields__
                cards = {
                    row["id"]: OrganisationCard(**row) for row in Organisation.objects.order_by("path").values(*fields)
                }
                self._cards = cards
        return cards

    def forget(self) -> None:
        with self._lock:
            self._cards = None


_tree = _Tree()
forget_organisations = _tree.forget


def find_organisation(organisation_id: int | None) -> OrganisationCard | None:
    return _tree.cards().get(organisation_id) if organisation_id is not None else None


def short_name(organisation_id: int | None) -> str:
    """What an organisation is called on screens; empty if there is none."""
    card = find_organisation(organisation_id)
    return card.short_name if card else ""


def list_organisations(scope: Scope) -> list[OrganisationCard]:
    """The organisations a scope sees, parents before children: one's own subtree, and the chain above it."""
    own = find_organisation(scope.organisation_id)
    if scope.sees_all:
        return list(_tree.cards().values())
    if own is None:
        return []
    above = {int(i) for i in own.path.strip("/").split("/")}
    return [c for c in _tree.cards().values() if c.path.startswith(own.path) or c.id in above]


def organisation_rows(scope: Scope) -> Q:
    """The same decision as a row filter on :class:`Organisation`."""
    return Q(pk__in=[c.id for c in list_organisations(scope)]) if not scope.sees_all else Q()


def user_rows(scope: Scope) -> Q:
    """Users of one's own organisation and those below it."""
    own = find_organisation(scope.organisation_id)
    if scope.sees_all:
        return Q()
    return Q(organisation__path__startswith=own.path) if own else NOTHING


def scope_of(user: Any) -> Scope:
    """City: everything; district: its district; company, office, other sender: its own."""
    if not getattr(user, "is_active", False):
        return NOBODY
    own = find_organisation(user.organisation_id)
    if own is None:
        return EVERYTHING if user.is_superuser else NOBODY
    ids = frozenset({own.id})
    match own.kind:
        case OrganisationKind.CITY:
            return Scope(key="all", organisation_id=own.id, sees_all=True)
        case OrganisationKind.DISTRICT:
            codes = frozenset({own.district_code})
            return Scope(key=f"district:{own.district_code}", organisation_id=own.id, district_codes=codes)
        case OrganisationKind.COMPANY:
            return Scope(key=f"company:{own.id}", organisation_id=own.id, company_ids=ids)
        case OrganisationKind.OFFICE:
            return Scope(key=f"office:{own.id}", organisation_id=own.id, office_ids=ids)
    return Scope(key=f"sender:{own.id}", organisation_id=own.id, sender_ids=ids)


def permissions_of(user: Any) -> frozenset[str]:
    if not getattr(user, "is_active", False):
        return frozenset()
    if user.is_superuser:
        return frozenset(PERMISSIONS)
    own = find_organisation(user.organisation_id)
    return permissions(own.kind, user.role) if own else frozenset()


def may(user: Any, permission: str) -> bool:
    return permission in permissions_of(user)


def find_user(user_id: int) -> User | None:
    return User.objects.filter(pk=user_id, is_active=True).first()


class FlowDirectory:
    """What flows ask of accounts: where somebody works, who stands above whom, which posts are filled."""

    def place_of(self, user: Any) -> Place | None:
        own = find_organisation(getattr(user, "organisation_id", None))
        return Place(own.id, own.kind, user.role) if own and user.is_active else None

    def chain_of(self, organisation_id: int) -> tuple[int, ...]:
        card = find_organisation(organisation_id)
        return tuple(int(part) for part in card.path.strip("/").split("/")) if card else ()

    def supervisor_of(self, district_id: int) -> int:
        districts = (o for o in _tree.cards().values() if o.kind == OrganisationKind.DISTRICT)
        return next((o.id for o in districts if district_id in district_ids(frozenset({o.district_code}))), 0)

    def staffed(self) -> frozenset[tuple[str, str]]:
        filled = User.objects.filter(is_active=True, organisation__isnull=False)
        return frozenset(filled.values_list("organisation__kind", "role").distinct())

"""Whose is an object: the company, office, sender and district that a finding about it concerns."""

from __future__ import annotations

from dataclasses import dataclass

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive


@dataclass(frozen=True)
class Owner:
    company_id: int = 0
    office_id: int = 0
    sender_id: int = 0
    district_id: int = 0


def owner_of(archive: Archive, kind: str, number: int) -> Owner:
    """Owner by the archive's links; nobody for an object that it does not know."""
    if kind == "sender":
        return _sender(archive, number)
    if kind == "area":
        return Owner(**assets.owners_of_area(archive, number))
    table = archive[kind]
    if not 0 < number < table.size:
        return Owner()
    links = {
        name: int(table.links[name][number])
        for name in ("company", "office", "sender", "district")
        if name in table.links
    }
    return Owner(links.get("company", 0), links.get("office", 0), links.get("sender", 0), links.get("district", 0))


def _sender(archive: Archive, number: int) -> Owner:
    """A company sends under its own id; its district is the one that supervises it, the one that is told of it."""
    stations = archive["substation"]
    is_company = bool((stations.links["company"][stations.numbers] == number).any())
    return Owner(number if is_company else 0, 0, number, _supervised_by(number))


def _supervised_by(sender: int) -> int:
    """Area of the district that a sender belongs to, 0 if it belongs to the city as a whole."""
    card = accounts.find_organisation(sender)
    if card is None or not card.district_code:
        return 0
    return next(iter(assets.district_ids(frozenset({card.district_code}))), 0)


def organisation_name(number: int) -> str:
    card = accounts.find_organisation(number)
    return card.name if card else ""

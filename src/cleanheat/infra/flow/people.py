"""Who may take a step: organisation level × role × relation to the item, asked of a provider.

``infra`` knows organisations only as ids; ``accounts`` registers who belongs where.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cleanheat.infra.flow.definition import FlowDefinition, Transition, Who
from cleanheat.infra.scope import Scope


@dataclass(frozen=True)
class Place:
    """Where a person works and as what."""

    organisation_id: int
    level: str
    role: str


class Directory(Protocol):
    """What ``accounts`` answers."""

    def place_of(self, user: Any) -> Place | None: ...

    def chain_of(self, organisation_id: int) -> tuple[int, ...]:
        """Ids from the root down to the organisation itself; empty if there is none."""
        ...

    def supervisor_of(self, district_id: int) -> int:
        """The organisation that supervises an area; 0 if there is none."""
        ...

    def staffed(self) -> frozenset[tuple[str, str]]:
        """Every (level, role) that somebody active has."""
        ...


class _Nobody:
    def place_of(self, user: Any) -> Place | None:  # noqa: ARG002
        return None

    def chain_of(self, organisation_id: int) -> tuple[int, ...]:  # noqa: ARG002
        return ()

    def supervisor_of(self, district_id: int) -> int:  # noqa: ARG002
        return 0

    def staffed(self) -> frozenset[tuple[str, str]]:
        return frozenset()


_registered: list[Directory] = [_Nobody()]


def register_directory(directory: Directory) -> None:
    _registered[0] = directory


def directory() -> Directory:
    return _registered[0]


@dataclass(frozen=True)
class Parties:
    """The organisations and the person an item names."""

    creator_id: int
    issuer_id: int
    holder_id: int


def relations(user_id: int, place: Place, scope: Scope, parties: Parties) -> frozenset[str]:
    """How somebody who sees the item stands to it."""
    above = directory().chain_of(parties.holder_id)[:-1]
    own_chain = directory().chain_of(place.organisation_id)[:-1]
    held = {
        "any": True,
        "creator": user_id == parties.creator_id,
        "issuer": place.organisation_id == parties.issuer_id,
        "holder": place.organisation_id == parties.holder_id,
        "parent": place.organisation_id in above,
        "child": parties.holder_id in own_chain,
        "regulator": scope.sees_all or scope.district_codes is not None,
    }
    return frozenset(name for name, holds in held.items() if holds)


def fits(who: Iterable[Who], place: Place, related: frozenset[str]) -> bool:
    return any(
        w.relation in related and (not w.levels or place.level in w.levels) and (not w.roles or place.role in w.roles)
        for w in who
    )


def unstaffed(definition: FlowDefinition, staffed: frozenset[tuple[str, str]]) -> Mapping[str, str]:
    """States that nobody employed could leave: state → Chinese reason.  Relations aside, as they differ by item."""

    def somebody(taken: Transition) -> bool:
        return any(
            (not w.levels or level in w.levels) and (not w.roles or role in w.roles)
            for w in taken.who
            for level, role in staffed
        )

    return {
        s.key: f"状态“{s.zh}”没有在岗人员可办理"
        for s in definition.states
        if not s.is_final and not any(somebody(t) for t in definition.leaving(s.key))
    }

"""Which sorts of orders are there?  Each with its flow, the alerts it answers for, and who checks that it helped.

Data governance and supervision declare themselves here; lists, steps, statistics and verification serve them alike.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

from cleanheat.infra.flow.versions import Flow
from cleanheat.infra.scope import may, require
from cleanheat.kernel.errors import forbidden
from cleanheat.kernel.registry import Registry


@dataclass(frozen=True)
class Complaint:
    """What an order is about: the source of its alerts, and the objects (kind, number) they were raised for."""

    source: str
    objects: Collection[tuple[str, int]]
    company_id: int


@dataclass(frozen=True)
class Recheck:
    """How often the rule or model was asked since, and how often it was not fulfilled."""

    checks: int
    violations: int


class Rejudge(Protocol):
    """Ask the rule or model again over ``[start, end)``; None: this source cannot be asked again."""

    def __call__(self, about: Complaint, start: int, end: int) -> Recheck | None: ...


@dataclass(frozen=True)
class Business:
    """A sort of order, named by the key of its flow.

    ``sources``: prefixes of the alerts it answers for; of those of all businesses the longest that fits counts.
    ``letters`` begin its order numbers.  ``rights``: its permissions are ``{rights}.view``, ``.handle``,
    ``.dispatch`` and ``.configure``.  ``path``: where people look at its orders.
    """

    flow: Flow
    zh: str
    letters: str
    sources: tuple[str, ...]
    rights: str
    path: str
    rejudge: Rejudge

    @property
    def key(self) -> str:
        return self.flow.key

    def right(self, verb: str) -> str:
        return f"{self.rights}.{verb}"


BUSINESSES: Registry[Business] = Registry("business")


def business_for(source: str) -> Business | None:
    """The business that answers for alerts of this source."""
    fitting = [(len(p), b) for b in BUSINESSES for p in b.sources if source.startswith(p)]
    return max(fitting, key=lambda pair: pair[0], default=(0, None))[1]


def seen_by(user: Any, wanted: str | None = None) -> tuple[str, ...]:
    """Keys of the businesses whose orders a user may see (of ``wanted`` alone, where one is asked for)."""
    if wanted is not None and wanted in BUSINESSES:
        require(user, BUSINESSES[wanted].right("view"))
        return (wanted,)
    seen = tuple(b.key for b in BUSINESSES if may(user, b.right("view")))
    if not seen:
        raise forbidden("没有查看工单的权限")
    return () if wanted is not None else seen

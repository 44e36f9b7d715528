"""What a resource is: a kind of plain record that people list, filter, edit, import and export, declared once.

Anything with a workflow (alerts, orders, plans) is not a resource.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import models

from cleanheat.infra.masking import MASKS
from cleanheat.infra.scope import Scope
from cleanheat.kernel.registry import Registry

FilterKind = Literal["equals", "range", "contains"]
NOTHING = models.Q(pk__in=[])


@dataclass(frozen=True)
class Col:
    """One column: ``path`` is a model field, or a path along foreign keys (``company__short_name``; then read-only).

    Type and choices come from the model; ``zh`` and ``unit`` are for people.  ``choices_from`` names the resource whose
    rows a foreign key in a form may point to.  ``sensitivity`` names a class of ``infra.masking``: what leaves of it is
    masked.  ``words`` says what the codes in a JSON column stand for.
    """

    path: str
    zh: str
    unit: str = ""
    choices_from: str = ""
    is_sortable: bool = True
    sensitivity: str = ""
    words: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.sensitivity and self.sensitivity not in MASKS:
            raise ValueError(f"column {self.path}: no such class of personal data {self.sensitivity!r}")

    @property
    def can_sort(self) -> bool:
        """The order of masked values would tell them, one comparison at a time."""
        is_masked = bool(self.sensitivity) and not MASKS[self.sensitivity].only_shared
        return self.is_sortable and not is_masked


@dataclass(frozen=True)
class Resource:
    """One resource.

    ``scope_by(scope)`` is the row filter of reads *and* writes; ``Q()`` for everything, ``NOTHING`` for nothing.
    ``form`` names the columns people may set, in form order; empty: read-only.  ``permission`` is needed to read,
    ``edit_permission`` to write.  ``identity`` is the unique column by which an import recognises a row it changes.
    ``fill(values, user, row)`` may complete or refuse the values before they are saved; ``row`` is None on create.
    """

    key: str
    zh: str
    model: type[models.Model]
    columns: tuple[Col, ...]
    permission: str
    scope_by: Callable[[Scope], models.Q]
    edit_permission: str = ""
    form: tuple[str, ...] = ()
    filters: Mapping[str, FilterKind] = field(default_factory=dict)
    search: tuple[str, ...] = ()
    order: tuple[str, ...] = ("pk",)
    identity: str = ""
    fill: Callable[[dict[str, Any], Any, models.Model | None], dict[str, Any]] | None = None

    def column(self, path: str) -> Col:
        return next(c for c in self.columns if c.path == path)

    @property
    def may_edit(self) -> bool:
        return bool(self.form and self.edit_permission)


RESOURCES: Registry[Resource] = Registry("resource")
"""Every declared resource; filled by the rooms' ``resources.py``, frozen by ``screens``."""


def resource(**declaration: Any) -> Resource:
    """Declare a resource: ``resource(key="assets.substation", …)`` with the fields of :class:`Resource`."""
    return RESOURCES.add(Resource(**declaration))

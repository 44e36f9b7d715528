"""Which known object does a record without a code mean?  The one of the same name in the same place of the tree.

So that a file imported twice changes nothing the second time.  Objects that several known ones could be are left as
doubts; likeness of names is a matter of matching, not of importing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from cleanheat.assets.importing.converting import Fault
from cleanheat.assets.queries import MODELS
from cleanheat.assets.record_fields import IDENTITY

NATURAL_KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "plant": ("name",),
        "branch": ("plant_id", "name"),
        "boiler": ("company_id", "name"),
        "substation": ("company_id", "name"),
        "unit": ("substation_id", "name"),
        "community": ("district_id", "name"),
        "building": ("community_id", "name"),
        "heat_user": ("building_id", "stair", "door"),
        "room": ("user_id",),
        "device": ("village_id", "name"),
        "weather": ("name",),
    }
)
"""What tells objects of a kind apart besides the code; kinds that are not here are told by their code alone."""
_WHOLE_TABLE: Final = 2_000


def identify(kind: str, records: Sequence[dict[str, Any]], faults: Sequence[list[Fault]]) -> None:
    """Give records without a code the ``number`` of the object they mean, in place."""
    keys = NATURAL_KEYS.get(kind)
    if not keys:
        return
    open_ = [i for i, r in enumerate(records) if not r.get(IDENTITY) and all(r.get(k) is not None for k in keys)]
    known = _known(kind, keys, {records[i][keys[0]] for i in open_})
    told: set[tuple[Any, ...]] = set()
    for i in open_:
        means = tuple(records[i][k] for k in keys)
        numbers = known.get(means, ())
        if means in told:
            faults[i].append((keys[-1], "与文件中前面的一行重复"))
        elif len(numbers) == 1:
            records[i]["number"] = numbers[0]
        elif numbers:
            faults[i].append((IDENTITY, f"档案中有 {len(numbers)} 个同名对象，请填统一编码"))
        told.add(means)


def _known(kind: str, keys: Sequence[str], first: set[Any]) -> dict[tuple[Any, ...], list[int]]:
    rows = MODELS[kind]._default_manager.order_by()
    if len(first) <= _WHOLE_TABLE:
        rows = rows.filter(**{f"{keys[0]}__in": first})
    known: dict[tuple[Any, ...], list[int]] = {}
    for number, *values in rows.values_list("pk", *keys).iterator(chunk_size=20_000):
        known.setdefault(tuple(values), []).append(number)
    return known

"""What may people see of service and of heat users?  Rows in order, demands, homes by tag and sort, one portrait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.complaints import public as complaints
from cleanheat.diagnosis.rooms import kept
from cleanheat.diagnosis.rooms.now import running
from cleanheat.diagnosis.rooms.queries import told
from cleanheat.diagnosis.service import portraits, sorts
from cleanheat.diagnosis.service.homes import FEATURES, Homes, homes
from cleanheat.diagnosis.service.models import Feedback, QualityRequest
from cleanheat.diagnosis.service.quality import Quality
from cleanheat.diagnosis.vocabulary import BY_CODE, State
from cleanheat.infra import clock
from cleanheat.infra.masking import masked
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.time import DAY_S, MINUTE_S, season_of

LONGEST_S: Final = 3 * 366 * DAY_S
TREND_DAYS: Final = {"day": 30, "week": 84, "month": 365}
KEPT_S: Final = 15 * MINUTE_S
_ORDERS: Final = ("score", "qualified", "like_for_like", "coverage", "mean_c", "short_k", "rooms", "complaints", "name")


def ordered(rows: Sequence[Quality], order: str) -> list[Quality]:
    """By one column, ``-`` in front for descending; what is unknown comes last either way."""
    column = order.removeprefix("-")
    if column not in _ORDERS:
        raise invalid("order", "不能按此列排序", "、".join(_ORDERS))
    known = [r for r in rows if getattr(r, column) is not None]
    known.sort(key=lambda r: getattr(r, column), reverse=order.startswith("-"))
    return known + [r for r in rows if getattr(r, column) is None]


def demands(scope: Scope) -> list[QualityRequest]:
    masks = {kind: assets.visible(kind, scope) for kind in ("building", "community", "substation")}
    rows = QualityRequest.objects.all()[:1_000]
    return [r for r in rows if r.object_number < masks[r.object_kind].size and masks[r.object_kind][r.object_number]]


class _Kept:
    """What is known of all homes, read anew every quarter of an hour: fees and calls are a hundred thousand rows."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.key: tuple[Any, ...] = ()
        self.homes: Homes | None = None


_kept = _Kept()


def all_homes() -> Homes:
    archive, now, live = assets.archive(), int(clock.now()), running()
    folder = Path(settings.DATA_DIR)
    live = live if live is not None and live.matches(archive) else None
    key = (archive.version, str(folder), now // KEPT_S, id(live), kept.last_change(folder))
    with _kept.lock:
        if _kept.homes is None or _kept.key != key:
            models = kept.current(folder, archive["room"].size)
            _kept.homes, _kept.key = homes(archive, models, live, now), key
        return _kept.homes


def forget() -> None:
    """Drop what is kept (after people's changes, and in tests)."""
    with _kept.lock:
        _kept.homes = None


def _seen(scope: Scope, found: Homes) -> NDArray[np.bool_]:
    return assets.visible("heat_user", scope)[found.user]


@dataclass(frozen=True)
class HomesWanted:
    """Which homes: all that are given must hold."""

    tag: str = ""
    sort: int | None = None
    company: int | None = None
    district: int | None = None
    building: int | None = None
    limit: int = 50
    offset: int = 0


def homes_page(scope: Scope, wanted: HomesWanted) -> dict[str, Any]:
    found = all_homes()
    if wanted.tag and wanted.tag not in portraits.RULES:
        raise invalid("tag", "没有这个标签", "、".join(portraits.RULES))
    rows = _seen(scope, found)
    links = assets.archive()["heat_user"].links
    for link in ("company", "district", "building"):
        if (number := getattr(wanted, link)) is not None:
            rows = rows & (links[link][found.user] == number)
    held = portraits.holding(found)
    if wanted.tag:
        rows = rows & held[wanted.tag]
    if wanted.sort is not None:
        rows = rows & (_sort_of(found) == wanted.sort)
    at = np.flatnonzero(rows)
    page = at[np.argsort(found.values["mean_c"][at], kind="stable")][wanted.offset : wanted.offset + wanted.limit]
    names = assets.names("building", found.building[page].tolist())
    return {"total": int(at.size), "rows": [_home(found, held, int(i), n) for i, n in zip(page, names, strict=True)]}


def _home(found: Homes, held: dict[str, NDArray[np.bool_]], i: int, name: str) -> dict[str, Any]:
    return {
        "user": int(found.user[i]), "room": int(found.room[i]), "name": name,
        "state_zh": BY_CODE[int(found.state[i])].zh, "mean_c": told(found.values["mean_c"][i], 1),
        "class_k": told(found.values["class_k"][i], 1), "calls": int(found.values["calls"][i]),
        "owes_yuan": told(found.owes[i], 2), "tags": [portraits.RULES[k].zh for k, h in held.items() if h[i]],
    }  # fmt: skip


def _sort_of(found: Homes) -> NDArray[np.int64]:
    """The sort of each home, −1 where nobody knows."""
    made = sorts.current(Path(settings.DATA_DIR))
    out = np.full(found.user.size, -1, np.int64)
    if made is not None and made.user.size:
        at = np.minimum(np.searchsorted(made.user, found.user), made.user.size - 1)
        out = np.where(made.user[at] == found.user, made.of[at], -1)
    return out


def tag_counts(scope: Scope) -> dict[str, Any]:
    found, made = all_homes(), sorts.current(Path(settings.DATA_DIR))
    seen, held, of = _seen(scope, found), portraits.holding(found), _sort_of(found)
    return {
        "homes": int(seen.sum()),
        "tags": [
            {"key": key, "zh": rule.zh, "tone": rule.tone, "is_latent": rule.is_latent,
             "count": int((held[key] & seen).sum())}
            for key, rule in portraits.RULES.items()
        ],
        "sorts": [
            {"sort": i, "name": name, "count": int((seen & (of == i)).sum()), "features": features}
            for i, (name, features) in enumerate(zip(made.names, made.features, strict=True))
        ] if made else [],
        "silhouette": made.silhouette if made else None,
        "sorted_at": made.at if made else None,
    }  # fmt: skip


def special_rows(scope: Scope) -> list[dict[str, Any]]:
    found, words = all_homes(), assets.code_words("position")
    return [asdict(row) | {"zh": words[row.position]} for row in portraits.special(found, _seen(scope, found))]


def portrait(user: int) -> dict[str, Any]:
    """One heat user; the caller has checked that he may be seen."""
    found, archive = all_homes(), assets.archive()
    row, users = found.row_of(user), archive["heat_user"]
    building = int(users.links["building"][user])
    state = State.UNKNOWN if row is None else BY_CODE[int(found.state[row])]
    made = sorts.current(Path(settings.DATA_DIR))
    sort = made.of_user(user) if made else None
    energy = int(np.nan_to_num(archive["building"].values["energy_class"][building]))
    return {
        "user": user,
        "room": None if row is None else int(found.room[row]),
        "name": assets.names("building", [building])[0],
        "company": accounts.short_name(int(users.links["company"][user])),
        "building": building,
        "position": assets.code_words("position").get(int(np.nan_to_num(users.values["position"][user])), ""),
        "energy_class": assets.code_words("energy_class").get(energy, ""),
        "real_state": assets.user_state(user),
        "has_sensor": row is not None,
        "state": state.value,
        "state_zh": state.zh if row is not None else "无测点",
        "sort": made.names[sort] if made and sort is not None else None,
        "features": _features(found, row, made.features[sort] if made and sort is not None else {}),
        "tags": [asdict(tag) for tag in portraits.tags(found, row)] if row is not None else [],
        "fees": _fees(user),
        "calls": _calls(user),
        "feedback": _feedback(user),
    }


def _features(found: Homes, row: int | None, of_sort: dict[str, float | None]) -> list[dict[str, Any]]:
    return [
        {"key": key, "zh": zh, "unit": unit, "decimals": decimals, "sort": of_sort.get(key),
         "value": None if row is None else told(found.values[key][row], 3)}
        for key, (zh, unit, decimals) in FEATURES.items()
    ]  # fmt: skip


def _fees(user: int) -> list[dict[str, Any]]:
    found = assets.fee_columns(users=[user])
    rows = zip(found.season_year.tolist(), found.due_yuan, found.paid_yuan, found.late_days, strict=True)
    return [
        {"season_year": year, "due_yuan": float(due), "paid_yuan": float(paid), "late_days": told(late, 0)}
        for year, due, paid, late in rows
    ]


def _calls(user: int) -> list[dict[str, Any]]:
    """This season's calls of the user, newest first; what was said stays with the complaints."""
    now = int(clock.now())
    fields = ("received_at", "category", "validity", "satisfaction", "heat_user_id")
    found = complaints.ticket_columns(start=season_of(now).start, end=now, fields=fields)
    at = np.flatnonzero(found.numbers["heat_user_id"] == user)[::-1]
    words = {"category": complaints.Category, "validity": complaints.Validity, "satisfaction": complaints.Satisfaction}
    return [
        {"received_at": int(found.numbers["received_at"][i])}
        | {name: str(choices(found.texts[name][int(i)]).label) for name, choices in words.items()}
        for i in at
    ]


def _feedback(user: int) -> list[str]:
    rows = Feedback.objects.filter(heat_user_id=user)[:20]
    return [
        f"{row.visited_on:%Y-%m-%d} {row.get_satisfaction_display()} {masked('free_text', row.content)}".strip()
        for row in rows
    ]

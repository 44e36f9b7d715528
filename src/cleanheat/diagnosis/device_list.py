"""Which rural devices have something, and how do the platforms they belong to stand?  Read from the live arrays."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.diagnosis.live.devices_now import DevicesNow
from cleanheat.diagnosis.live.installed import running
from cleanheat.diagnosis.vocabulary import BY_CODE, State
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid

TROUBLES: Final = tuple(s for s in State if s.level is not None)
_WORST_VILLAGES: Final = 50
_MEANS: Final = ("duty_day", "starts_h", "room_c", "lift_k")
Page = dict[str, Any]


def device_page(scope: Scope, state: str | None, sender: int | None, start: int, size: int) -> Page:
    """Devices the scope sees, those that have had it longest first; empty while no line runs."""
    wanted = _codes(state)
    live = running()
    model = live.models.get("device") if live else None
    if not isinstance(model, DevicesNow):
        return {"minute": 0, "platforms": [], "villages": [], "total": 0, "rows": []}
    seen = assets.visible("device", scope)[model.numbers]
    senders = assets.archive()["device"].links["sender"][model.numbers]
    chosen = seen & np.isin(model.state, wanted)
    if sender is not None:
        chosen &= senders == sender
    rows = np.flatnonzero(chosen)
    rows = rows[np.argsort(model.since[rows], kind="stable")]
    page = rows[start : start + size]
    return {
        "minute": model.minute,
        "platforms": _platforms(model, senders, seen),
        "villages": _villages(model, seen),
        "total": int(rows.size),
        "rows": _rows(model, page, senders),
    }


def _codes(state: str | None) -> list[int]:
    if not state:
        return [s.code for s in TROUBLES]
    if state not in set(State):
        raise invalid("state", "没有这种状态", state)
    return [State(state).code]


def _platforms(model: DevicesNow, senders: NDArray[Any], seen: NDArray[np.bool_]) -> list[Page]:
    out = []
    for number in np.unique(senders[seen]).tolist():
        states = np.bincount(model.state[seen & (senders == number)], minlength=256)
        counts = {BY_CODE[int(code)].value: int(states[code]) for code in np.flatnonzero(states) if code in BY_CODE}
        out.append(
            {"id": number, "name": accounts.short_name(number), "total": int(states.sum()), "counts": counts},
        )
    return out


def _villages(model: DevicesNow, seen: NDArray[np.bool_]) -> list[Page]:
    """The villages with the greatest share of devices in trouble, of those that can be judged."""
    of = assets.archive()["device"].links["village"][model.numbers]
    judged = seen & (model.state != State.UNKNOWN.code)
    total = np.bincount(of, judged)
    hit = np.bincount(of, judged & np.isin(model.state, _codes(None)), total.size)
    share = np.divide(hit, total, out=np.zeros(total.size), where=total > 0)
    share[0] = 0.0
    worst = np.argsort(-share, kind="stable")[:_WORST_VILLAGES]
    numbers = worst[share[worst] > 0].tolist()
    return [
        {"id": n, "name": name, "judged": int(total[n]), "in_trouble": int(hit[n]), "share": round(float(share[n]), 3)}
        for n, name in zip(numbers, assets.names("area", numbers), strict=True)
    ]


def _rows(model: DevicesNow, page: NDArray[Any], senders: NDArray[Any]) -> list[Page]:
    numbers = model.numbers[page].tolist()
    out = []
    for row, number, (name, code) in zip(page.tolist(), numbers, assets.titles("device", numbers), strict=True):
        state = BY_CODE.get(int(model.state[row]), State.UNKNOWN)
        means = {key: _known(getattr(model.means, key)[row]) for key in _MEANS}
        told = {"number": number, "name": name, "code": code, "sender": accounts.short_name(int(senders[row]))}
        out.append(told | {"state": state.value, "state_name": state.zh, "since": int(model.since[row])} | means)
    return out


def _known(value: Any) -> float | None:
    return round(float(value), 3) if np.isfinite(value) else None

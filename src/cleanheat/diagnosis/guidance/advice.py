"""Writes of advice: issue the day's list, take the company's answer, hand over, and measure what was done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import transaction

from cleanheat.assets import public as assets
from cleanheat.diagnosis.events import AdviceHandedOver
from cleanheat.diagnosis.guidance.answers import judged
from cleanheat.diagnosis.guidance.compliance import KW_H_PER_GJ
from cleanheat.diagnosis.guidance.models import Advice
from cleanheat.diagnosis.guidance.numbers import number
from cleanheat.diagnosis.guidance.plan import CityPlan
from cleanheat.diagnosis.guidance.words import OPEN_ADVICE, AdviceState
from cleanheat.infra import audit, clock
from cleanheat.infra.events import publish
from cleanheat.infra.scope import owned_by, require, scope_of
from cleanheat.kernel.errors import Problem, invalid, not_found
from cleanheat.kernel.time import HOUR_S, local, utc

VIEW, ANSWER, SETTLE = "diagnosis.view", "alerts.handle", "diagnosis.settle"
OWNERS = ("company", "office", "sender", "district")
DAY_H = 24
SEVERE_K, GRAVE_K = 5.0, 8.0


@transaction.atomic
def issue(plan: CityPlan) -> int:
    """The day's advice: who should run otherwise and by how much.  Issued again the same day, nothing changes."""
    if not plan.outlook.is_known:
        return 0
    day = local(plan.at).date()
    rows = [*_of_units(plan), *_of_sources(plan)]
    rows.sort(key=lambda r: (r.level, -abs(r.content["gap_k"])))
    rows = rows[: int(number("advice", "most_a_day"))]
    known = set(Advice.objects.filter(day=day).values_list("kind", "number"))
    fresh = [r for r in rows if (r.kind, r.number) not in known]
    for row in fresh:
        row.day, row.issued_at = day, utc(plan.at)
    Advice.objects.bulk_create(fresh, batch_size=200)
    if fresh:
        audit.record(None, "diagnosis.advice", "diagnosis.advice", day.isoformat(), {"issued": len(fresh)})
    return len(fresh)


def _of_units(plan: CityPlan) -> list[Advice]:
    units, now, verdict = plan.units, plan.present.units, judged(plan)[0]
    gap = units.needed_c[:, 0] - now["supply_c"]
    heat, as_is = (v[:, :DAY_H].sum(axis=1) / KW_H_PER_GJ for v in (units.heat_kw, units.as_is_heat_kw))
    saving = np.where(as_is > 0, 1.0 - heat / np.maximum(as_is, 1e-9), 0.0)
    least, least_saving = number("advice", "least_gap_k"), number("advice", "least_saving")
    runs = now["supply_c"] > 25.0
    cold = runs & verdict.known & (gap > least) & ~(plan.present.room_c > number("unit", "target_room_c") + 1.0)
    warm = runs & verdict.known & (gap < -least) & (saving > least_saving)
    rows = np.flatnonzero(cold | warm)
    numbers = plan.network.units[rows].tolist()
    flow, hz, valve = units.flow_t_h[:, 0], units.pump_hz[:, 0], units.valve_pct[:, 0]
    made = []
    for row, n, name in zip(rows.tolist(), numbers, assets.names("unit", numbers), strict=True):
        content = {
            "gap_k": _round(gap[row]),
            "present": {"supply_c": _round(now["supply_c"][row]), "flow_t_h": _round(now["flow_t_h"][row])},
            "recommended": {
                "supply_c": _round(units.needed_c[row, 0]), "return_c": _round(units.return_c[row, 0]),
                "flow_t_h": _round(flow[row]), "pump_hz": _round(hz[row]), "valve_pct": _round(valve[row]),
            },
            "room_now_c": _round(plan.present.room_c[row]), "room_expected_c": _round(units.room_c[row, -1]),
            "room_as_is_c": _round(verdict.room_c[row]), "saved_gj_day": _round(as_is[row] - heat[row]),
        }  # fmt: skip
        made.append(_advice("unit", n, name, content, verdict.reasons(row), float(gap[row])))
    return made


def _of_sources(plan: CityPlan) -> list[Advice]:
    sources, now, verdict = plan.sources, plan.present.sources, judged(plan)[1]
    n = plan.network.branches.shape[0]
    gap = sources.supply_c[:, 0] - now["supply_c"]
    boilers_off = (sources.boilers[:, 0] != plan.present.running) & (plan.present.running >= 0)
    rows = np.flatnonzero(verdict.known & ((np.abs(gap) > number("advice", "least_gap_k")) | boilers_off))
    made = []
    for kind, part in (("branch", rows[rows < n]), ("boiler", rows[rows >= n])):
        numbers = (plan.network.branches[part] if kind == "branch" else plan.network.boilers[part - n]).tolist()
        for row, number_, name in zip(part.tolist(), numbers, assets.names(kind, numbers), strict=True):
            recommended = {
                "supply_c": _round(sources.supply_c[row, 0]), "return_c": _round(sources.return_c[row, 0]),
                "flow_t_h": _round(sources.flow_t_h[row, 0]),
            }  # fmt: skip
            if kind == "boiler":
                recommended["boilers"] = float(sources.boilers[row, 0])
            content = {
                "gap_k": _round(gap[row]),
                "present": {"supply_c": _round(now["supply_c"][row]), "flow_t_h": _round(now["flow_t_h"][row])},
                "recommended": recommended,
                "saved_gj_day": _round(-verdict.heat_gj_d[row]),
                "room_as_is_c": _round(verdict.room_c[row]),
            }
            made.append(_advice(kind, number_, name, content, verdict.reasons(row), float(gap[row])))
    return made


def _advice(
    kind: str, number_: int, name: str, content: dict[str, Any], reasons: list[dict[str, object]], gap: float
) -> Advice:
    links = assets.archive()[kind].links
    owners = {f"{o}_id": int(links[o][number_]) if o in links else 0 for o in OWNERS}
    level = (2 if gap > GRAVE_K else 3) if reasons and gap > SEVERE_K else 4
    wanted, present = content["recommended"]["supply_c"], content["present"]["supply_c"]
    move = "提高" if gap > 0 else "降低"
    text = f"供水温度由 {present:.1f} ℃{move}到 {wanted:.1f} ℃"
    if "boilers" in content["recommended"]:
        text += f"，运行 {content['recommended']['boilers']:.0f} 台锅炉"
    if reasons:
        text += "；" + "、".join(str(r["zh"]) for r in reasons[:3])
    elif gap < 0 and (content["saved_gj_day"] or 0) > 0:
        text += f"，每日可节约 {content['saved_gj_day']:.1f} GJ"
    content["reasons"] = reasons
    return Advice(kind=kind, number=number_, name=name[:80], level=level, text=text[:300], content=content, **owners)


def _round(value: float) -> float | None:
    number_ = float(value)
    return None if number_ != number_ else round(number_, 1)


def find(user: Any, advice_id: int) -> Advice:
    """One advice within the user's scope, or it does not exist."""
    require(user, VIEW)
    row = Advice.objects.filter(owned_by(scope_of(user), OWNERS), pk=advice_id).first()
    if row is None:
        raise not_found("没有这条建议", str(advice_id))
    return row


@transaction.atomic
def answer_advice(user: Any, advice_id: int, adopts: bool, note: str) -> Advice:
    """What the company says to it; the last word counts until the platform has measured."""
    row = _open(user, advice_id, ANSWER)
    if not adopts and not note.strip():
        raise invalid("note", "不采纳应说明原因")
    _settle(user, row, AdviceState.ADOPTED if adopts else AdviceState.DECLINED, note)
    return row


@transaction.atomic
def hand_over(user: Any, advice_id: int, note: str) -> Advice:
    """Make it an alert, which people then handle by order; again: nothing changes."""
    require(user, SETTLE)
    row = find(user, advice_id)
    if row.state == AdviceState.HANDED_OVER:
        return row
    _settle(user, row, AdviceState.HANDED_OVER, note)
    since = int(row.issued_at.timestamp())
    text = f"调控建议未落实：{row.text}"[:200]
    publish(AdviceHandedOver(row.pk, row.kind, row.number, row.level, text, since, int(clock.now())))
    return row


def _open(user: Any, advice_id: int, permission: str) -> Advice:
    row = find(user, advice_id)
    require(user, permission)
    if row.state not in {*OPEN_ADVICE, AdviceState.DECLINED}:
        raise Problem(409, "advice-closed", "该建议已办结", AdviceState(row.state).label)
    return row


def _settle(user: Any, row: Advice, state: AdviceState, note: str) -> None:
    row.state, row.note, row.answered_at = state, note.strip()[:300], clock.now_utc()
    row.answered_by_id = user.pk
    row.save(update_fields=["state", "note", "answered_at", "answered_by"])
    audit.record(user, f"diagnosis.advice_{state.value}", "diagnosis.advice", row.pk, {"note": row.note})


@transaction.atomic
def measure(plan: CityPlan) -> int:
    """A day after: how far have supply temperatures moved to what was advised?  Followed, or ignored."""
    before = utc(plan.at - int(number("advice", "wait_hours")) * HOUR_S)
    due = list(Advice.objects.filter(state__in=OPEN_ADVICE, issued_at__lte=before)[:2_000])
    measured = []
    for row in due:  # at most the advice of some days
        outcome = _outcome(plan, row)
        if outcome is None:
            continue
        share = outcome["followed_share"]
        row.outcome = outcome | {"said": row.state}
        row.state = AdviceState.FOLLOWED if share >= number("advice", "followed_share") else AdviceState.IGNORED
        measured.append(row)
    Advice.objects.bulk_update(measured, ["outcome", "state"], batch_size=200)
    if measured:
        counts = {
            s.value: sum(1 for r in measured if r.state == s) for s in (AdviceState.FOLLOWED, AdviceState.IGNORED)
        }
        audit.record(None, "diagnosis.advice_measured", "diagnosis.advice", local(plan.at).date().isoformat(), counts)
    return len(measured)


def _outcome(plan: CityPlan, row: Advice) -> dict[str, Any] | None:
    """What the gap to today's recommendation is compared with the gap then; ``None`` where nothing can be read."""
    at = plan.network.row_of(row.kind, row.number)
    if at < 0:
        return None
    now = (plan.present.units if row.kind == "unit" else plan.present.sources)["supply_c"][at]
    wanted = plan.units.needed_c[at, 0] if row.kind == "unit" else plan.sources.supply_c[at, 0]
    then = row.content.get("gap_k")
    if not np.isfinite(now) or not np.isfinite(wanted) or not then:
        return None
    left = float(wanted - now)
    share = float(np.clip(1.0 - left / then, -1.0, 1.0))
    room = _round(plan.present.room_c[at]) if row.kind == "unit" else None
    return {"supply_c": _round(now), "gap_k": _round(left), "followed_share": round(share, 2), "room_c": room}


def adoption(rows: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Counts by state, every state named."""
    counts = dict(rows)
    return {state.value: counts.get(state.value, 0) for state in AdviceState}

"""Writes of alerts: reconcile with what was found this minute; confirm, call false, close."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from cleanheat.alerts.belonging import Owner, organisation_name, owner_of
from cleanheat.alerts.events import AlertClosed, AlertOpened
from cleanheat.alerts.models import Alert
from cleanheat.alerts.queries import visible_to
from cleanheat.alerts.sources import source_of
from cleanheat.alerts.vocabulary import OPEN_STATES, AlertState
from cleanheat.assets import public as assets
from cleanheat.infra import audit, clock, events
from cleanheat.infra.scope import Scope, require, scope_of
from cleanheat.kernel.errors import Problem, forbidden, invalid, not_found
from cleanheat.kernel.findings import Finding
from cleanheat.kernel.time import MINUTE_S, epoch, utc

_ROWS_A_STATEMENT = 500
Place = tuple[str, str, int]


@dataclass(frozen=True)
class Reconciled:
    """What one pass did; ``live`` are all places with a standing condition and their level."""

    opened: int
    merged: int
    closed: int
    live: Mapping[Place, int]


@transaction.atomic
def reconcile(findings: Sequence[Finding], now: int, sources: Collection[str] | None = None) -> Reconciled:
    """Bring the alerts into line with the findings that hold in the minute ``now`` (epoch seconds), in one pass.

    A finding without a live alert opens one; repeats are merged (last, count, a changed level); an alert whose finding
    has been gone for its source's ``clear_min`` closes itself.  ``sources`` are the rules and models that could judge
    this minute (default: all): only their alerts may close.  Repeating a minute changes nothing.
    """
    live = {(a.source, a.object_kind, a.object_number): a for a in Alert.objects.filter(is_live=True)}
    found = {f.place: f for f in findings}
    _merge([(live[p], f) for p, f in found.items() if p in live], now)
    opened = _open([f for p, f in found.items() if p not in live], now)
    gone = [a for p, a in live.items() if p not in found and _may_close(a, sources) and _is_clear(a, now)]
    _end(gone, now)
    standing = {p: a.level for p, a in live.items() if a not in gone} | {f.place: int(f.level) for f in opened}
    return Reconciled(len(opened), len(found) - len(opened), len(gone), standing)


def _may_close(alert: Alert, sources: Collection[str] | None) -> bool:
    """Whether nothing found means that nothing is there; an alert of a rule no longer in force has nothing to say."""
    source = source_of(alert.source)
    return source is None or (source.closes_itself and (sources is None or alert.source in sources))


def _is_clear(alert: Alert, now: int) -> bool:
    source = source_of(alert.source)
    return source is None or now - epoch(alert.last_at) >= source.clear_min * MINUTE_S


def _merge(pairs: Iterable[tuple[Alert, Finding]], now: int) -> None:
    newer = [(a, f) for a, f in pairs if epoch(a.last_at) < now]
    for part in _parts([a.pk for a, _ in newer]):
        Alert.objects.filter(pk__in=part).update(last_at=utc(now), count=F("count") + 1)
    regraded = [(a, f) for a, f in newer if a.level != f.level]
    for alert, finding in regraded:
        alert.level, alert.text, alert.evidence = int(finding.level), finding.text, _evidence(finding)
    Alert.objects.bulk_update([a for a, _ in regraded], ["level", "text", "evidence"], batch_size=_ROWS_A_STATEMENT)


def _open(findings: Sequence[Finding], now: int) -> Sequence[Finding]:
    if not findings:
        return findings
    archive = assets.archive()
    names = _names(findings)
    rows = [
        Alert(
            source=f.source,
            object_kind=f.kind,
            object_number=f.number,
            object_name=names.get((f.kind, f.number), ""),
            level=int(f.level),
            text=f.text,
            evidence=_evidence(f),
            since_at=utc(f.since),
            first_at=utc(now),
            last_at=utc(now),
            **asdict(owner_of(archive, f.kind, f.number)),
        )
        for f in findings
    ]
    opened = Alert.objects.bulk_create(rows, batch_size=_ROWS_A_STATEMENT)
    events.publish_many(
        [
            AlertOpened(alert_id=a.pk, object_name=a.object_name, level=a.level, text=a.text, at=now, **_about(a))
            for a in opened
        ]
    )
    return findings


def _names(findings: Sequence[Finding]) -> Mapping[tuple[str, int], str]:
    """Names of the objects, one query a kind."""
    named: dict[tuple[str, int], str] = {}
    for kind in {f.kind for f in findings}:
        numbers = [f.number for f in findings if f.kind == kind]
        if kind == "sender":
            named |= {(kind, n): organisation_name(n) for n in numbers}
        else:
            named |= {(kind, n): name for n, name in zip(numbers, assets.names(kind, numbers), strict=True)}
    return named


def _end(alerts: Sequence[Alert], now: int) -> None:
    """Conditions that are over: no longer live; closed where nobody has ended them before."""
    for part in _parts([a.pk for a in alerts]):
        Alert.objects.filter(pk__in=part).update(is_live=False)
        Alert.objects.filter(pk__in=part, state__in=OPEN_STATES).update(state=AlertState.CLOSED, closed_at=utc(now))
    events.publish_many(
        [
            AlertClosed(alert_id=a.pk, state=AlertState.CLOSED, at=now, by_user=0, **_about(a))
            for a in alerts
            if a.state in OPEN_STATES
        ]
    )


def _about(alert: Alert) -> dict[str, Any]:
    owner = Owner(alert.company_id, alert.office_id, alert.sender_id, alert.district_id)
    return {
        "source": alert.source,
        "object_kind": alert.object_kind,
        "object_number": alert.object_number,
        **asdict(owner),
    }


def _evidence(finding: Finding) -> list[dict[str, Any]]:
    return [asdict(e) for e in finding.evidence]


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[i : i + _ROWS_A_STATEMENT] for i in range(0, len(ids), _ROWS_A_STATEMENT))


def confirm(user: Any, alert_id: int, note: str = "") -> Alert:
    """新产生 → 已确认: somebody has seen it.  Confirming twice changes nothing."""

    def to_confirmed(alert: Alert, _scope: Scope) -> bool:
        if alert.state == AlertState.CONFIRMED:
            return False
        _must_be(alert, AlertState.NEW)
        alert.state = AlertState.CONFIRMED
        return True

    return _decide(user, alert_id, "alerts.confirm", note, to_confirmed)


def mark_false(user: Any, alert_id: int, note: str) -> Alert:
    """→ 误报: the condition was not there.  A regulator's decision, with its reason."""
    return _decide(user, alert_id, "alerts.mark_false", _reason(note), _ending(user, AlertState.FALSE))


def close(user: Any, alert_id: int, note: str) -> Alert:
    """→ 已关闭 by hand.  A regulator's decision, with its reason; mostly alerts close themselves."""
    return _decide(user, alert_id, "alerts.close", _reason(note), _ending(user, AlertState.CLOSED))


def _reason(note: str) -> str:
    if not note.strip():
        raise invalid("note", "请填写原因")
    return note


def _ending(user: Any, state: AlertState) -> Callable[[Alert, Scope], bool]:
    def to_end(alert: Alert, scope: Scope) -> bool:
        if not (scope.sees_all or scope.district_codes is not None):
            raise forbidden("只有监管部门可以结束预警")
        if alert.state == state:
            return False
        _must_be(alert, *OPEN_STATES)
        alert.state, alert.closed_at, alert.closed_by = state, clock.now_utc(), user
        events.publish(
            AlertClosed(alert_id=alert.pk, state=state, at=int(clock.now()), by_user=user.pk, **_about(alert))
        )
        return True

    return to_end


@transaction.atomic
def follow_order(alert_ids: Collection[int], state: AlertState) -> int:
    """Open alerts take the state of the order that answers for them: 处置中 or 待核实; returns how many changed.

    Alerts that people or their own condition have ended stay as they are.
    """
    if state not in (AlertState.HANDLING, AlertState.VERIFYING):
        raise ValueError(f"an order does not put alerts into {state}")
    changed = 0
    for part in _parts(sorted(alert_ids)):
        changed += Alert.objects.filter(pk__in=part, state__in=OPEN_STATES).exclude(state=state).update(state=state)
    if changed:
        audit.record(None, "alerts.follow_order", "alert", "*", {"ids": sorted(alert_ids), "to": state})
    return changed


def _must_be(alert: Alert, *states: AlertState) -> None:
    if alert.state not in states:
        raise Problem(409, "wrong-state", "当前状态不允许此操作", AlertState(alert.state).label, "state")


@transaction.atomic
def _decide(user: Any, alert_id: int, verb: str, note: str, change: Callable[[Alert, Scope], bool]) -> Alert:
    """Check who, find within his scope, change, keep the trace: one transaction."""
    require(user, "alerts.handle")
    scope = scope_of(user)
    alert = visible_to(scope).select_for_update().filter(pk=alert_id).first()
    if alert is None:
        raise not_found("没有这条预警")
    before = alert.state
    if change(alert, scope):
        alert.note = note or alert.note
        alert.save(update_fields=["state", "closed_at", "closed_by", "note"])
        audit.record(user, verb, "alert", alert.pk, {"from": before, "to": alert.state, "note": note})
    return alert

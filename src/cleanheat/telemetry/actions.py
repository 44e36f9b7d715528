"""What people decide about stored values: confirm them as good or as bad, with a reason, and take that back."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from django.db import transaction

from cleanheat.assets import public as assets
from cleanheat.infra import audit, clock, events
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import Problem, invalid, not_found
from cleanheat.kernel.quantities import KINDS, Signal
from cleanheat.kernel.time import DAY_S, epoch
from cleanheat.kernel.verdicts import Verdict, unpack
from cleanheat.telemetry.events import ValuesConfirmed
from cleanheat.telemetry.latest import latest
from cleanheat.telemetry.models import Confirmation
from cleanheat.telemetry.store import store
from cleanheat.telemetry.traces import Cleaned, Method

LONGEST_S: Final = 7 * DAY_S


def confirm_values(
    user: Any, kind: str, number: int, signal: str, start: int, end: int, *, is_good: bool, reason: str
) -> Confirmation:
    """The values of one signal over ``[start, end)`` are good (or bad) whatever the rules say; a reason is required.

    The latest word holds, except in roll-ups, which keep what the rules said.  Raises a Problem outside the caller's
    scope, or where nothing was received.
    """
    require(user, "quality.confirm")
    spec = _signal(user, kind, number, signal)
    if not reason.strip():
        raise invalid("reason", "请填写核定理由")
    if not 0 <= start < end or end - start > LONGEST_S:
        raise invalid("end", "时间范围须为正且不超过 7 天", f"[{start}, {end})")
    place = KINDS[kind].index[signal]
    rows = store().rows(kind, start, end, number, number)
    there = rows.columns[place] != spec.missing
    if not there.any():
        raise invalid("start", "这段时间没有收到该监测量的数据", f"{kind} {number} {signal}")
    raw = rows.columns[place][there].astype(np.int32)
    with transaction.atomic():  # nothing slow in here: the minute waits for whoever writes
        made = Confirmation.objects.create(
            kind=kind, number=number, signal=signal, start=start, end=end, is_good=is_good, reason=reason.strip(),
            values=raw.size, made_by=user, made_at=clock.now_utc(),
        )  # fmt: skip
        _announce(made, user, "telemetry.confirm")
        store().append_cleaned([_manual(made, place, rows.minutes[there], raw)], f"confirmation-{made.pk}")
    _show_now(made)
    return made


def undo_confirmation(user: Any, confirmation_id: int) -> Confirmation:
    """What the rules said holds again; who decided and who took it back stay on record."""
    require(user, "quality.confirm")
    known = Confirmation.objects.filter(pk=confirmation_id).first()
    if known is None or not assets.exists(known.kind, known.number, scope_of(user)):
        raise not_found("没有这条核定记录", str(confirmation_id))
    with transaction.atomic():
        made = Confirmation.objects.select_for_update().get(pk=confirmation_id)
        if made.undone_at is not None:
            raise Problem(409, "already-undone", "这条核定已经撤销")
        made.undone_by, made.undone_at = user, clock.now_utc()
        made.save(update_fields=["undone_by", "undone_at"])
        _announce(made, user, "telemetry.unconfirm")
    store().drop_cleaned(made.kind, made.number, made.start, made.end, Method.MANUAL, made.pk)
    _show_now(made)
    return made


def _show_now(made: Confirmation) -> None:
    """The newest value, if it is one of these, as it stands after the decision: what screens and models see."""
    minute = int(latest()[made.kind].minute[made.number])
    if not made.start <= minute < made.end:
        return
    place = KINDS[made.kind].index[made.signal]
    row = store().rows(made.kind, minute, minute + 1, made.number, made.number)
    if not row.ids.size:
        return
    value, verdict = row.columns[place][0], unpack(row.words, len(row.columns))[place, 0]
    put = store().cleaned(made.kind, made.number, minute, minute + 1)
    for i in np.flatnonzero(put.signals == place).tolist():  # the last one holds
        value, verdict = put.values[i], put.verdicts[i]
    latest().decide(made.kind, made.number, minute, place, int(value), int(verdict))


def _signal(user: Any, kind: str, number: int, signal: str) -> Signal:
    if kind not in KINDS:
        raise invalid("kind", "没有这一类监测对象", kind)
    assets.require(kind, number, scope_of(user))
    if signal not in KINDS[kind].index:
        raise invalid("signal", "没有这一监测量", signal)
    return KINDS[kind][signal]


def _manual(made: Confirmation, place: int, minutes: Any, raw: Any) -> Cleaned:
    n = raw.shape[0]
    return Cleaned(
        kind=made.kind,
        ids=np.full(n, made.number, np.uint32),
        minutes=minutes,
        signals=np.full(n, place, np.uint8),
        raw=raw,
        values=raw,
        verdicts=np.full(n, Verdict.CONFIRMED if made.is_good else Verdict.BAD, np.uint8),
        methods=np.full(n, Method.MANUAL, np.uint8),
        rules=np.full(n, made.pk, np.uint32),
        versions=np.zeros(n, np.uint16),
    )


def _announce(made: Confirmation, user: Any, verb: str) -> None:
    is_undone = made.undone_at is not None
    told = {"signal": made.signal, "start": made.start, "end": made.end, "good": made.is_good, "reason": made.reason}
    audit.record(user, verb, made.kind, made.number, told)
    at = made.undone_at if made.undone_at is not None else made.made_at
    events.publish(
        ValuesConfirmed(
            made.pk, made.kind, made.number, made.signal, made.start, made.end, made.is_good, is_undone,
            int(epoch(at)), user.pk,
        )
    )  # fmt: skip

"""Where does this value come from, and what became of it?  One value's whole story, and an object's rows as received.

Company and sender follow from the archive, batch and time of arrival from what was noted of arrivals, the raw value
and its verdict from the store, and everything judging added from the traces.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid, not_found
from cleanheat.kernel.quantities import KINDS, Kind
from cleanheat.kernel.time import DAY_S, MINUTE_S
from cleanheat.kernel.verdicts import TRUSTED, Verdict, unpack
from cleanheat.quality.queries import said_by
from cleanheat.telemetry.public import LatestRows, list_confirmations, store
from cleanheat.telemetry.traces import WHOLE_ROW, Arrivals, Cleaned, Hits, Method

LONGEST_S: Final = 3 * DAY_S


def trace(kind: str, number: int, signal: str, minute: int, scope: Scope) -> dict[str, Any]:
    """One value from company to cleaned value; a Problem outside the scope or where nothing was received."""
    spec = known_kind(kind, number, scope)
    if signal not in spec.index:
        raise invalid("signal", "没有这一监测量", signal)
    place, minute = spec.index[signal], minute - minute % MINUTE_S
    span = minute, minute + MINUTE_S
    row = store().rows(kind, *span, number, number)
    batches = _batches(kind, number, *span)
    if not row.ids.shape[0] and not batches:
        raise not_found("这一分钟没有收到数据", f"{kind} {number} {minute}")
    hits, cleaned = store().hits(kind, number, *span), store().cleaned(kind, number, *span)
    about = np.isin(hits.signals, (place, WHOLE_ROW))
    put = cleaned.signals == place
    rules = _rules([*hits.rules[about], *cleaned.rules[put & (cleaned.methods != Method.MANUAL)]])
    return {
        **_source(kind, number),
        "signal": signal,
        "signal_zh": spec[signal].zh,
        "unit": spec[signal].unit,
        "decimals": spec[signal].decimals,
        "minute": minute,
        "batches": batches,
        "stored": _stored(spec, place, row),
        "hits": [
            {**_rule(rules, hits.rules[i], hits.versions[i]), "whole_row": int(hits.signals[i]) == WHOLE_ROW}
            for i in np.flatnonzero(about)
        ],
        "cleaned": [_put(spec, cleaned, i, rules) for i in np.flatnonzero(put).tolist()],
        "confirmations": [asdict(c) for c in list_confirmations(kind, number, *span) if c.signal == signal],
    }


def rows(
    kind: str, number: int, start: int, end: int, scope: Scope, *, only_abnormal: bool, limit: int, offset: int
) -> dict[str, Any]:
    """Original rows of an object in time order: abnormal items flagged with rules and cleaned values, and the batch."""
    spec = known_kind(kind, number, scope)
    if not 0 <= start < end or end - start > LONGEST_S:
        raise invalid("end", "时间范围须为正且不超过 3 天", f"[{start}, {end})")
    found = store().rows(kind, start, end, number, number)
    hits, cleaned = store().hits(kind, number, start, end), store().cleaned(kind, number, start, end)
    verdicts = unpack(found.words, len(spec.signals))
    minutes = found.minutes - found.minutes % MINUTE_S
    silent = _never_reported(spec, number, end, hits, cleaned)
    verdicts[silent] = Verdict.GOOD
    abnormal = (~TRUSTED[verdicts]).any(axis=0) | np.isin(minutes, hits.minutes) | np.isin(minutes, cleaned.minutes)
    chosen = np.flatnonzero(abnormal) if only_abnormal else np.arange(minutes.shape[0])
    page = chosen[offset : offset + limit]
    arrived = _first_batches(_arrivals(kind, number, start, end))
    names = _rules([*hits.rules, *cleaned.rules[cleaned.methods != Method.MANUAL]])
    values = [s.decode(column[page]) for s, column in zip(spec.signals, found.columns, strict=True)]
    return {
        **_source(kind, number),
        "signals": [
            {"signal": s.code, "zh": s.zh, "unit": s.unit, "decimals": s.decimals, "is_reported": not silent[i]}
            for i, s in enumerate(spec.signals)
        ],
        "total": int(chosen.shape[0]),
        "received": int(minutes.shape[0]),
        "abnormal": int(abnormal.sum()),
        "rows": [
            {
                "minute": int(minutes[r]),
                "values": [v[i] for v in values],
                "batch": arrived.get(int(minutes[r])),
                **_items(spec, int(minutes[r]), verdicts[:, r], hits, cleaned, names),
            }
            for i, r in enumerate(page)
        ],
    }


def _never_reported(spec: Kind, number: int, end: int, hits: Hits, cleaned: Cleaned) -> NDArray[np.bool_]:
    """Signals the object's sender does not have: no value in the last day, and no rule that wanted one."""
    last_day = store().rows(spec.code, end - DAY_S, end, number, number)
    pairs = zip(spec.signals, last_day.columns, strict=True)
    silent = np.array([bool((column == signal.missing).all()) for signal, column in pairs])
    silent[[int(i) for i in {*hits.signals.tolist(), *cleaned.signals.tolist()} - {WHOLE_ROW}]] = False
    return silent


def _items(
    spec: Kind, minute: int, verdicts: NDArray[np.uint8], hits: Hits, cleaned: Cleaned, names: dict[Any, dict[str, Any]]
) -> dict[str, Any]:
    """What is odd about one row: its values that are not trusted, hit or cleaned, and hits of the row as a whole."""
    hit, put = np.flatnonzero(hits.minutes == minute), np.flatnonzero(cleaned.minutes == minute)
    odd = set(np.flatnonzero(~TRUSTED[verdicts]).tolist()) | set(hits.signals[hit].tolist())
    odd |= set(cleaned.signals[put].tolist())
    items = []
    for place in sorted(odd - {WHOLE_ROW}):
        of = [i for i in put.tolist() if cleaned.signals[i] == place]
        items.append(
            {
                "signal": spec.signals[place].code,
                "verdict": int(verdicts[place]),
                "verdict_zh": Verdict(int(verdicts[place])).zh,
                "rules": [_rule(names, hits.rules[i], hits.versions[i]) for i in hit if hits.signals[i] == place],
                "cleaned": _put(spec, cleaned, of[-1], names) if of else None,
            }
        )
    whole = [_rule(names, hits.rules[i], hits.versions[i]) for i in hit if hits.signals[i] == WHOLE_ROW]
    return {"items": items, "row_rules": whole}


def known_kind(kind: str, number: int, scope: Scope) -> Kind:
    """The kind, if there is such an object within the scope."""
    if kind not in KINDS:
        raise invalid("kind", "没有这一类监测对象", kind)
    assets.require(kind, number, scope)
    return KINDS[kind]


def _source(kind: str, number: int) -> dict[str, Any]:
    """Whose object it is and who reports it."""
    links = assets.archive()[kind].links
    ((name, code),) = assets.titles(kind, [number])
    sender = int(links["sender"][number])
    company = int(links["company"][number]) if "company" in links else 0
    return {
        "kind": kind,
        "kind_zh": KINDS[kind].zh,
        "number": number,
        "name": name,
        "code": code,
        "company": {"id": company, "name": accounts.short_name(company)},
        "sender": {"id": sender, "name": accounts.short_name(sender)},
    }


def _arrivals(kind: str, number: int, start: int, end: int) -> Arrivals:
    sender = int(assets.archive()[kind].links["sender"][number])
    return store().arrivals(start, end, [sender], kind)


def _batches(kind: str, number: int, start: int, end: int) -> list[dict[str, Any]]:
    """Every batch of the sender with this kind and minute, first come first; later ones repeat what was known."""
    found = _arrivals(kind, number, start, end)
    order = np.argsort(found.received_at, kind="stable")
    return [{**_batch(found, i), "is_repeat": bool(nth > 0)} for nth, i in enumerate(order.tolist())]


def _batch(found: Arrivals, i: int) -> dict[str, Any]:
    received = int(found.received_at[i])
    return {
        "sequence": int(found.sequences[i]),
        "received_at": received,
        "lag_s": max(received - int(found.minutes[i]) - MINUTE_S, 0),
        "rows": int(found.rows[i]),
        "repeated_rows": int(found.repeated[i]),
    }


def _first_batches(found: Arrivals) -> dict[int, dict[str, Any]]:
    """The batch that came first for each minute."""
    latest_first = np.argsort(-found.received_at, kind="stable").tolist()
    return {int(found.minutes[i]): _batch(found, i) for i in latest_first}


def _stored(spec: Kind, place: int, row: LatestRows) -> dict[str, Any] | None:
    if not row.ids.shape[0]:
        return None
    signal, column = spec.signals[place], row.columns[place]
    verdict = Verdict(int(unpack(row.words, len(spec.signals))[place, 0]))
    value = float(signal.decode(column[:1])[0])
    return {
        "raw": int(column[0]),
        "value": None if np.isnan(value) else value,
        "verdict": int(verdict),
        "verdict_zh": verdict.zh,
    }


def _put(spec: Kind, cleaned: Cleaned, i: int, names: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    """One cleaned value: what stood there, what stands there now, by which method, and whose word it was."""
    signal = spec.signals[int(cleaned.signals[i])]
    method, verdict = Method(int(cleaned.methods[i])), Verdict(int(cleaned.verdicts[i]))
    before, after = signal.decode(np.array([cleaned.raw[i], cleaned.values[i]]))
    by = {} if method is Method.MANUAL else _rule(names, cleaned.rules[i], cleaned.versions[i])
    return {
        "raw": None if np.isnan(before) else float(before),
        "value": None if np.isnan(after) else float(after),
        "method": int(method),
        "method_zh": method.zh,
        "verdict": int(verdict),
        "verdict_zh": verdict.zh,
        "confirmation": int(cleaned.rules[i]) if method is Method.MANUAL else None,
        "rule": by or None,
    }


def _rules(numbers: Iterable[Any]) -> dict[Any, dict[str, Any]]:
    return said_by({int(n) for n in numbers})


def _rule(names: dict[Any, dict[str, Any]], number: Any, version: Any) -> dict[str, Any]:
    """What a rule said in the version that judged; a rule nobody knows any more keeps its number."""
    said = names.get((int(number), int(version)), {})
    blank = {"name": f"规则 {int(number)}", "code": "", "expression": "", "family": "", "family_zh": "", "level": None}
    return {"number": int(number), "version": int(version), **blank, **said}

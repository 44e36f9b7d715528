"""Answers of panels as ready bytes: checked against their kind, kept for ``refresh_s``, an error in its own place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from ninja import Schema
from pydantic import ValidationError

from cleanheat.infra import clock
from cleanheat.infra.kept import Kept
from cleanheat.infra.masking import masked
from cleanheat.infra.panels.declare import PANELS, Panel, PanelQuery
from cleanheat.infra.panels.kinds import Table
from cleanheat.infra.scope import may, scope_of
from cleanheat.kernel.errors import Problem, forbidden, invalid, not_found

MAX_KEPT_BYTES = 64 << 20
log = structlog.get_logger(__name__)


_kept = Kept[float](MAX_KEPT_BYTES)
forget_results = _kept.clear


def params_of(panel: Panel, given: Mapping[str, Any]) -> Schema:
    """The panel's own parameters, checked; a Problem names the one at fault."""
    try:
        return panel.params.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        raise invalid(".".join(str(part) for part in first["loc"]), "参数有误", first["msg"]) from error


def result(panel: Panel, query: PanelQuery) -> Schema:
    """The panel's answer, of the kind it declares."""
    answer = panel.load(query)
    if not isinstance(answer, panel.shows):
        raise TypeError(f"panel {panel.key} declares {panel.shows.__name__}, answered {type(answer).__name__}")
    return _covered(answer) if isinstance(answer, Table) else answer


def _covered(table: Table) -> Table:
    """Personal data in a table's cells masked: panels never show it whole."""
    classes = {i: col.sensitivity for i, col in enumerate(table.columns) if col.sensitivity}
    for row in table.rows if classes else ():
        for i, sensitivity in classes.items():
            row[i] = masked(sensitivity, row[i], in_list=True)
    return table


def allowed(key: str, user: Any) -> Panel:
    if key not in PANELS:
        raise not_found("没有这个面板", key)
    if not may(user, PANELS[key].permission):
        raise forbidden(detail=PANELS[key].permission)
    return PANELS[key]


def answer(key: str, user: Any, window: tuple[int, int, Any], params: Mapping[str, Any]) -> bytes:
    """One panel's document: who it is and its ``result``, or its ``error``.  Never raises."""
    try:
        panel = allowed(key, user)
        query = PanelQuery(scope_of(user), *window, params_of(panel, params))
        made, body = _encoded(panel, query)
    except Problem as problem:
        return _with_error(key, problem.document())
    except Exception:  # one failing panel never costs the others
        log.exception("panel failed", panel=key)
        return _with_error(key, Problem(500, "panel-failed", "面板计算失败").document())
    return b'{"key":%b,"about":%b,"at":%d,"result":%b,"error":null}' % (orjson.dumps(key), _about(panel), made, body)


def _encoded(panel: Panel, query: PanelQuery) -> tuple[float, bytes]:
    key = (panel.key, query.scope.key, query.start, query.end, query.resolution, query.params.model_dump_json())
    found = _kept.get(key)
    if found is None or not 0 <= clock.now() - found[0] < panel.refresh_s:
        found = (clock.now(), result(panel, query).model_dump_json().encode())
        _kept.put(key, *found)
    return found


def _about(panel: Panel) -> bytes:
    told = ("zh", "formula", "source", "refresh_s", "drill", "empty")
    return orjson.dumps({name: getattr(panel, name) for name in told})


def _with_error(key: str, document: Mapping[str, Any]) -> bytes:
    about = orjson.Fragment(_about(PANELS[key])) if key in PANELS else None
    return orjson.dumps({"key": key, "about": about, "at": int(clock.now()), "result": None, "error": document})

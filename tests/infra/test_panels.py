"""The panel engine: one failing panel never costs the others, answers are kept per scope, every kind exports."""

import csv
import io

import numpy as np
import pytest
from django.contrib.auth.models import AnonymousUser
from ninja import Schema

from cleanheat.infra import panels as p
from cleanheat.infra.panels import declare, export, serve
from cleanheat.kernel.registry import Registry

WINDOW = "start=1768474800&end=1768478400"


class Size(Schema):
    n: int = 3


@pytest.fixture
def loads(monkeypatch, manual_clock):
    """Three panels in an empty registry; the list collects the queries that were computed."""
    registry, loads = Registry("panel"), []
    monkeypatch.setattr(declare, "PANELS", registry)
    monkeypatch.setattr(serve, "PANELS", registry)
    serve.forget_results()

    def count(query):
        loads.append(query)
        return p.Kpi(measure=p.Measure(label="数", value=query.params.n, unit="个"))

    def fail(_query):
        raise ZeroDivisionError("secret")

    words = {"formula": "n", "source": "test", "permission": "telemetry.view"}
    p.panel(key="t.count", zh="计数", shows=p.Kpi, load=count, params=Size, empty="尚无数", **words)
    p.panel(key="t.fail", zh="出错", shows=p.Kpi, load=fail, **words)
    p.panel(key="t.city", zh="全市", shows=p.Kpi, load=count, params=Size, **{**words, "permission": "city.view"})
    yield loads
    serve.forget_results()


def _ask(client, keys, more=""):
    return {a["key"]: a for a in client.get(f"/api/v1/panels?keys={keys}&{WINDOW}{more}").json()["panels"]}


def test_failing_forbidden_and_unknown_panels_stand_beside_the_good_one(loads, signed_in):
    found = _ask(signed_in("company.reader"), "t.fail,t.count,t.city,t.nothing")
    assert [found[k]["error"] and found[k]["error"]["status"] for k in found] == [500, None, 403, 404]
    assert found["t.count"]["result"]["measure"]["value"] == 3
    assert found["t.count"]["about"]["zh"] == "计数"
    assert (found["t.count"]["about"]["empty"], found["t.fail"]["about"]["empty"]) == ("尚无数", "")
    assert "secret" not in str(found)


def test_answer_is_kept_for_its_refresh_time(loads, signed_in, manual_clock):
    client = signed_in("company.reader")
    _ask(client, "t.count")
    _ask(client, "t.count")
    assert len(loads) == 1
    manual_clock.advance(61)
    _ask(client, "t.count")
    assert len(loads) == 2


def test_answer_is_not_kept_for_another_scope_or_other_parameters(loads, signed_in):
    _ask(signed_in("company.reader"), "t.count")
    _ask(signed_in("company2.reader"), "t.count")
    _ask(signed_in("company2.reader"), "t.count", '&params={"t.count":{"n":5}}')
    assert [(q.scope.key, q.params.n) for q in loads] == [("company:10", 3), ("company:20", 3), ("company:20", 5)]


def test_bad_parameter_is_named(loads, signed_in):
    found = _ask(signed_in("company.reader"), "t.count", '&params={"t.count":{"n":"many"}}')
    assert (found["t.count"]["error"]["status"], found["t.count"]["error"]["field"]) == (422, "n")


@pytest.mark.parametrize("query", ["keys=t.count&start=5&end=4", "keys=", "keys=t.count&params=[]", "start=1"])
def test_bad_request_names_its_field(loads, signed_in, query):
    answer = signed_in("company.reader").get(f"/api/v1/panels?{query}")
    assert answer.status_code == 422
    assert answer.json()["field"] in {"start", "keys", "params"}


def test_unchanged_answer_is_not_sent_again(loads, signed_in):
    client = signed_in("company.reader")
    first = client.get(f"/api/v1/panels?keys=t.count&{WINDOW}")
    again = client.get(f"/api/v1/panels?keys=t.count&{WINDOW}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_undeclared_kind_is_refused():
    with pytest.raises(TypeError, match="no panel kind"):
        p.Panel("x.y", "x", Size, lambda q: Size(), "telemetry.view", "f", "s")


def test_wrong_kind_of_answer_is_a_failure(loads, signed_in, monkeypatch):
    p.panel(
        key="t.wrong", zh="错", shows=p.Note, load=lambda q: Size(), formula="", source="", permission="telemetry.view"
    )
    assert _ask(signed_in("company.reader"), "t.wrong")["t.wrong"]["error"]["status"] == 500


def test_anonymous_gets_nothing(loads):
    assert b'"status":403' in serve.answer("t.count", AnonymousUser(), (0, 60, "minute"), {})


def test_arrays_go_out_as_numbers_and_nan_as_null():
    line = p.Line(name="x", unit="℃", values=np.array([1.5, np.nan], dtype=np.float32))
    assert line.model_dump_json() == '{"name":"x","unit":"℃","values":[1.5,null],"dashed":false}'


LINE = p.Line(name="甲", unit="℃", values=[1, None])
EVERY_KIND = [
    p.Kpi(measure=p.Measure(label="a", value=1, unit="个")),
    p.KpiRow(measures=[p.Measure(label="a", value=1, unit="个")]),
    p.Gauge(measure=p.Measure(label="a", value=1, unit="%"), low=0, high=100),
    p.Series(times=[0, 60], lines=[LINE]),
    p.Bars(categories=["x", "y"], lines=[LINE]),
    p.Radar(axes=["x", "y"], highs=[1, 1], lines=[LINE]),
    p.Ranking(unit="℃", entries=[p.RankingEntry(name="a", value=1)]),
    p.Pie(unit="座", shares=[p.Share(name="a", value=1)]),
    p.Heatmap(unit="℃", columns=["x"], rows=["y"], values=[[1]]),
    p.Treemap(unit="m²", entries=[p.TreemapEntry(name="a", value=1)]),
    p.Table(columns=[p.Column(key="a", label="甲", unit="℃")], rows=[[1]], total=1),
    p.Timeline(entries=[p.TimelineEntry(at=0, title="a")]),
    p.StatusBoard(entries=[p.Status(name="a", tone="good", text="正常")]),
    p.Note(text="a"),
    p.MapPanel(theme="operation", layers=["pipes"], centre=(125.3, 43.9), zoom=9),
]


def test_every_kind_is_here():
    assert {type(a) for a in EVERY_KIND} == set(declare.KINDS) == set(export._SHEETS)


@pytest.mark.parametrize("answer", EVERY_KIND, ids=lambda a: a.kind)
def test_every_kind_is_a_table_with_as_many_cells_as_titles(answer):
    header, rows = export.sheet_of(answer)
    rows = [list(row) for row in rows]
    assert rows
    assert {len(row) for row in rows} == {len(header)}


def test_panel_as_file(loads, signed_in):
    answer = signed_in("company.reader").get(f"/api/v1/panels/t.count/export?{WINDOW}")
    assert list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1] == ["数", "3", "个", ""]
    assert signed_in("company.reader").get(f"/api/v1/panels/t.city/export?{WINDOW}").status_code == 403

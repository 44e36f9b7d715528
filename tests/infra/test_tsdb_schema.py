import os
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from cleanheat.infra.tsdb import schema
from cleanheat.infra.tsdb.engine import Engine
from cleanheat.kernel.quantities import KINDS

WEATHER = KINDS["weather"]


@pytest.fixture
def engine():
    opened = Engine(Path(os.environ["CLEANHEAT_DATA_DIR"]) / "tsdb-tests", "test_schema")
    opened.command("DROP DATABASE test_schema SYNC")
    opened.command("CREATE DATABASE test_schema")
    yield opened
    opened.close()


def _catalogue(monkeypatch, weather):
    monkeypatch.setattr(schema, "KINDS", MappingProxyType({"weather": weather}))


def _stored(engine, table):
    sql = "SELECT name, type FROM system.columns WHERE database = 'test_schema' AND table = {t:String}"
    return dict(engine.texts(sql, {"t": table}))


def test_tables_follow_from_the_catalogue(engine):
    schema.bring_up_to_date(engine)
    for kind in KINDS.values():
        columns = _stored(engine, kind.table)
        assert {s.code: f"Int{s.bits}" for s in kind.signals}.items() <= columns.items()
        assert columns["q"] == "UInt64"


@pytest.mark.feature("H1-4")
def test_a_signal_new_in_the_catalogue_becomes_a_column_that_is_missing_in_old_rows(engine, monkeypatch):
    _catalogue(monkeypatch, replace(WEATHER, signals=WEATHER.signals[:3]))
    schema.bring_up_to_date(engine)
    engine.command("INSERT INTO tele_weather (id, ts, q, outdoor_temp_c) VALUES (1, 1768406400, 0, -200)")
    _catalogue(monkeypatch, WEATHER)
    schema.bring_up_to_date(engine)
    row = engine.select("SELECT outdoor_temp_c, irradiance_w_m2 FROM tele_weather")
    assert row["outdoor_temp_c"][0] == -200
    assert row["irradiance_w_m2"][0] == WEATHER["irradiance_w_m2"].missing
    assert "irradiance_w_m2_s" in _stored(engine, "tele_weather_h")


def test_a_changed_scale_is_refused(engine, monkeypatch):
    _catalogue(monkeypatch, WEATHER)
    schema.bring_up_to_date(engine)
    finer = replace(WEATHER, signals=(replace(WEATHER.signals[0], scale=100), *WEATHER.signals[1:]))
    _catalogue(monkeypatch, finer)
    with pytest.raises(RuntimeError, match="outdoor_temp_c"):
        schema.bring_up_to_date(engine)

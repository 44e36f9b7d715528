"""The catalogue is derived: everything the code defines is in it, described whole, and nothing else."""

import re

import pytest

from cleanheat.catalogue.elements import elements, own_models, signal_key
from cleanheat.catalogue.queries import data_resources, elements_by_resource, search
from cleanheat.catalogue.subjects import subjects
from cleanheat.catalogue.vocabulary import Sharing
from cleanheat.infra.masking import Level
from cleanheat.infra.panels import PANELS
from cleanheat.infra.resources import RESOURCES
from cleanheat.infra.tsdb import schema
from cleanheat.kernel.quantities import KINDS

pytestmark = pytest.mark.django_db


@pytest.mark.feature("A7-1")
def test_every_signal_column_field_and_panel_is_an_element():
    found = elements()
    for kind in KINDS.values():
        for s in kind.signals:
            e = found[signal_key(kind.code, s.code)]
            assert (e.zh, e.unit, e.frequency_s) == (s.zh, s.unit, kind.cadence_s)
            assert f"[{s.low:g}, {s.high:g}]" in e.domain
        assert {f"{kind.table}_h.{c.name}" for c in schema.hours(kind).columns} <= set(found)
    for resource in RESOURCES:
        for col in resource.columns:
            e = found[f"{resource.key}.{col.path}"]
            assert (e.zh, e.unit, e.mask) == (col.zh, col.unit, col.sensitivity)
    assert {f"panels.{p.key}" for p in PANELS} <= set(found)


def test_every_element_is_described_whole_and_in_order():
    found = elements()
    assert list(found) == sorted(found)
    for e in found.values():
        assert e.zh
        assert e.definition
        assert e.format
        assert e.owner
        assert e.source
        assert Level(e.level)
        assert Sharing(e.sharing)


def test_every_resource_of_an_element_is_in_the_tree():
    assert set(elements_by_resource()) <= set(data_resources())
    platform = [r.key for r in data_resources().values() if r.subject.key == "platform"]
    assert not [key for key in platform if key.split(".")[0] in {"assets", "complaints", "quality", "alerts"}]


def test_format_and_domain_follow_from_signal_and_field():
    found = elements()
    power = found["telemetry.unit.heat_power_gj_h"]
    assert power.format == "n..5,2"
    assert found["assets.substation.system"].domain.startswith("single=单系统")
    assert found["assets.substation.code"].format == "an..20"
    assert "assets.substation" in found["assets.unit.substation"].domain


def test_personal_data_are_graded_and_secrets_closed():
    found = elements()
    assert found["complaints.ticket.caller_phone"].level >= Level.SENSITIVE
    assert found["complaints.ticket.caller_phone"].mask == "phone"
    assert found["accounts.user.password"].sharing == Sharing.CLOSED
    assert found["telemetry.sender.token_digest"].sharing == Sharing.CLOSED
    assert found["telemetry.weather.outdoor_temp_c"].sharing == Sharing.OPEN
    assert found["telemetry.room.room_temp_c"].level == Level.SENSITIVE
    assert found["assets.pipe.longitude"].sharing == Sharing.CLOSED


def test_version_follows_from_content():
    e = elements()["telemetry.unit.heat_power_gj_h"]
    from dataclasses import replace

    assert e.digest == replace(e).digest != replace(e, unit="MW").digest


def test_every_declared_pattern_means_something():
    keys = set(data_resources())
    for subject in subjects().tree[:-1]:
        plain = [r for r in subject.resources if "*" not in r]
        missing = [r for r in plain if r not in keys and r.replace("_", "") not in keys]
        aliases = {"assets.plannedoutage", "assets.heatuser", "assets.roomsensor"}
        assert set(missing) <= aliases, missing
    assert len(own_models()) > 10


@pytest.mark.feature("A7-2")
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("室内温度", "telemetry.device.room_temp_c"),
        ("heat_power_gj_h", "telemetry.unit.heat_power_gj_h"),
        ("来电号码", "complaints.ticket.caller_phone"),
    ],
)
def test_search_finds_the_closest_name_first(text, first):
    assert search(text)[0].key == first


def test_search_needs_every_word():
    assert search("换热机组 二次 温度")
    assert not search("换热机组 不存在的词")
    assert all(re.search("signal", e.element.kind) for e in search("温度", kind="signal"))

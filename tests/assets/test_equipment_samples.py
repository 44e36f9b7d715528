"""The front end lays out the standard systems as they are: its sample of them is the server's own list."""

from __future__ import annotations

import json
from pathlib import Path

from cleanheat.assets.equipment.listing import EquipmentItem, EquipmentList
from cleanheat.assets.equipment.queries import standard_scenes

SAMPLE = Path(__file__).parents[2] / "web/src/scenes/layout/standards.sample.json"
SIZING = ("dn_mm", "power_kw", "plates", "volume_m3", "capacity_mw", "height_m")


def sample() -> str:
    """What layouts read of the standard systems, one system a line."""
    lines = [json.dumps(_short(scene), ensure_ascii=False, separators=(",", ":")) for scene in standard_scenes()]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _short(scene: EquipmentList) -> dict[str, object]:
    return {
        "key": scene.key,
        "kind": scene.kind,
        "name": scene.name,
        "layout": scene.layout_zh,
        "units": [[unit.number, unit.name] for unit in scene.units],
        "rows": [_row(item) for item in scene.equipment],
    }


def _row(i: EquipmentItem) -> list[object]:
    plate = {entry.key: entry.value for entry in i.nameplate if entry.key in SIZING}
    return [i.kind, i.tag, i.role, i.unit, i.ordinal, int(i.is_standby), plate]


def test_the_sample_is_the_servers_own_list():
    assert SAMPLE.read_text("utf-8") == sample(), "write sample() to the file"

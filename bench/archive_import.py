"""How long do 50,000 buildings take into the archive, every check made and every change kept?

Floor: reading the file alone.  Peer: the same rows read plainly and stored by Django's ``bulk_create``, with no check,
no history and no references looked up.
"""

from __future__ import annotations

import csv
import os
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.harness import Figure, Spent, spent

BUILDINGS: Final = 50_000
COMMUNITIES: Final = 6_500
HEAD: Final = (
    "楼栋名称",
    "所属小区",
    "行政区",
    "供热单位",
    "机组编码",
    "建筑年代",
    "层数",
    "楼高",
    "供热面积（万㎡）",
    "户数",
    "节能",
    "经度",
    "纬度",
)
TARGET_S: Final = 60.0


def rows(seed: int = 11) -> list[list[Any]]:
    """Buildings as a company writes them: GBK, houses as 栋 or #, areas in ten thousands of square metres."""
    rng = np.random.default_rng(seed)
    community = np.sort(rng.integers(1, COMMUNITIES + 1, BUILDINGS))
    first = np.searchsorted(community, community)
    serial = np.arange(BUILDINGS) - first + 1
    floors = rng.integers(5, 33, BUILDINGS)
    area = rng.uniform(0.2, 1.4, BUILDINGS)
    at = rng.uniform((125.1, 43.7), (125.5, 44.0), (BUILDINGS, 2))
    written = ("栋", "#楼", "号楼", "幢")
    return [
        [
            f"第{c}小区{s}{written[c % 4]}",
            f"小区{c}",
            "南关区",
            "甲热力",
            f"JZ{(c - 1) % 4 + 1}",
            1_985 + c % 35,
            f,
            f * 3,
            f"{a:.3f}",
            int(f * 8),
            "节能50%",
            f"{x:.6f}",
            f"{y:.6f}",
        ]
        for c, s, f, a, (x, y) in zip(community.tolist(), serial.tolist(), floors.tolist(), area, at, strict=True)
    ]


def run(long: bool) -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _database(folder)
        path = folder / "buildings.csv"
        with path.open("w", encoding="gbk", newline="") as out:
            csv.writer(out).writerows([list(HEAD), *rows()])
        floor, peer, ours = _reading(path), _bulk_create(path), _importing(path)
    print(f"CPU s: ours {ours.cpu_s:.1f}, reading alone {floor.cpu_s:.2f}, read and bulk_create {peer.cpu_s:.1f}")
    told = f"{peer.cpu_s:.1f} CPU-s plain read and bulk_create, unchecked"
    return [
        Figure("twin.import_s", ours.wall_s, "s", TARGET_S, floor.wall_s, told),
        Figure("twin.import_cpu_s", ours.cpu_s, "CPU-s", TARGET_S, floor.cpu_s, peer.cpu_s),
    ]


def _database(folder: Path) -> None:
    """A database of its own in a file, with a small city whose communities are as many as the real one's."""
    os.environ.update(CLEANHEAT_DATA_DIR=str(folder), DJANGO_SETTINGS_MODULE="cleanheat.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from cleanheat.accounts.public import load_organisations
    from cleanheat.assets import public as assets
    from tests import small_city

    call_command("migrate", verbosity=0)
    load_organisations(small_city.organisations())
    tables = small_city.tables()
    tables["substation"] |= {"company_id": [10] * 4, "office_id": [11] * 4}
    kept = ("area", "plant", "branch", "boiler", "substation", "unit")
    assets.load({kind: tables[kind] for kind in kept} | {"community": _communities()})


def _communities() -> dict[str, list[Any]]:
    numbers = list(range(1, COMMUNITIES + 1))
    return {
        "number": numbers,
        "code": [f"220102-XQ-{n:06d}" for n in numbers],
        "name": [f"小区{n}" for n in numbers],
        **{
            name: [value] * COMMUNITIES
            for name, value in {
                "district_id": 2, "longitude": 125.3, "latitude": 43.9, "built_year": 2000, "company_id": 10,
                "substation_id": 1, "street_id": 12,
            }.items()
        },
    }  # fmt: skip


def _reading(path: Path) -> Spent:
    from cleanheat.assets.importing.sources import chunks_of, layers_of

    return spent(lambda: sum(chunk.rows for chunk in chunks_of(path, layers_of(path)[0])))


def _bulk_create(path: Path) -> Spent:
    """What a loader without checks would do; taken back afterwards."""
    from django.db import transaction

    from cleanheat.assets.models import Building

    def work() -> None:
        with path.open(encoding="gbk", newline="") as lines, transaction.atomic():
            made = [_plain(n, row) for n, row in enumerate(csv.DictReader(lines), 1)]
            Building.objects.bulk_create(made, batch_size=2_000)
            transaction.set_rollback(True)

    return spent(work)


def _plain(number: int, row: dict[str, str]) -> Any:
    from cleanheat.assets.models import Building

    return Building(
        number=number, code=f"220102-LD-{number:06d}", name=row["楼栋名称"], district_id=2, company_id=10, unit_id=5,
        community_id=int(row["所属小区"][2:]), longitude=float(row["经度"]), latitude=float(row["纬度"]),
        built_year=int(row["建筑年代"]), floors=int(row["层数"]), height_m=float(row["楼高"]),
        heated_area_m2=float(row["供热面积（万㎡）"]) * 1e4, households=int(row["户数"]), energy_class="s50",
    )  # fmt: skip


def _importing(path: Path) -> Spent:
    """Proposed columns, the dry run with every check, then the confirmed write with history and a new version."""
    from cleanheat.assets import records
    from cleanheat.assets.importing.mapping import ColumnMap, suggested
    from cleanheat.assets.importing.rehearsing import kept_records, rehearse
    from cleanheat.assets.importing.sources import layers_of

    def work() -> None:
        layer = layers_of(path)[0]
        columns = {s.field: s.column for s in suggested("building", layer.columns)}
        mapping = ColumnMap("building", layer.name, columns, rules=("width", "house", "phase"))
        found = rehearse(path, layer, mapping, None, lambda *_: None, path)
        if found.created != BUILDINGS:
            raise RuntimeError(f"{found.created} of {BUILDINGS} buildings passed: {found.reasons}")
        records.apply("building", kept_records(path), None, "bench")

    return spent(work)

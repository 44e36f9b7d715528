"""How right are the diagnoses?  The table of targets, each figure beside its baselines, in parts that run alone.

``python -m bench.diagnosis_accuracy [--only PART] [--quick]`` prints the table, keeps the figures in
``build/accuracy.json`` and writes ``docs/accuracy.md`` from all that is kept there.  The evaluation seed is for
figures only; models were made with the development seeds, of which nothing is kept.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

EVALUATION_SEED = 900_101
OWN_SEEDS: Mapping[str, int] = {"startup": 900_102, "archives": 900_301}
"""The start of the season was changed after its figures of 900,101 were seen: it is measured on a seed of its own."""
KEPT, PAGE = Path("build/accuracy.json"), Path("docs/accuracy.md")
PARTS: Mapping[str, tuple[str, str]] = {
    "real": ("bench.diagnosis_accuracy_real", "Measured substations"),
    "circuits": ("bench.diagnosis_accuracy_circuits", "Simulated winters: expected values"),
    "startup": ("bench.diagnosis_accuracy_startup", "Start of the season"),
    "stopped": ("bench.diagnosis_accuracy_stopped", "Supply stopped, minute by minute"),
    "detection": ("bench.diagnosis_accuracy_detection", "Simulated winters: faults found"),
    "rooms": ("bench.diagnosis_accuracy_rooms", "Rooms and homes"),
    "live": ("bench.diagnosis_accuracy_live", "A day as the platform judges it"),
    "archives": ("bench.archives_accuracy", "Archives: records that find their objects"),
}
"""Part → the module whose ``rows(seed, quick)`` measures it, and its heading."""


@dataclass(frozen=True)
class Row:
    """One figure of the table; ``note`` says what kind of weather was known, and what else has to be known."""

    what: str
    data: str
    value: float | None
    unit: str
    target: float | None = None
    better: Literal["lower", "higher"] = "lower"
    baselines: Mapping[str, float] = field(default_factory=dict)
    counts: str = ""
    note: str = ""

    @property
    def reached(self) -> bool | None:
        if self.target is None or self.value is None:
            return None
        return self.value <= self.target if self.better == "lower" else self.value >= self.target

    def line(self) -> str:
        """As a line of a Markdown table."""
        sign = "≤" if self.better == "lower" else "≥"
        target = "" if self.target is None else f"{sign} {_shown(self.target, self.unit)}"
        mark = {None: "", True: "yes", False: "**no**"}[self.reached]
        beside = ", ".join(f"{name} {_shown(v, self.unit)}" for name, v in self.baselines.items())
        ours = "not measured" if self.value is None else _shown(self.value, self.unit)
        return f"| {self.what} | {self.data} | {ours} | {target} | {mark} | {beside} | {self.counts} | {self.note} |"


def _shown(value: float, unit: str) -> str:
    if unit == "%":
        return f"{100 * value:.1f} %"
    if unit == "":
        return f"{value:.3f}"
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


HEAD = "| figure | data | ours | target | reached | beside it | counts | note |\n|---|---|---|---|---|---|---|---|"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=tuple(PARTS), action="append")
    parser.add_argument("--seed", type=int, help="another city than that of the figures that are kept")
    parser.add_argument("--quick", action="store_true", help="much less data: does it run?")
    given = parser.parse_args()
    set_up()
    is_for_good = given.seed is None and not given.quick
    for part in given.only or PARTS:
        measured = measure(part, given.seed or seed_of(part), given.quick)
        if is_for_good:
            keep("diagnosis", {part: measured})
    if is_for_good:
        write_page()
    return 0


def seed_of(part: str) -> int:
    """The seed of the figures that are kept."""
    return OWN_SEEDS.get(part, EVALUATION_SEED)


def set_up() -> None:
    """Django on a data directory of its own: nobody's city is touched."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cleanheat.config.settings")
    os.environ["CLEANHEAT_DATA_DIR"] = tempfile.mkdtemp(prefix="cleanheat-accuracy-")

    django.setup()


def measure(part: str, seed: int, quick: bool = False) -> dict[str, Any]:
    """One part's rows, printed; as a document with the CPU seconds they took."""
    module, heading = PARTS[part]
    work: Callable[[int, bool], list[Row]] = importlib.import_module(module).rows
    cpu, wall = time.process_time(), time.monotonic()
    found = work(seed, quick)
    spent = time.process_time() - cpu
    print(f"\n{heading} ({spent:.0f} s CPU, {time.monotonic() - wall:.0f} s)\n\n{HEAD}")
    print("\n".join(row.line() for row in found), flush=True)
    return {"seed": seed, "cpu_s": round(spent, 1), "rows": [asdict(row) for row in found]}


def keep(section: str, document: Mapping[str, Any]) -> None:
    """Put parts of a section beside what earlier runs have left in ``build/accuracy.json``."""
    KEPT.parent.mkdir(exist_ok=True)
    kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    kept[section] = kept.get(section, {}) | document
    KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False), "utf-8")


def write_page() -> None:
    """``docs/accuracy.md`` from everything that is kept."""
    kept = json.loads(KEPT.read_text("utf-8"))
    parts = [INTRODUCTION, *_diagnosis(kept.get("diagnosis", {})), *_data(kept)]
    PAGE.write_text("\n\n".join(parts) + "\n", "utf-8")


INTRODUCTION = """# Accuracy

Written by `make accuracy`; do not edit. Every figure stands beside its target and beside simpler methods measured on
the same hours of the same run: *persistence* (the same hour of the day before, or the present value), a *static line*
of the outdoor temperature, *ridge* (the platform's linear layer alone) and *LightGBM* where it is installed
(`pip install -e '.[peers]'`). Models learn from earlier seasons and are judged on the last one, by rolling origin,
never shuffled. Faults put into measured series are always reported as injected. Simulated figures are of a seed that
nobody has developed with; a simulator is kinder than the world, so the measured series come first."""


def _diagnosis(kept: Mapping[str, Any]) -> list[str]:
    found = []
    for part, (_, heading) in PARTS.items():
        if part in kept:
            rows = [Row(**row).line() for row in kept[part]["rows"]]
            seed = "" if part == "real" else f"Seed {kept[part]['seed']:,}. "
            found.append(f"## {heading}\n\n{seed}{kept[part]['cpu_s']:.0f} s CPU.\n\n" + "\n".join([HEAD, *rows]))
        else:
            found.append(f'## {heading}\n\nNot measured yet: `make accuracy ARGS="--only {part}"`.')
    return found


def _data(kept: Mapping[str, Any]) -> list[str]:
    """The figures of faults in the data (``bench.accuracy``)."""
    found = []
    if "simulated" in kept:
        head = "| family | wrong values | found | recall | sound values | wrongly hit |\n|---|---|---|---|---|---|"
        rows = [
            f"| {name} | {f['wrong']:,} | {f['found']:,} | {f['found'] / max(f['wrong'], 1):.2%} | {f['sound']:,} | "
            f"{f['false'] / max(f['sound'], 1):.4%} |"
            for name, f in kept["simulated"]["families"].items()
        ]
        about = f"Seed {kept['simulated']['seed']:,}, {kept['simulated']['minutes']} minutes."
        found.append("## Faults in the data, simulated\n\n" + about + "\n\n" + "\n".join([head, *rows]))
    for name, f in kept.get("real", {}).items():
        head = "| dirt | values | marked | for what it is |\n|---|---|---|---|"
        rows = [f"| {k} | {n:,} | {f['marked'][k]:,} | {f['named'][k]:,} |" for k, n in f["wrong"].items()]
        rows.append(f"| others left good | {f['others']:,} | {f['others_good']:,} | |")
        found.append(f"## Faults in the data, {name}\n\n{f['rows']:,} rows.\n\n" + "\n".join([head, *rows]))
    return found


if __name__ == "__main__":
    sys.exit(main())

"""How well are faults in the data found, and how right are the diagnoses?  ``python -m bench.accuracy``.

Tables, ``build/accuracy.json`` and ``docs/accuracy.md``; ``--only`` runs some parts: ``simulated`` and ``real`` for
faults in the data, ``real`` and the others of ``bench.diagnosis_accuracy`` for diagnoses.
Development seeds and evaluation seeds are kept apart: rules and estimators were made looking at the former only.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from bench import diagnosis_accuracy

DEVELOPMENT_SEEDS, EVALUATION_SEED = (11, 23, 37), 777_001
START = 1_768_431_600
"""15 January 2026, 07:00 in Changchun."""
MINUTES = 480
ORDER = (
    "out_of_range", "spike", "stuck", "drift", "unit_mistake", "swapped", "sign", "sentinel", "counter_reset", "late",
    "missing", "row_missing", "duplicated", "wrong_clock", "gateway_lost", "channel_dead", "lie", "all",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=EVALUATION_SEED)
    parser.add_argument("--minutes", type=int, default=MINUTES)
    parser.add_argument("--size", default="small")
    parser.add_argument("--only", action="append", choices=("simulated", *diagnosis_accuracy.PARTS))
    parser.add_argument("--every", type=int, default=1, help="of the real series' clean stretches one in so many")
    parser.add_argument("--times", type=float, default=1, help="spikes, stuck sensors, wrong units so often more")
    parser.add_argument("--details", action="store_true", help="which rules hit wrongly, what was missed")
    given = parser.parse_args()
    parts = given.only or ["simulated", *diagnosis_accuracy.PARTS]
    diagnosis_accuracy.set_up()
    if "simulated" in parts:
        _keep("simulated" if given.times == 1 else "simulated_often", _simulated(given))
    if "real" in parts:
        _keep("real", _real(given))
    for part in (p for p in parts if p != "simulated"):
        diagnosis_accuracy.keep("diagnosis", {part: diagnosis_accuracy.measure(part, diagnosis_accuracy.seed_of(part))})
    diagnosis_accuracy.write_page()
    return 0


def _simulated(given: argparse.Namespace) -> dict[str, Any]:
    from bench.trial import OFTEN, RATES, trial

    rates = {fault: rate * (given.times if fault in OFTEN else 1) for fault, rate in RATES.items()}
    began = time.monotonic()
    done = trial(given.seed, START, given.minutes, given.size, rates, tell=_tell)
    print(f"\n{given.size} city, seed {given.seed}, {done.minutes} minutes, {time.monotonic() - began:.0f} s\n")
    print("| family | wrong | found | recall | sound | wrongly hit | share |\n|---|---|---|---|---|---|---|")
    families = {}
    for name in (n for n in ORDER if n in done.scores):
        s = done.scores[name]
        counts = f"{s.wrong:,} | {s.found:,} | {s.recall:.4f} | {s.sound:,} | {s.false:,} | {s.false_share:.5%}"
        print(f"| {name} | {counts} |")
        families[name] = {"wrong": s.wrong, "found": s.found, "sound": s.sound, "false": s.false}
    if given.details:
        print("\nwrongly hit:", *done.false_beside.most_common(40), sep="\n  ")
        missed = [(k, n, done.wrong_at[k]) for k, n in done.missed.most_common(40)]
        print("\nmissed (of):", *missed, sep="\n  ")
    return {"seed": given.seed, "size": given.size, "minutes": done.minutes, "families": families}


def _real(given: argparse.Namespace) -> dict[str, Any]:
    from bench import real_series

    found: dict[str, Any] = {}
    series = {
        n: real_series.read(n) for n in ("scada_L4", "scada_L17") if (real_series.FOLDER / f"{n}.csv.gz").exists()
    }
    if not series:
        print(f"{real_series.FOLDER} is not there: no real series judged")
    asked = {n: real_series.chosen(rows, given.every) for n, rows in series.items()}
    for name, done in (real_series.judge_all(series, asked, tell=_tell) if series else {}).items():
        rows = series[name]
        print(f"\n{name}, {done.rows:,} rows of {rows.minutes.shape[0]:,}\n")
        print("| dirt | values | marked | for what it is |\n|---|---|---|---|")
        for sort, wrong in done.wrong.items():
            print(f"| {sort} | {wrong:,} | {done.marked[sort]:,} | {done.named[sort]:,} |")
        print(f"| others left good | {done.others:,} | {done.others_good:,} | {done.good_share:.4%} |")
        if given.details:
            print("\nothers marked by:", *done.others_by_rule.most_common(20), sep="\n  ")
        found[name] = {
            "rows": done.rows,
            "wrong": dict(done.wrong),
            "marked": dict(done.marked),
            "named": dict(done.named),
            "others": done.others,
            "others_good": done.others_good,
        }
    return found


def _keep(part: str, document: dict[str, Any]) -> None:
    target = diagnosis_accuracy.KEPT
    target.parent.mkdir(exist_ok=True)
    kept = json.loads(target.read_text("utf-8")) if target.exists() else {}
    target.write_text(json.dumps(kept | {part: document}, indent=1, ensure_ascii=False), "utf-8")


def _tell(done: int, total: int) -> None:
    print(f"\r{done} / {total} minutes", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

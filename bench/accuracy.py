"""How well are faults in the data found?  ``python -m bench.accuracy``: tables, and ``build/accuracy.json``.

Development seed and evaluation seed are kept apart: rules and estimators were made looking at the first only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

DEVELOPMENT_SEED, EVALUATION_SEED = 11, 4_242
START = 1_768_431_600
"""15 January 2026, 07:00 in Changchun."""
MINUTES = 1_560
ORDER = (
    "out_of_range", "spike", "stuck", "drift", "unit_mistake", "swapped", "sign", "sentinel", "counter_reset", "late",
    "missing", "duplicated", "wrong_clock", "gateway_lost", "channel_dead", "lie", "all",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=EVALUATION_SEED)
    parser.add_argument("--minutes", type=int, default=MINUTES)
    parser.add_argument("--size", default="small")
    parser.add_argument("--details", action="store_true", help="which rules hit wrongly, what was missed")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cleanheat.config.settings")
    import django

    django.setup()
    from bench.trial import trial

    began = time.monotonic()
    done = trial(given.seed, START, given.minutes, given.size, tell=_tell)
    print(f"\n{given.size} city, seed {given.seed}, {done.minutes} minutes, {time.monotonic() - began:.0f} s\n")
    print("| family | wrong | found | recall | sound | wrongly hit | share |\n|---|---|---|---|---|---|---|")
    document = {}
    for name in (n for n in ORDER if n in done.scores):
        s = done.scores[name]
        print(
            f"| {name} | {s.wrong:,} | {s.found:,} | {s.recall:.4f} | {s.sound:,} | {s.false:,} | {s.false_share:.5%} |"
        )
        document[name] = {"wrong": s.wrong, "found": s.found, "sound": s.sound, "false": s.false}
    if given.details:
        print("\nwrongly hit:", *done.false_beside.most_common(40), sep="\n  ")
        missed = [(k, n, done.wrong_at[k]) for k, n in done.missed.most_common(40)]
        print("\nmissed (of):", *missed, sep="\n  ")
    target = Path("build") / "accuracy.json"
    target.parent.mkdir(exist_ok=True)
    kept = json.loads(target.read_text("utf-8")) if target.exists() else {}
    kept["simulated"] = {"seed": given.seed, "size": given.size, "minutes": done.minutes, "families": document}
    target.write_text(json.dumps(kept, indent=1), "utf-8")
    return 0


def _tell(done: int, total: int) -> None:
    print(f"\r{done} / {total} minutes", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

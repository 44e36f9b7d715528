"""The rule language against Polars, Pandera and Great Expectations: same frame, same 30 rules, same failing rows.

Each runs in a process of its own; a peer that is not installed (extra ``peers``) is reported as skipped.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.harness import Figure, spent
from bench.rules_frame import RULES, table

PEERS = {"polars": "polars", "pandera": "pandera", "great_expectations": "great_expectations"}
REPEATS = {"ours": 15, "polars": 15, "pandera": 5, "great_expectations": 1}


def figures() -> list[Figure]:
    """Ratios of CPU time, peer to ours, and what one formula costs a row."""
    ours = _apart("ours")
    peers = {name: _apart(name) for name, module in PEERS.items() if importlib.util.find_spec(module)}
    for name in PEERS.keys() - peers.keys():
        print(f"  {name}: skipped, not installed (extra `peers`)")
    for name, found in peers.items():
        different = [code for code in RULES if found["failing"][code] != ours["failing"][code]]
        if different:
            raise SystemExit(f"{name} fails other rows than ours in {different}")
    for name, found in {"ours": ours, **peers}.items():
        print(f"  {name}: {found['cpu_s'] * 1e3:,.1f} ms CPU, {found['violations']:,} violations")
    targets = {"polars": ("rules.vs_polars_ratio", 1.0), "pandera": ("rules.vs_pandera_ratio", 4.0),
               "great_expectations": ("rules.vs_gx_ratio", 80.0)}  # fmt: skip
    ratios = [
        Figure(*_ratio(targets[name], found, ours), peer=f"{found['cpu_s'] * 1e3:,.0f} ms", better="higher")
        for name, found in peers.items()
    ]
    return [
        Figure("rules.ns_per_row", ours["formula_ns"], "ns", target=10.0, peer="8.0 (prototype)"),
        Figure("rules.frame_ms", ours["cpu_s"] * 1e3, "ms CPU", target=45.0, peer="31 (polars), 44 (numpy)"),
        *ratios,
    ]


def _ratio(target: tuple[str, float], peer: dict[str, Any], ours: dict[str, Any]) -> tuple[str, float, str, float]:
    return target[0], peer["cpu_s"] / ours["cpu_s"], "×", target[1]


def _apart(name: str) -> dict[str, Any]:
    """One contestant's CPU seconds (best of its repeats) and digests of its failing rows."""
    quiet = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "GX_ANALYTICS_ENABLED": "False", "TQDM_DISABLE": "1"}
    command = [sys.executable, "-m", "bench.rules_peers", name]
    done = subprocess.run(command, env={**os.environ, **quiet}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed: {done.stderr[-2_000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _contestant(name: str) -> tuple[Callable[[], Any], Callable[[], Any] | None]:
    """What is timed: masks of all rules; and ours over the one formula."""
    data, codes = table(), list(RULES)
    if name == "ours":
        from bench import rules_ours

        return lambda: rules_ours.failing(data), lambda: rules_ours.formula(data)
    from bench import rules_others as others

    frame = others.polars_frame(data)
    if name == "polars":
        failing = others.failing(data)
        return lambda: others.by_polars(failing, frame), None
    if name == "pandera":
        schema = others.pandera_schema(data)
        return lambda: others.by_pandera(schema, frame, codes), None
    held = others.pandas_frame(data, frame)
    return lambda: others.by_great_expectations(data, frame, held, codes), None


def _child(name: str) -> None:
    work, formula = _contestant(name)
    masks = work()
    answer = {
        "cpu_s": min(spent(work).cpu_s for _ in range(REPEATS[name])),
        "violations": int(masks.sum()),
        "failing": {
            code: hashlib.sha256(np.packbits(m).tobytes()).hexdigest() for code, m in zip(RULES, masks, strict=True)
        },
    }
    if formula:
        formula()
        answer["formula_ns"] = min(spent(formula).cpu_s for _ in range(20)) / masks.shape[1] * 1e9
    print(json.dumps(answer))


if __name__ == "__main__":
    _child(sys.argv[1])

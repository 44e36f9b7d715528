"""The public peer: ``energy-fault-detector`` (PyPI) on the same series, one detector a series, as it comes.

It needs packages that the platform does not have (tensorflow), so it gets a virtual environment of its own, made once
under ``build/``, and runs there as a child that is given arrays and leaves arrays::

    found = detect(values, names, times, train)      # None, said why, where the environment cannot be made

This file is also what that child runs: nothing but numpy may be imported at its top.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

RELEASE = "energy-fault-detector==0.8.1"
PLACE = Path("build/energy-fault-detector")
PATIENCE_S = 1_800
MOST_UNKNOWN = 0.3
"""Columns with more unknown rows are left out; its own default, 5 %, would drop a meter that died once."""


@dataclass(frozen=True)
class Found:
    """CPU seconds a series to fit and to detect, ``float64[S]``; ``flagged bool[S, T]``: where it sees an anomaly,
    ``score float64[S, T]``: its anomaly score (both false/NaN where a row was not known).
    """

    fit_cpu_s: Any
    detect_cpu_s: Any
    flagged: Any
    score: Any


def detect(values: Any, names: list[str], times: Any, train: Any) -> Found | None:
    """Fit on the hours ``train bool[S, T]`` of ``values float32[S, C, T]`` (NaN: unknown), detect in all hours."""
    python = _python()
    if python is None:
        return None
    with tempfile.TemporaryDirectory(prefix="cleanheat-peer-") as made:
        given, left = Path(made) / "given.npz", Path(made) / "left.npz"
        np.savez(given, values=values, names=np.array(names), times=times, train=train)
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "OMP_NUM_THREADS": "1"}
        one = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
        command = [str(python), str(Path(__file__).resolve()), str(given), str(left)]
        env = {**os.environ, **quiet, **one}
        done = subprocess.run(
            command, cwd=made, env=env, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        if done.returncode:
            raise SystemExit(f"energy-fault-detector failed: {done.stderr[-2_000:]}")
        with np.load(left) as kept:
            return Found(*(kept[name] for name in ("fit_cpu_s", "detect_cpu_s", "flagged", "score")))


def _python() -> Path | None:
    """The interpreter of the peer's environment; None, with a line that says so, where it cannot be installed."""
    python = PLACE / "bin" / "python"
    if not (PLACE / "complete").exists():
        print(f"  {RELEASE}: making its environment in {PLACE} (once)")
        steps = [
            [sys.executable, "-m", "venv", "--clear", str(PLACE)],
            [str(python), "-m", "pip", "install", "-q", RELEASE],
        ]
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"  {RELEASE}: skipped, cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
                return None
        (PLACE / "complete").touch()
    return python.absolute()


# --- what runs in the peer's environment -----------------------------------------------------------------------------


def _child(given: Path, left: Path) -> None:
    import pandas as pd
    from energy_fault_detector import FaultDetector
    from energy_fault_detector.config import generate_quickstart_config

    with np.load(given) as kept:
        values, names, times, train = (kept[name] for name in ("values", "names", "times", "train"))
    at = pd.to_datetime(times, unit="s")
    series, hours = values.shape[0], times.size
    cost = np.zeros((2, series))
    flagged, score = np.zeros((series, hours), bool), np.full((series, hours), np.nan)
    for row in range(series):
        frame = pd.DataFrame(values[row].T.astype(np.float64), index=at, columns=[str(name) for name in names])
        known = frame.notna().any(axis=1).to_numpy()
        begin = time.process_time()
        detector = FaultDetector(generate_quickstart_config(max_nan_frac=MOST_UNKNOWN))
        detector.fit(frame[known & train[row]], save_models=False)
        middle = time.process_time()
        answer = detector.predict(frame[known])
        cost[:, row] = middle - begin, time.process_time() - middle
        flagged[row, known] = answer.predicted_anomalies.to_numpy().reshape(-1).astype(bool)
        score[row, known] = answer.anomaly_score.to_numpy().reshape(-1)
    np.savez(left, fit_cpu_s=cost[0], detect_cpu_s=cost[1], flagged=flagged, score=score)


if __name__ == "__main__":
    _child(Path(sys.argv[1]), Path(sys.argv[2]))

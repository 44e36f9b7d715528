"""How does training run beside a web process?  As a child that gets arrays on disk and leaves weights there.

Its priority is low, jax lives and dies with it, and it is ended when whoever waits is cancelled.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from cleanheat.diagnosis.network.lessons import Lessons
from cleanheat.diagnosis.network.settings import Settings
from cleanheat.diagnosis.network.weights import Weights

Progress = Callable[[int, int, str], None]
MODULE = "cleanheat.diagnosis.network.training"


def trained(lessons: Lessons, settings: Settings, progress: Progress, folder: Path | None = None) -> list[Weights]:
    """Weights as of each origin.  ``progress`` is told the steps done; what it raises ends the child and goes on up.

    ``folder``: where there is room for the arrays (a temporary directory is made in it).
    """
    with tempfile.TemporaryDirectory(prefix="network-", dir=folder) as made:
        place = Path(made)
        lessons.save(place)
        (place / "settings.json").write_bytes(msgspec.json.encode(settings))
        _run(place, progress)
        return [_weights(place / f"weights_{turn}.npz") for turn in range(settings.origins)]


def _run(place: Path, progress: Progress) -> None:
    with (place / "errors.txt").open("w") as errors:
        command = [sys.executable, "-m", MODULE, str(place)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as child:  # noqa: S603 - our own
            try:
                for line in child.stdout or ():
                    done, total, loss = line.split()
                    progress(int(done), int(total), f"共享网络训练，损失 {float(loss):.3f}")
                code = child.wait()
            finally:
                child.kill()
    if code:
        raise RuntimeError(f"training ended with {code}: {(place / 'errors.txt').read_text()[-2_000:]}")


def _weights(path: Path) -> Weights:
    with np.load(path) as kept:
        return {name: kept[name] for name in kept.files}

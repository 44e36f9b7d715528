"""What learning and judging cost: all circuits' parameters over three seasons, the shared network, a minute, the peer.

``diagnosis.refit_ridge_cpu_s`` is the whole refit that training runs (all quantities, groups, rolling validation,
curves) over 3,500 circuits; reading the history from the store is not in it.  The network's refit runs under --long.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness import Figure, spent

if TYPE_CHECKING:
    from bench.diagnosis_past import Past
    from cleanheat.diagnosis.fleet.kept import Trained
    from cleanheat.diagnosis.network.settings import Settings

SUBSTATIONS, PEER_SERIES = 3_500, 20
PUBLISHED = "7.6–8.8 CPU-h (published)"


def run(long: bool) -> list[Figure]:
    here = Path(tempfile.mkdtemp(prefix="cleanheat-bench-"))
    os.environ["CLEANHEAT_DATA_DIR"] = str(here)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cleanheat.config.settings")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy comes: threads that wait count as CPU seconds
    try:
        import django

        django.setup()
        from bench import diagnosis_minute

        return [*_learning(long, here), *diagnosis_minute.figures(here)]
    finally:
        shutil.rmtree(here, ignore_errors=True)


def _learning(long: bool, here: Path) -> list[Figure]:
    from bench.diagnosis_past import past
    from cleanheat.diagnosis.fleet import fleetwide
    from cleanheat.diagnosis.fleet.assembling import Window
    from cleanheat.diagnosis.fleet.grouping import design_circuit

    made = past(SUBSTATIONS)
    window = Window(1, int(made.axis.stamps[0]), int(made.axis.stamps[-1]), "simulated")
    order = fleetwide.Order(made.size, window, design_circuit(made.city.archive, "unit"))
    trained: list[Trained] = []
    cost = spent(lambda: trained.append(fleetwide.fit("unit", made.axis, made.blocks, order)))
    print(f"  {made.series:,} circuits × {made.axis.hours:,} h: {cost.cpu_s:.1f} CPU-s; no GPU is used")
    floor, peer = spent(lambda: _one_pass(made)), _peer_cpu_s(made)
    beside = PUBLISHED if peer is None else f"{peer / 3600:.1f} CPU-h (extrapolated)"
    figures = [Figure("diagnosis.refit_ridge_cpu_s", cost.cpu_s, "CPU-s", 60.0, floor.cpu_s, beside)]
    if peer is not None:
        figures.append(Figure("diagnosis.vs_efd_ratio", peer / cost.cpu_s, "×", peer=beside, better="higher"))
    return [*figures, *(_network(made, trained[0], here) if long else [])]


def _one_pass(made: Past) -> None:
    """The floor: every reading multiplied once by the features and their products, nothing solved or validated."""
    import numpy as np

    from cleanheat.diagnosis.fleet.designs import DESIGNS

    for design in DESIGNS["unit"]:
        if design.is_own:
            continue
        x = np.nan_to_num(design.features.build(made.axis.inputs)).astype(np.float32)
        products = (x[:, :, None] * x[:, None, :]).reshape(x.shape[0], -1)
        for block in made.blocks:
            y = block.values[design.channel]
            known = np.isfinite(y)
            _ = known.astype(np.float32) @ products, np.where(known, y, np.float32(0)) @ x


def _peer_cpu_s(made: Past) -> float | None:
    """CPU seconds of the peer for as many series as ours, extrapolated from twenty of the same; None: not installed."""
    import numpy as np

    from bench.diagnosis_past import stacked
    from bench.diagnosis_peer import RELEASE, detect

    values, names = stacked(made, PEER_SERIES)
    train = np.broadcast_to(made.axis.span > 0, (PEER_SERIES, made.axis.hours))
    found = detect(values, names, made.axis.stamps, train)
    if found is None:
        return None
    each = float(np.mean(found.fit_cpu_s + found.detect_cpu_s))
    print(f"  {RELEASE}: {each:.1f} CPU-s a series on {PEER_SERIES} of the same, extrapolated to {made.series:,}")
    return each * made.series


def _network(made: Past, trained: Trained, here: Path) -> list[Figure]:
    """The full refit: what ridge leaves, training in the child, validation of every circuit."""
    import numpy as np

    from cleanheat.diagnosis.network import learning
    from cleanheat.diagnosis.network.settings import Settings

    before, settings = os.times(), Settings.read()
    network = learning.deepen(made.axis, made.blocks, trained.parameters, here, lambda *_: None)
    after = os.times()
    used = [a - b for a, b in zip(after[:4], before[:4], strict=True)]
    steps = settings.steps_for(made.series)
    floor = spent(lambda: _products(settings)).cpu_s * steps
    for row, name in enumerate(network.quantities):
        served = network.served[row]
        ridge, own = (float(np.nanmean(m[-1, row, served])) if served.any() else np.nan for m in
                      (network.mae_ridge, network.mae_network))  # fmt: skip
        inside = float(np.nanmean(network.coverage[row]))
        print(f"  {name}: served {served.mean():.0%}, there {1 - own / ridge:.1%} better, {inside:.1%} within limits")
    print(f"  {steps:,} steps, {after.elapsed - before.elapsed:,.0f} s wall")
    return [Figure("diagnosis.refit_network_cpu_min", sum(used) / 60, "CPU-min", 30.0, floor / 60, PUBLISHED)]


def _products(settings: Settings) -> None:
    """The floor of one step: its matrix products forward and twice back, in numpy."""
    import numpy as np

    h, hours = settings.channels, settings.window_h + settings.reach_h - 1
    x, w = np.ones((settings.objects * hours, h), np.float32), np.ones((h, h), np.float32)
    for _ in range(2 * 3 * settings.layers):
        _ = x @ w

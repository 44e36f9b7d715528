"""Does the accuracy table run, and does it say what it should of the figures?  A reduced run is no evaluation."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest

from bench import diagnosis_accuracy
from bench.diagnosis_accuracy import PARTS, Row
from bench.diagnosis_accuracy_baselines import day_before, mae_each, static_line, wape
from bench.diagnosis_seasons import DEVELOPMENT_SEEDS, EVALUATION_SEED


def test_a_row_tells_its_target_and_whether_it_is_reached():
    row = Row("recall", "simulated", 0.97, "%", 0.95, "higher", {"peer": 0.5}, "97 of 100")
    assert row.reached
    assert row.line() == "| recall | simulated | 97.0 % | ≥ 95.0 % | yes | peer 50.0 % | 97 of 100 |  |"
    assert Row("error", "", 1.0, "K", 0.5).reached is False
    assert Row("error", "", None, "K", 0.5).reached is None
    assert "not measured" in Row("error", "", None, "K", 0.5).line()


def test_the_page_holds_every_part_that_was_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(diagnosis_accuracy, "KEPT", tmp_path / "accuracy.json")
    monkeypatch.setattr(diagnosis_accuracy, "PAGE", tmp_path / "accuracy.md")
    row = asdict(Row("error", "L4", 0.4, "K", 0.5))
    diagnosis_accuracy.keep("diagnosis", {"real": {"seed": 1, "cpu_s": 2.0, "rows": [row]}})
    diagnosis_accuracy.keep("diagnosis", {"rooms": {"seed": 1, "cpu_s": 2.0, "rows": [row]}})
    diagnosis_accuracy.write_page()
    page = (tmp_path / "accuracy.md").read_text("utf-8")
    assert "## Measured substations" in page
    assert "## Rooms and homes" in page
    assert page.count("| error | L4 | 0.4 K | ≤ 0.5 K | yes |") == 2
    assert set(json.loads((tmp_path / "accuracy.json").read_text("utf-8"))["diagnosis"]) == {"real", "rooms"}


def test_baselines_are_what_they_say():
    outdoor = np.linspace(-20, 5, 100)
    y = (60 - 0.6 * outdoor)[None]
    learned = np.arange(100)[None] < 60
    np.testing.assert_allclose(static_line(outdoor, y, learned), y)
    assert np.isnan(day_before(y)[0, :24]).all()
    assert day_before(y)[0, 24] == y[0, 0]
    assert mae_each(y + 1.0, y, ~learned, least=10).tolist() == pytest.approx([1.0])
    assert np.isnan(mae_each(y, y, learned, least=100)).all()
    assert wape(1.1 * y, y, np.ones(y.shape, bool)) == pytest.approx(0.1)


def test_figures_are_of_a_seed_nobody_developed_with():
    assert diagnosis_accuracy.EVALUATION_SEED == EVALUATION_SEED
    assert EVALUATION_SEED not in DEVELOPMENT_SEEDS


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_every_part_runs(part):
    command = [sys.executable, "-m", "bench.diagnosis_accuracy", "--quick", "--seed", "11", "--only", part]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    assert PARTS[part][1] in done.stdout

"""``cleanheat diagnose``: any station's file gives a whole, strict report, and what cannot be said is said."""

import json
import math
import time
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from cleanheat.config.cli import _with_rooms
from tests.diagnosis.station import made_station as made

SHARED = Path(__file__).parents[4] / "shared/data/substations_nis"
EXAMPLES = Path(__file__).parents[3] / "docs/examples"
KEYS = {"quality", "curve_in_force", "curve_recommended", "metrics", "startup", "findings"}
METRICS = {
    "secondary_supply_mae_k",
    "secondary_return_mae_k",
    "hourly_heat_smape",
    "hourly_heat_mase",
    "daily_heat_wape",
    "room_mae_k",
}


def diagnose(tmp_path: Path, columns, signals=None, more="", *extra: str) -> dict:
    file = made.write(tmp_path / "station.csv", columns)
    map_file = made.mapping(tmp_path / "map.toml", made.PLAIN if signals is None else signals, more)
    return run(tmp_path, [str(file)], map_file, *extra)


def run(tmp_path: Path, files: list[str], map_file: Path, *extra: str) -> dict:
    out = tmp_path / "report.json"
    result = CliRunner().invoke(
        _with_rooms(typer.Typer()), ["diagnose", *files, "--map", str(map_file), "--report", str(out), *extra]
    )
    assert result.exit_code == 0, result.output
    return json.loads(out.read_text("utf-8"), parse_constant=_never)


def _never(name: str) -> float:
    raise AssertionError(f"{name} in strict JSON")


@pytest.fixture(scope="module")
def two_winters(tmp_path_factory) -> dict:
    return diagnose(
        tmp_path_factory.mktemp("two"), made.made(560), None, '[rooms]\npattern = "room_*"\n', "--inject", "standard"
    )


@pytest.mark.parametrize(
    ("text", "signals", "says"),
    [
        ("", made.PLAIN, "文件没有表头"),
        ("time,outdoor,supply,back\n", made.PLAIN, "没有一行的时间能读出来"),
        ("time,a\n2022-11-01 00:00:00,40\n", {"supply_c": "nope"}, "没有映射文件所列的任何一列"),
    ],
    ids=["empty", "header alone", "no such column"],
)
def test_a_file_without_anything_to_read_is_refused(tmp_path, text, signals, says):
    file = tmp_path / "station.csv"
    file.write_text(text, "utf-8")
    map_file = made.mapping(tmp_path / "map.toml", signals)
    words = ["diagnose", str(file), "--map", str(map_file), "--report", str(tmp_path / "out.json")]
    result = CliRunner().invoke(_with_rooms(typer.Typer()), words)
    assert result.exit_code == 1
    assert says in result.output


def test_channels_that_never_move_say_nothing(tmp_path):
    stands = {name: v if name == "time" else np.full_like(v, 40.0) for name, v in made.made(110).items()}
    report = diagnose(tmp_path, stands)
    assert report["findings"] == []
    assert report["metrics"]["secondary_supply_mae_k"] is None
    assert any("死通道" in note for note in report["quality"]["notes"])


@pytest.mark.feature("A9-12")
def test_all_keys_with_baselines(two_winters):
    assert set(two_winters) >= KEYS | {"detection"}
    metrics = two_winters["metrics"]
    assert set(metrics) >= METRICS
    for name in METRICS - {"room_mae_k"}:
        assert metrics[name] is not None
        assert {f"{name}_persistence", f"{name}_ridge"} <= set(metrics)
        assert name in metrics["how"]
    assert set(metrics["room_mae_k"]) == set(metrics["room_mae_k_ridge"]) == {"1", "6", "24", "48"}
    assert metrics["rooms_worse_than_persistence"] == 0


def test_a_known_station_is_known(two_winters):
    metrics = two_winters["metrics"]
    assert metrics["secondary_supply_mae_k"] < 0.5
    assert metrics["secondary_return_mae_k"] < 0.3
    assert metrics["daily_heat_wape"] < 0.05
    assert metrics["hourly_heat_smape"] < metrics["hourly_heat_smape_persistence"]
    assert metrics["hourly_heat_smape_heated_through"] <= metrics["hourly_heat_smape"]
    assert 0 < metrics["hourly_heat_switching_share"] < 1
    curve = two_winters["curve_in_force"]
    assert curve["slope_k_per_k"] == pytest.approx(made.SLOPE, abs=0.02)
    assert curve["supply_at_0_c"] == pytest.approx(made.AT_ZERO, abs=0.5)
    supply = [s for _, s in curve["breakpoints"]]
    assert supply == sorted(supply, reverse=True)
    assert two_winters["detection"]["recall"]["stop"] >= 0.9


@pytest.mark.feature("A9-4")
def test_recommended_is_not_the_one_in_force(two_winters):
    wanted = two_winters["curve_recommended"]
    assert wanted["basis"] == "rooms"
    heights = [s for _, s in wanted["breakpoints"]]
    assert heights == sorted(heights, reverse=True)
    assert np.mean(wanted["gap_k"]) > 1  # rooms at 21 °C where 18 are wanted: over-supplied


def test_temperatures_only_night_stops_and_five_minutes(tmp_path):
    columns = made.made(60, 300, night_stop=True)
    found = diagnose(tmp_path, columns, {k: v for k, v in made.PLAIN.items() if k != "heat_amount_gj"})
    assert found["station"]["usual_step_s"] == 300
    assert found["metrics"]["secondary_supply_mae_k"] < 1.4
    assert found["curve_in_force"]["slope_k_per_k"] == pytest.approx(made.SLOPE, abs=0.03)
    assert found["metrics"]["hourly_heat_smape"] is None
    assert "热量" in found["metrics"]["cannot"]["hourly_heat_smape"]


def test_one_week_says_what_it_cannot(tmp_path):
    columns = {k: v[24 * 30 : 24 * 37] for k, v in made.made(60).items()}
    found = diagnose(tmp_path, columns, None, "", "--inject", "standard")
    assert "只有一个采暖季" in found["split"]["note"]
    assert found["metrics"]["daily_heat_wape"] is None
    assert found["metrics"]["cannot"]["daily_heat_wape"]
    assert found["findings"] == []


def test_without_weather(tmp_path):
    found = diagnose(tmp_path, made.made(120), {k: v for k, v in made.PLAIN.items() if k != "outdoor_c"})
    assert found["metrics"]["secondary_supply_mae_k"] is not None
    assert "无室外温度" in found["metrics"]["how"]["secondary_supply_mae_k"]
    assert "室外温度" in found["curve_in_force"]["cannot"]
    assert "室外温度" in found["metrics"]["cannot"]["daily_heat_wape"]


def test_a_station_that_never_heats(tmp_path):
    columns = made.made(40)
    columns["supply"][:] = columns["back"][:] = 21.0
    found = diagnose(
        tmp_path,
        columns,
        {"outdoor_c": "outdoor", "supply_c": "supply", "return_c": "back"},
        "",
        "--inject",
        "standard",
    )
    assert any("死通道" in note for note in found["quality"]["notes"])
    assert found["findings"] == []
    assert "cannot" in found["detection"]


def test_dirt_is_counted_and_does_no_harm(tmp_path):
    columns = made.made(200)
    rng = np.random.default_rng(5)
    spoiled = rng.choice(columns["time"].size, 60, replace=False)
    for rows, value in zip(np.split(spoiled, 6), (6553.5, 655.35, 3276.7, 2147483.65, -39.9, -1010.0), strict=True):
        columns["supply"][rows] = value
    for name in ("supply", "back", "primary", "primary_back"):
        columns[name][2000:2030] = 0.0
    columns["heat"][3000:3600] = 0.0  # the meter is dead for weeks while the water heats
    found = diagnose(tmp_path, columns)
    dirt = found["quality"]["dirt"]
    assert dirt["supply_c"]["sentinel"] == 60
    assert dirt["rows"]["communication_lost"] == 30
    assert found["split"]["heat_meter_dead_hours"] > 550
    assert found["curve_in_force"]["slope_k_per_k"] == pytest.approx(made.SLOPE, abs=0.02)
    assert found["metrics"]["secondary_supply_mae_k"] < 0.6


def test_units_counters_and_irregular_stamps(tmp_path):
    columns = made.made(180, 900)
    rng = np.random.default_rng(3)
    keep = np.sort(rng.choice(columns["time"].size, columns["time"].size * 2 // 3, replace=False))
    total = np.cumsum(columns["heat"]) / 1000
    total[9000:] -= total[9000]  # a new meter
    columns |= {"supply": columns["supply"] + 273.15, "back": columns["back"] * 10, "total": total}
    columns = {k: v[keep] for k, v in columns.items()}
    columns["time"] = columns["time"] + rng.integers(0, 240, keep.size)
    signals = {k: v for k, v in made.PLAIN.items() if k != "heat_amount_gj"} | {
        "heat_total_gj": '{ column = "total", unit = "MWh" }'
    }
    found = diagnose(tmp_path, columns, signals)
    assert {"supply_c", "return_c"} <= {note.partition("：")[0] for note in found["quality"]["notes"]}
    assert found["quality"]["dirt"]["heat_total_gj"]["counter_reset"] == 1
    assert found["curve_in_force"]["slope_k_per_k"] == pytest.approx(made.SLOPE, abs=0.03)
    assert found["metrics"]["daily_heat_wape"] < 0.15


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('kind = "station"\n[time]\ncolumn = "time"\n[signals]\nsuply_c = "supply"\n', "signals.suply_c"),
        ('kind = "station"\n[time]\ncolumn = "when"\n[signals]\nsupply_c = "supply"\n', "time.column"),
        ('kind = "station"\n[time]\ncolumn = "time"\n[signals]\nsupply_c = "nowhere"\n', "signals"),
        ("kind = ", "map"),
    ],
)
def test_a_bad_mapping_is_named(tmp_path, text, says):
    file = made.write(tmp_path / "station.csv", made.made(3))
    (tmp_path / "map.toml").write_text(text, "utf-8")
    out = tmp_path / "report.json"
    result = CliRunner().invoke(
        _with_rooms(typer.Typer()), ["diagnose", str(file), "--map", str(tmp_path / "map.toml"), "--report", str(out)]
    )
    assert result.exit_code == 1
    assert says in result.output
    assert not out.exists()


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the real series are not here")
@pytest.mark.parametrize("station", ["L4", "L17"])
def test_targets_on_real_hours(tmp_path, station):
    began = time.process_time()
    found = run(tmp_path, [str(SHARED / f"hourly_{station}.csv.gz")], EXAMPLES / "diagnose_hourly.toml")
    metrics = found["metrics"]
    assert time.process_time() - began < 60
    assert metrics["secondary_supply_mae_k"] <= 1.4
    assert metrics["secondary_return_mae_k"] <= 0.6
    assert metrics["hourly_heat_smape"] <= 0.11
    assert metrics["hourly_heat_mase"] <= 0.42
    assert metrics["daily_heat_wape"] <= 0.075
    for name in METRICS - {"room_mae_k"}:
        assert metrics[name] <= metrics[f"{name}_ridge"]


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the real series are not here")
@pytest.mark.parametrize("station", ["L4", "L17"])
def test_slope_from_temperatures_alone(tmp_path, station):
    text = (EXAMPLES / "diagnose_scada.toml").read_text("utf-8").partition("[signals.heat_total_gj]")[0]
    (tmp_path / "map.toml").write_text(text, "utf-8")
    found = run(tmp_path, [str(SHARED / f"scada_{station}.csv.gz")], tmp_path / "map.toml")
    curve = found["curve_in_force"]
    assert math.isclose(curve["slope_k_per_k"], curve["setpoint_slope_k_per_k"], abs_tol=0.02)

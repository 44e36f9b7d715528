import gzip
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleanheat.kernel.errors import Problem
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, season
from cleanheat.kernel.verdicts import Verdict, unpack
from cleanheat.telemetry import histories, importing
from cleanheat.telemetry.curves import curve
from cleanheat.telemetry.importing import import_file
from cleanheat.telemetry.mapping import parse_map, read_map

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared/data/substations_nis"
UNIT = KINDS["unit"]
START = 1_768_406_400  # 2026-01-15 00:00 Asia/Shanghai
FAR = 4_000_000_000

MAP = """
kind = "unit"
[object]
column = "unit"
[time]
column = "time"
[signals.primary_supply_temp_c]
column = "a"
sentinels = [-39.9]
[signals.primary_supply_pressure_mpa]
column = "p"
unit = "bar"
[signals.heat_total_gj]
column = "e"
unit = "MWh"
[[lost]]
columns = ["a", "p"]
values = [0.0]
"""


def everybody(kind, keys):
    """An archive in which every number below 1000 exists."""
    numbers = [int(k) if k.isdigit() and int(k) < 1_000 else 0 for k in keys]
    return np.array(numbers, np.uint32)


def quiet(*_):
    pass


def run(store, tmp_path, content, text=MAP, name="h.csv", progress=quiet):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_file(path, parse_map(text), store, everybody, tmp_path / "work", progress)


def counts(report):
    return {reason: tally.count for reason, tally in report.refused.items()}


DIRTY = """time,unit,a,p,e,comment
2026-01-15 00:00:00,7,60.04,6.0,100,first
2026-01-15 00:01:00,7,-39.9,6.1,100.1,sentinel
2026-01-15 00:02:00,7,0,0,0,line down
2026-01-15 00:03:00,7,n.a.,6.1,100.2,no number
2026-01-15 00:04:00,7,999,6.1,0.5,out of range and the meter starts again
2026-01-15 00:05:00,7,,6.1,0.6,empty
2026-01-15 00:05:00,7,61,6.1,0.6,twice
2026-01-15 00:06:00,99999,61,6.1,0.6,stranger
yesterday,7,61,6.1,0.6,unreadable
2026-01-15 00:07:00,7,61
2026-01-15 00:08:00,7,9999999,6.1,0.7,does not even fit the column
"""


@pytest.mark.feature("G3-1")
def test_dirt_is_refused_or_judged_and_never_lost(store, tmp_path):
    report = run(store, tmp_path, DIRTY)
    assert counts(report) == {"malformed line": 1, "unreadable time": 1, "unknown object": 1, "twice in the file": 1}
    assert (report.rows_in, report.stored, report.lost_rows) == (11, 7, 1)
    assert report.rows_in == report.stored + report.refused_rows
    assert report.refused["unknown object"].examples == [(8, "99999")]
    assert report.refused["malformed line"].examples[0][0] == 10
    rows = store.rows("unit", START, START + DAY_S, 7, 7)
    assert ((rows.minutes - START) // 60).tolist() == [0, 1, 2, 3, 4, 5, 8]
    verdicts = unpack(rows.words, len(UNIT.signals))
    temp, pressure = UNIT.index["primary_supply_temp_c"], UNIT.index["primary_supply_pressure_mpa"]
    gone = UNIT["primary_supply_temp_c"].missing
    assert rows.columns[temp].tolist() == [600, gone, gone, gone, 9990, gone, gone]
    g, b, m = Verdict.GOOD, Verdict.BAD, Verdict.MISSING
    assert verdicts[temp].tolist() == [g, m, m, m, b, m, b]
    assert verdicts[pressure].tolist() == [g, g, m, g, g, g, g]
    assert rows.columns[pressure][[0, 1]].tolist() == [60, 61]
    assert rows.columns[UNIT.index["heat_total_gj"]][[0, 4]].tolist() == [3_600, 18]
    assert (verdicts[UNIT.index["secondary_supply_temp_c"]] == m).all()
    judged = {reason: t.count for reason, t in report.values["primary_supply_temp_c"].items()}
    assert judged == {"sentinel -39.9": 1, "communication lost": 1, "not a number": 1, "out of range": 2, "empty": 1}
    assert report.values["primary_supply_temp_c"]["not a number"].examples == [(4, "n.a.")]
    text = next((tmp_path / "work").glob("*.report.txt")).read_text()
    assert "row 8 (99999)" in text
    assert "columns not mapped: comment" in text


def test_the_same_file_again_and_an_overlapping_one_add_nothing_twice(store, tmp_path):
    first = run(store, tmp_path, DIRTY)
    again = run(store, tmp_path, DIRTY)
    assert (again.rows_in, again.stored) == (first.rows_in, first.stored)
    other = run(
        store, tmp_path, "time,unit,a,p,e\n2026-01-15 00:00:00,7,61,6,1\n2026-01-15 01:00:00,7,62,6,2\n", name="i.csv"
    )
    assert counts(other) == {"already stored": 1}
    rows = store.rows("unit", START, START + DAY_S, 7, 7)
    assert rows.ids.shape == (8,)
    assert rows.columns[0][0] == 600  # the first report stays


def test_import_rolls_the_touched_hours_up(store, tmp_path):
    run(store, tmp_path, DIRTY)
    found = store.series("unit", 7, ["primary_supply_temp_c"], START, START + HOUR_S, source="hours")
    signal_ = found.signals["primary_supply_temp_c"]
    assert (signal_.good[0], signal_.bad[0], signal_.missing[0], signal_.mean[0]) == (1, 2, 4, 60.0)


def test_decimal_comma_semicolons_gbk_and_a_pattern_for_the_time(store, tmp_path):
    text = MAP.replace('column = "time"', 'column = "时间"\nformat = "%d.%m.%Y %H:%M"').replace(
        "[signals.", '[file]\ndelimiter = ";"\ndecimal = ","\nencoding = "gb18030"\n[signals.', 1
    )
    csv = (
        "时间;unit;a;p;e;备注\n"
        "15.01.2026 00:00;7;60,1;6,0;1;好\n15.01.2026 00:01;7;x;6,0;1;坏\n15.01.2026 00:02;7;60,3;6,0;1;好\n"
    )
    report = run(store, tmp_path, csv.encode("gb18030"), text)
    assert (report.stored, counts(report)) == (3, {})
    rows = store.rows("unit", START, START + HOUR_S, 7, 7)
    assert rows.columns[0].tolist() == [601, UNIT.signals[0].missing, 603]


@pytest.mark.feature("A5-4")
def test_every_spelling_of_times_numbers_and_units_is_one(store, tmp_path):
    text = MAP.replace('column = "time"', 'column = "time"\nformat = "any"').replace('"bar"', '"巴"')
    content = """time,unit,a,p,e
2026年1月15日 0时0分,7,６０．０４,6.0,"1,000"
2026/1/15 0:01,7,60.04℃,600千帕,1000
46037.001388888886,7,140.072华氏度,0.6MPa,3600GJ
20260115 0003,7,60.04,6巴,1000兆瓦时
15/01/2026 00:04,7,60.04,6.0,1000
2026-01-15 00:05,7,约六十,缺测,1000
"""
    report = run(store, tmp_path, content, text)
    assert counts(report) == {"unreadable time": 1}
    rows = store.rows("unit", START, START + HOUR_S, 7, 7)
    assert ((rows.minutes - START) // 60).tolist() == [0, 1, 2, 3, 5]
    for code, value in (("primary_supply_temp_c", 60.0), ("primary_supply_pressure_mpa", 0.6), ("heat_total_gj", 3600)):
        stored = UNIT[code].decode(rows.columns[UNIT.index[code]])[:4]
        assert stored == pytest.approx([value] * 4, abs=0.06)
    assert report.values["primary_supply_temp_c"]["not a number"].examples == [(6, "约六十")]
    assert report.values["primary_supply_pressure_mpa"]["empty"].count == 1


def test_zone_with_summer_time(store, tmp_path):
    text = MAP.replace('column = "time"', 'column = "time"\nzone = "Europe/Belgrade"')
    csv = "time,unit,a,p,e\n2024-03-31 01:59:00,7,60,6,1\n2024-03-31 03:00:00,7,60,6,1\n"
    run(store, tmp_path, csv, text)
    rows = store.rows("unit", 0, FAR, 7, 7)
    assert rows.minutes.tolist() == [1_711_846_740, 1_711_846_800]


@pytest.mark.parametrize("kind", ["timestamp", "epoch", "text"])
def test_parquet_in_row_groups(store, tmp_path, kind):
    n = 1_000
    seconds = START + 60 * np.arange(n)
    time = {
        "timestamp": pa.array(seconds * 1_000, pa.timestamp("ms", "UTC")),
        "epoch": pa.array(seconds),
        "text": pa.array([str(np.datetime64(s + 8 * HOUR_S, "s")) for s in seconds.tolist()]),
    }[kind]
    table = pa.table(
        {
            "time": time,
            "unit": pa.array(np.arange(n) % 3 + 5),
            "a": 60 + np.arange(n) / 100,
            "p": np.full(n, 6.0),
            "e": np.arange(n),
        }
    )
    pq.write_table(table, tmp_path / "h.parquet", row_group_size=300)
    text = MAP if kind != "epoch" else MAP.replace('column = "time"', 'column = "time"\nformat = "epoch_s"')
    steps = []
    report = import_file(
        tmp_path / "h.parquet", parse_map(text), store, everybody, tmp_path / "w", lambda *a: steps.append(a[0])
    )
    assert (report.stored, report.objects, len(steps)) == (n, 3, 5)
    rows = store.rows("unit", START, START + DAY_S, 5, 7)
    assert np.sort(rows.minutes).tolist() == seconds.tolist()


def test_columns_that_are_not_there_are_named(store, tmp_path):
    with pytest.raises(Problem) as refused:
        run(store, tmp_path, "time,unit,a,p\n2026-01-15 00:00:00,7,1,1\n")
    assert refused.value.field == "signals.heat_total_gj.column"
    with pytest.raises(Problem) as unknown:
        run(store, tmp_path, DIRTY, MAP.replace('column = "unit"', "number = 4000"))
    assert unknown.value.field == "object"


def test_a_damaged_archive_keeps_what_was_read_and_says_so(store, tmp_path, monkeypatch):
    monkeypatch.setattr(histories, "CHUNK_BYTES", 4_096)
    rows = "".join(
        f"{np.datetime64(START + 28_800 + 60 * i, 's')},7,{60 + i % 7}.{i % 10},6,{i}\n" for i in range(3_000)
    )
    packed = gzip.compress(("time,unit,a,p,e\n" + rows).encode())
    with pytest.raises(Problem) as refused:
        run(store, tmp_path, packed[: len(packed) // 2], name="h.csv.gz")
    assert refused.value.field == "file"
    assert store.sizes()["tele_unit"][0] > 100


def test_an_interrupted_import_continues_with_the_same_rows(store, tmp_path, monkeypatch):
    """Stopped after a chunk was stored but before the checkpoint moved on: the replayed chunk is not stored again."""
    monkeypatch.setattr(histories, "CHUNK_BYTES", 4_096)
    content = "time,unit,a,p,e\n" + "".join(
        f"{np.datetime64(START + 28_800 + 3_600 * i, 's')},7,{60 + i % 7},6,{i}\n" for i in range(900)
    )
    real, calls = importing._save, []

    def breaks(place, state):
        calls.append(state.next_chunk)
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(place, state)

    monkeypatch.setattr(importing, "_save", breaks)
    with pytest.raises(KeyboardInterrupt):
        run(store, tmp_path, content)
    assert store.sizes()["tele_unit"][0] > 0
    report = run(store, tmp_path, content)
    assert (report.rows_in, report.stored, counts(report)) == (900, 900, {})
    rows = store.rows("unit", 0, FAR, 7, 7)
    assert rows.minutes.tolist() == (START + 3_600 * np.arange(900)).tolist()


@pytest.mark.slow
@pytest.mark.feature("G3-1")
@pytest.mark.skipif(
    not REAL.is_dir(), reason="../shared/data/substations_nis is not there: real SCADA files not tested"
)
@pytest.mark.parametrize(("name", "unit", "lost"), [("scada_L4", 17, 870), ("scada_L17", 69, 1_081)])
def test_real_scada_exports(store, tmp_path, name, unit, lost):
    mapping = read_map(ROOT / f"docs/examples/{name}.toml")
    report = import_file(REAL / f"{name}.csv.gz", mapping, store, everybody, tmp_path, quiet)
    assert report.rows_in == 45_461 == report.stored + report.refused_rows
    assert report.stored == 45_461
    assert report.lost_rows == lost

    rows = store.rows("unit", 0, FAR, unit, unit)
    verdicts = unpack(rows.words, len(UNIT.signals))
    temps = [
        UNIT.index[c]
        for c in (
            "primary_supply_temp_c",
            "primary_return_temp_c",
            "secondary_supply_temp_c",
            "secondary_return_temp_c",
        )
    ]
    silent = (verdicts[temps] == Verdict.MISSING).all(axis=0)
    assert np.count_nonzero(silent) == lost
    for place in temps:  # neither the sentinel nor the zeros of a dead line pass for temperatures
        assert (rows.columns[place][silent] == UNIT.signals[place].missing).all()
        assert (rows.columns[place] != -399).all()

    heat = UNIT.index["heat_total_gj"]
    read = rows.columns[heat][verdicts[heat] == Verdict.GOOD].astype(np.int64)
    assert np.count_nonzero(np.diff(read) < 0) > 0  # the meter's fresh starts are kept as they came
    assert read[-1] == round({"scada_L4": 18_159.535, "scada_L17": 17_912.439}[name] * 3.6 * 10)

    winter = season(2022)
    drawn = curve(store, "unit", unit, ["secondary_supply_temp_c", "heat_total_gj"], winter.start, winter.end)
    temp = drawn.lines[0].points
    assert drawn.source == "hours"
    assert drawn.times.shape[0] > 700
    assert 30 < np.nanmean(temp.mean) < 50
    assert temp.missing.sum() > 0
    assert temp.good.sum() + temp.bad.sum() + temp.missing.sum() == np.count_nonzero(
        (rows.minutes >= winter.start) & (rows.minutes < winter.end)
    )


CHILD = """
import sys
from pathlib import Path
import numpy as np
from cleanheat.telemetry import histories
from cleanheat.telemetry.importing import import_file
from cleanheat.telemetry.mapping import parse_map
from cleanheat.telemetry.store import Store
histories.CHUNK_BYTES = 200_000
here = Path(sys.argv[1])
store = Store.open(here / "store")
print("open", flush=True)
report = import_file(here / "h.csv", parse_map((here / "m.toml").read_text()), store,
    lambda kind, keys: np.array([int(k) for k in keys], np.uint32), here / "work", lambda *a: print(a[2], flush=True))
rows = store.rows("unit", 0, 4_000_000_000, 0, 10_000)
keys = (rows.ids.astype(np.int64) << 32) | rows.minutes
first, last = int(rows.minutes.min()), int(rows.minutes.max())
hours = store.hourly_means("unit", ["primary_supply_temp_c"], first, last + 1, source="hours")
print("RESULT", report.rows_in, report.stored, keys.shape[0], np.unique(keys).shape[0],
      int(rows.columns[0].astype(np.int64).sum()), int(hours.counts.sum()), flush=True)
"""


@pytest.mark.slow
def test_kill_9_during_an_import_loses_and_doubles_nothing(tmp_path):
    n, units = 400, 150
    lines = ["time,unit,a,p,e"]
    for u in range(1, units + 1):
        lines += [f"{np.datetime64(START + 28_800 + 7_200 * i, 's')},{u},{50 + (i * u) % 40},6,{i}" for i in range(n)]
    (tmp_path / "h.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "m.toml").write_text(MAP)
    expected = sum(10 * (50 + (i * u) % 40) for u in range(1, units + 1) for i in range(n))
    rng = np.random.default_rng(9)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(tmp_path)]
    result = ""
    for attempt in range(12):
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
        steps_left = int(rng.integers(1, 4)) if attempt < 6 else 10_000
        for line in child.stdout:
            if line.startswith("RESULT"):
                result = line
            steps_left -= 1
            if steps_left == 0:
                child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        if result:
            break
    total = n * units
    assert result.split()[1:] == [str(x) for x in (total, total, total, total, expected, total)]


def test_a_locked_store_says_so(tmp_path):
    code = (
        "import sys; from cleanheat.telemetry.store import Store; s = Store.open(sys.argv[1])\n"
        "print('open', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "s")], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline() == "open\n"
        probe = (
            "import sys; from cleanheat.telemetry.store import Store\n"
            "from cleanheat.infra.tsdb.engine import StoreLocked\n"
            "try: Store.open(sys.argv[1])\nexcept StoreLocked as e: print(e.code)"
        )
        done = subprocess.run(
            [sys.executable, "-c", probe, str(tmp_path / "s")], capture_output=True, text=True, check=False
        )
        assert done.stdout.strip() == "store-locked", done.stderr
    finally:
        holder.communicate()

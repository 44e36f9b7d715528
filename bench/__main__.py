"""``make bench``: run the benchmarks, print figure, target, floor and peer, write ``build/bench.json``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from bench.harness import Figure, load

BENCHES = (
    "city_minute",
    "history_import",
    "queries",
    "api_lists",
    "scores",
    "rules",
    "flow",
    "diagnosis",
    "twin",
    "twin_scene",
    "twin_themes",
    "archive_import",
)
OUT = Path("build/bench.json")


def main() -> int:
    args = _arguments()
    if args.child:
        return _run_child(args.child, args.long, args.out)
    rows: list[dict[str, object]] = []
    for name in [args.only] if args.only else BENCHES:
        rows += _run_apart(name, long=args.long)
    OUT.parent.mkdir(exist_ok=True)
    kept = [r for r in _previous() if r["name"] not in {row["name"] for row in rows}] if args.only else []
    OUT.write_text(json.dumps(kept + rows, indent=1, ensure_ascii=False) + "\n")
    missed = [r["name"] for r in rows if r["reached"] is False]
    print(
        f"\n{len(rows)} figures, {len(missed)} short of their target"
        + (f": {', '.join(map(str, missed))}" if missed else "")
    )
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--only", choices=BENCHES)
    parser.add_argument("--long", action="store_true", help="the simulated day and full volumes")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _run_apart(name: str, *, long: bool) -> list[dict[str, object]]:
    """A process for each benchmark: the embedded store allows one path per process, and memory peaks stay apart."""
    print(f"\n{name}")
    out = Path(f"build/bench-{name}.json")
    out.parent.mkdir(exist_ok=True)
    out.unlink(missing_ok=True)
    command = [sys.executable, "-m", "bench", "--child", name, "--out", str(out), *(["--long"] if long else [])]
    done = subprocess.run(command, check=False)
    if done.returncode or not out.exists():
        raise SystemExit(f"benchmark {name} failed ({done.returncode})")
    rows: list[dict[str, object]] = json.loads(out.read_text())
    out.unlink()
    for row in rows:
        print(_line(row))
    return rows


def _run_child(name: str, long: bool, out: Path) -> int:
    module = __import__(f"bench.{name}", fromlist=["run"])
    figures: list[Figure] = module.run(long)
    out.write_text(json.dumps([{**asdict(f), "reached": f.reached, "load": round(load(), 2)} for f in figures]))
    return 0


def _line(row: dict[str, object]) -> str:
    def number(key: str) -> str:
        value = row.get(key)
        return f"{value:,.4g}" if isinstance(value, int | float) else str(value or "–")

    mark = {True: "reached", False: "MISSED", None: ""}[row["reached"]]  # type: ignore[index]
    return (
        f"  {row['name']:<42}{number('value'):>12} {row['unit']!s:<14} target {number('target'):>10}"
        f"  floor {number('floor'):>10}  peer {number('peer'):<24} load {number('load'):>5}  {mark}"
    )


def _previous() -> list[dict[str, object]]:
    return json.loads(OUT.read_text()) if OUT.exists() else []


if __name__ == "__main__":
    raise SystemExit(main())

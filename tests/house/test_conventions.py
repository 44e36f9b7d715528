"""The few conventions that are enforced; each failure says what to do."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/cleanheat"
MODULES = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "services", "manager", "managers", "base"}
SQL = re.compile(r"\b(SELECT|INSERT INTO|ALTER TABLE|CREATE TABLE|OPTIMIZE TABLE)\b")


def _name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_module_says_which_question_it_answers(path):
    if path.name in {"apps.py", "__init__.py"} or "management" in path.parts:
        return
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), (
        f"{_name(path)}: begin with a docstring saying what it answers"
    )


def test_no_file_is_named_after_nothing():
    vague = [_name(p) for p in MODULES if p.stem in FORBIDDEN_NAMES]
    assert not vague, f"name these files after what is inside: {vague}"


def test_sql_lives_in_the_time_series_seam_alone():
    found = []
    for path in MODULES:
        if path.is_relative_to(SOURCE / "infra/tsdb"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and SQL.search(node.value) and not _is_docstring(path, node):
                found.append(f"{_name(path)}:{node.lineno}")
    assert not found, f"move this SQL into infra/tsdb (telemetry) or use the ORM: {found}"


def _is_docstring(path: Path, node: ast.Constant) -> bool:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for owner in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(owner, owners) and owner.body and isinstance(owner.body[0], ast.Expr):
            value = owner.body[0].value
            if isinstance(value, ast.Constant) and (value.lineno, value.col_offset) == (node.lineno, node.col_offset):
                return True
    return False


def test_calc_and_kernel_import_without_django():
    code = (
        "import sys\n"
        "for name in ('django', 'ninja', 'channels', 'chdb', 'clickhouse_connect'): sys.modules[name] = None\n"
        "import importlib, pkgutil, cleanheat.kernel, cleanheat.calc\n"
        "for package in (cleanheat.kernel, cleanheat.calc):\n"
        "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_reads_the_machines_clock():
    readers = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time|timezone\.now)\(")
    allowed = {"kernel/time.py"}
    found = [
        f"{_name(p)}:{i}"
        for p in MODULES
        if _name(p) not in allowed
        for i, line in enumerate(p.read_text("utf-8").splitlines(), 1)
        if readers.search(line)
    ]
    assert not found, f"take the time from infra.clock: {found}"


def test_decisions_are_numbered_without_gaps():
    numbers = sorted(int(p.name[:4]) for p in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1)), f"decision records are 0001, 0002 …: {numbers}"


def test_recipes_have_at_most_five_steps():
    for path in (ROOT / "docs/recipes").glob("*.md"):
        steps = re.findall(r"^\d+\. ", path.read_text("utf-8"), re.MULTILINE)
        assert 1 <= len(steps) <= 5, f"{path.name}: {len(steps)} steps; a recipe with more than five is a design fault"

"""``make features``: which feature is proven by which tests; writes ``build/features.json``."""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOTS = (Path("tests"), Path("e2e"))
OUT = Path("build/features.json")


def _marks(node: ast.AST) -> Iterator[str]:
    """Ids in ``@pytest.mark.feature("A5-2", …)`` and in ``pytestmark = pytest.mark.feature(…)``."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "feature":
            yield from (a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str))


def _tests(path: Path) -> Iterator[tuple[str, str]]:
    """Pairs of feature id and test of one file."""
    tree = ast.parse(path.read_text("utf-8"))
    whole = [m for n in tree.body if isinstance(n, ast.Assign) and _assigns_pytestmark(n) for m in _marks(n)]
    cases = {
        t.id: list(_marks(n))
        for n in tree.body
        if isinstance(n, ast.Assign)
        for t in n.targets
        if isinstance(t, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            own = [m for d in node.decorator_list for m in [*_marks(d), *_of_cases(d, cases)]]
            for mark in dict.fromkeys(own + whole):
                yield mark, f"{path}::{node.name}"


def _of_cases(decorator: ast.AST, cases: dict[str, list[str]]) -> Iterator[str]:
    """Ids that the cases of ``@pytest.mark.parametrize(…, CASES)`` carry, where CASES stands above in the file."""
    for node in ast.walk(decorator):
        if isinstance(node, ast.Name):
            yield from cases.get(node.id, ())


def _assigns_pytestmark(node: ast.Assign) -> bool:
    return any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)


def main() -> int:
    proven: dict[str, list[str]] = defaultdict(list)
    for root in ROOTS:
        for path in sorted(root.rglob("test_*.py")):
            for mark, test in _tests(path):
                proven[mark].append(test)
    table = {mark: sorted(proven[mark]) for mark in sorted(proven)}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(table, indent=1) + "\n")
    for mark, tests in table.items():
        print(f"{mark:<7}{len(tests):>3}  {tests[0]}")
        for test in tests[1:]:
            print(f"{'':<12}{test}")
    print(f"{len(table)} features carry at least one test")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

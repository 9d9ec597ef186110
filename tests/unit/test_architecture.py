"""The rooms of the house: every import rule holds, and each is proved by breaking it once on purpose."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "kcontract"
LONGEST_FILE, LONGEST_FUNCTION = 400, 50

BREAKS = {
    "a lower room imports a higher one": ("model/record.py", "import kcontract.judge.pace"),
    "neighbours import each other": ("harness/trigger.py", "import kcontract.store.history"),
    "a module stands in no room": ("helpers.py", "X = 1"),
    "siblings go round in a circle": ("judge/pace.py", "import kcontract.judge.settle"),
    "the core does input": ("judge/cause.py", "import socket"),
    "the engine knows an adapter": ("engine/plan.py", "import kcontract.broker.choose"),
}


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    return subprocess.run(
        command, cwd=root, env={"PYTHONPATH": str(root)}, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and its rules, to be broken."""
    root = tmp_path_factory.mktemp("house")
    shutil.copytree(PACKAGE, root / "kcontract", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_all_import_rules_hold(copy: Path) -> None:
    """The package as it is."""
    done = lint_imports(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("rule", BREAKS)
def test_a_broken_import_rule_is_noticed(rule: str, copy: Path) -> None:
    """One offending line, and the linter says no."""
    path, line = BREAKS[rule]
    file = copy / "kcontract" / path
    before = file.read_text() if file.exists() else None
    file.write_text((before or "").replace("from __future__", f"{line}\nfrom __future__", 1) if before else line)
    try:
        assert lint_imports(copy).returncode == 1
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)


def functions() -> Iterator[tuple[str, int]]:
    """Every function with its length, the docstring taken off."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if ast.get_docstring(node) is not None:
                    length -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", length


def test_files_and_functions_stay_short() -> None:
    """A reader takes in a function at a glance, and a file in one sitting."""
    long_files = [str(p) for p in PACKAGE.rglob("*.py") if len(p.read_text().splitlines()) > LONGEST_FILE]
    long_functions = [(where, length) for where, length in functions() if length > LONGEST_FUNCTION]
    assert (long_files, long_functions) == ([], [])


def test_only_entry_points_import_inside_functions() -> None:
    """Elsewhere an import within a function hides a cycle."""
    hidden = []
    for path in PACKAGE.rglob("*.py"):
        if any(path.is_relative_to(PACKAGE / room) for room in ("cli", "pytest_plugin")):
            continue
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = (n for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom))
                hidden += [f"{path.relative_to(ROOT)}:{node.lineno}" for node in inner]
    assert hidden == []

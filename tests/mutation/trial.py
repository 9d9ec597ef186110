"""One run of unit tests in a copy of the repository, in a process of its own that has imported pytest already."""

from __future__ import annotations

import ast
import contextlib
import importlib
import os
import pkgutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import confluent_kafka  # noqa: F401 - imported once, for all the processes that are forked from here
import hypothesis  # noqa: F401
import msgspec  # noqa: F401
import pytest

_SECONDS = 300
"""A mutant may go round in circles: that is a death as well."""
_imports: dict[str, set[str]] = {}
"""What each module of the copy names in its imports."""


class _First:
    """A plugin that notes the first test that failed, or the first module that could not be collected."""

    failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid


def import_all(copy: Path) -> None:
    """Import the copy's modules once, for all the processes that are forked from here: a run then imports only what
    its mutant can be seen in, which takes a tenth of the time."""
    sys.path.insert(0, str(copy))
    for module in pkgutil.walk_packages([str(copy / "kcontract")], "kcontract."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
    _imports.update({name: _named(copy, name) for name in sys.modules if name.partition(".")[0] == "kcontract"})


def run_tests(copy: Path, targets: Sequence[str], changed: str = "kcontract", *, keep_bytecode: bool = False) -> str:
    """The first test that fails there, or how else the run ended; empty if all pass.

    `changed`: the module that is not as it was when all were imported, with a dot for each slash.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(_SECONDS)
        sys.dont_write_bytecode = not keep_bytecode
        failed = "no result"
        with contextlib.suppress(BaseException):
            _forget(changed)
            failed = _in_child(copy, targets)
        os.write(writing, failed.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        failed = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return failed if os.WIFEXITED(status) else "out of time"


def _forget(changed: str) -> None:
    """Have the tests, the changed module and all that import it, be it by others, imported anew."""
    gone = {one for one in sys.modules if one.partition(".")[0] == "tests"}
    new = {one for one in _imports if changed in (one, "kcontract")}
    while new:
        gone |= new
        new = {one for one, named in _imports.items() if one not in gone and named & gone}
    for name in gone:
        package, _, own = name.rpartition(".")
        if package in sys.modules and hasattr(sys.modules[package], own):
            delattr(sys.modules[package], own)
        del sys.modules[name]


def _named(copy: Path, module: str) -> set[str]:
    """What a module names in its imports; of `from a import b` both `a` and `a.b`."""
    path = copy / module.replace(".", "/")
    tree = ast.parse((path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text())
    named: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return named


def _in_child(copy: Path, targets: Sequence[str]) -> str:
    os.chdir(copy)
    sys.path[:] = [str(copy), *(place for place in sys.path if place)]
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    first = _First()
    # The bound is on all tests together: a bound on each would take its timer.
    options = ["-x", "-q", "-p", "no:cacheprovider", "--timeout", "0", "--reruns", "0"]
    code = pytest.main([*options, *targets], plugins=[first])
    own = Path(sys.modules["kcontract"].__file__ or "")
    if not own.is_relative_to(copy):
        return f"the tests took {own}"
    return first.failed or ("" if code == pytest.ExitCode.OK else f"pytest ended with {int(code)}")

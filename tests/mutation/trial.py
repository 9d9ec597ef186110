"""One run of unit tests in a copy of the repository, in a process of its own that has imported pytest already."""

from __future__ import annotations

import contextlib
import os
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


class _First:
    """A plugin that notes the first test that failed, or the first module that could not be collected."""

    failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid


def run_tests(copy: Path, targets: Sequence[str], *, keep_bytecode: bool = False) -> str:
    """The first test that fails there, or how else the run ended; empty if all pass."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(_SECONDS)
        sys.dont_write_bytecode = not keep_bytecode
        failed = "no result"
        with contextlib.suppress(BaseException):
            failed = _in_child(copy, targets)
        os.write(writing, failed.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        failed = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return failed if os.WIFEXITED(status) else "out of time"


def _in_child(copy: Path, targets: Sequence[str]) -> str:
    for name in [one for one in sys.modules if one.partition(".")[0] in ("tests", "kcontract")]:
        del sys.modules[name]
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

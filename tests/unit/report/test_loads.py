"""The figures of loads in the reports."""

from __future__ import annotations

import msgspec
import pytest

from tests.unit.report.fault_findings import slow_load
from tests.unit.report.machine import written
from tests.unit.report.test_text_report import BILLING, end, start

_WORDS = ("p95 2.1 s", "1.9 s to 2.5 s", "promised 100 ms", "lag at most 41, 3 at the end", "own echo p50 3 ms")
_NUMBERS = ('"share":0.95', '"low":1.9', '"lags":[[0.5,4]')


@pytest.mark.parametrize(("code", "parts"), [("text", _WORDS), ("markdown", _WORDS), ("junit", _WORDS)])
def test_a_line_a_load(code: str, parts: tuple[str, ...]) -> None:
    """Every report for people has the percentiles with their bounds, and what they are compared with."""
    shown = " ".join(_report(code).replace("\\", "").split())
    assert all(part in shown for part in parts), shown


def test_numbers_for_machines() -> None:
    """JSON lines have them all, in seconds."""
    assert all(part in _report("json") for part in _NUMBERS)


def _report(code: str) -> str:
    unit = msgspec.structs.replace(BILLING, loads=(slow_load(1),))
    return written(code, [start(), unit, end(units=(unit,))])

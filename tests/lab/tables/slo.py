"""Services under load: one that keeps its `slo`, one that never does, and one that does not beside bad records."""

from __future__ import annotations

from tests.lab.twin import GOOD, Twin, earns


def _under_load(name: str, contract: str, expects: frozenset[str]) -> Twin:
    return Twin(name, "python", "confluent-kafka", contract, expects=expects, kinds="valid,empty_value", examples=5)


SLO = (
    _under_load("in-time", "tests/lab/good/contracts/in-time.yaml", GOOD),
    _under_load("too-slow", "tests/lab/broken/contracts/too-slow.yaml", earns("SLOW")),
    _under_load("slow-at-bad", "tests/lab/broken/contracts/slow-at-bad.yaml", earns("SLOW")),
)

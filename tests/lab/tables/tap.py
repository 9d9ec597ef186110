"""What only the protocol tap tells apart from standing still, and good services that come close."""

from __future__ import annotations

from tests.lab.twin import GOOD, Twin, earns

_CONTRACT = "tests/lab/broken/contracts/tap_loops.yaml"


def _loops(name: str, variant: str, expects: frozenset[str], *, kinds: str, examples: int) -> Twin:
    return Twin(
        name, "python", "confluent-kafka", _CONTRACT, variant=variant, expects=expects, kinds=kinds, examples=examples
    )


TAP = (
    _loops("tap-seeks-and-gives-up", "good", GOOD, kinds="wrong_root,empty_value", examples=10),
    _loops("tap-rejoins-once", "rejoins-once", GOOD, kinds="empty_value", examples=20),
    _loops("tap-seeks-for-ever", "seeks", earns("ENDLESS_RETRY"), kinds="empty_value", examples=20),
    _loops("tap-rejoins-for-ever", "rejoins", earns("ENDLESS_RETRY"), kinds="empty_value", examples=20),
    _loops("tap-storms", "storm", earns("REBALANCE_STORM"), kinds="empty_value", examples=5),
)

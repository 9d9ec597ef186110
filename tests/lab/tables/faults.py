"""Services whose defects only a fault shows, and good ones that live through the same."""

from __future__ import annotations

from tests.lab.twin import GOOD, Twin, earns

_BILLING, _API = "tests/lab/faulty/billing.yaml", "tests/lab/faulty/api.yaml"
_TILL = "tests/lab/senders/once.yaml"


def _twin(variant: str, faults: str, verdict: str = "", *besides: str, contract: str = _BILLING) -> Twin:
    return Twin(
        f"fault-{variant}" if verdict else f"fault-{variant}-{faults.replace(':', '-').partition(',')[0]}",
        "python",
        "confluent-kafka",
        contract,
        variant,
        earns(verdict) if verdict else GOOD,
        earns(*besides),
        kinds="valid,empty_value",
        examples=3,
        flags=("--faults", faults),
    )


FAULTS = (
    _twin("drops-on-outage", "registryDown", "DROPS_ON_OUTAGE"),
    _twin("refuses-on-outage", "registryDown", "DROPS_ON_OUTAGE"),
    _twin("exits-on-outage", "registryDown", "CRASHED"),
    _twin("good", "registryDown"),
    _twin("exits-on-disconnect", "brokerDown", "CRASHED"),
    _twin("never-reconnects", "brokerDown", "NOT_RECOVERED"),
    _twin("lies", "brokerDown", "HEALTH_LIED", contract=_API),
    _twin("hasty", "brokerDown", "LOST_EVENT", contract=_API),
    _twin("blocks", "brokerDown", "BLOCKED", contract=_API),
    _twin("slow", "brokerDown", contract=_API),
    _twin("commits-first", "killed", "LOST"),
    _twin("safe-letters", "killed:commit"),
    _twin("late-letters", "killed:commit", "NOT_DEAD_LETTERED"),
    _twin("notes", "killed,killed:effect"),
    _twin("notes-first", "killed,killed:effect", "LOST"),
    _twin("ignores-sigterm", "terminated", "UNGRACEFUL_STOP"),
    _twin("drops-open-work", "terminated", "UNGRACEFUL_STOP"),
    _twin("drops-on-revoke", "rebalance", "LOST"),
    _twin("buffers", "rebalance"),
    _twin("ignores-refusals", "recordLimit", "LOST", "NOT_DEAD_LETTERED"),
    _twin("exits-on-refusal", "recordLimit"),
    _twin("careless", "recordLimit", "LOST_EVENT", contract=_API),
    _twin("blocks", "recordLimit", contract=_API),
    _twin("good", "recordLimit", contract=_API),
    _twin("careful", "recordLimit", contract=_TILL),
    _twin("hopeful", "recordLimit", "LOST_EVENT", contract=_TILL),
    _twin("no-reset", "offsetsOutOfRange", "STUCK"),
    _twin("good", "rebalance,recordLimit,offsetsOutOfRange"),
)

"""What is remembered of one fault while it is on, and until it may be judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kcontract.judge.evidence import Delivery, Exit
from kcontract.judge.faults.haste import Haste
from kcontract.judge.promises import Promises
from kcontract.judge.requests.book import Request
from kcontract.model.contract import Contract, Fault
from kcontract.model.events import HealthSeen, StopAsked
from kcontract.model.faults import FaultKind
from kcontract.model.location import Location
from kcontract.model.value import Value

RECOVERS = 30.0
"""Seconds: the longest time back to normal where the contract says nothing."""


class Sign(Value, frozen=True):
    """Something that went wrong with a fault. Seen with it once more, it is a verdict."""

    code: str
    topic: str
    at: Location
    promised: str
    facts: tuple[str, ...]
    cause: str = ""
    stderr: str = ""
    case: str = ""
    """The delivery or request that shows it; empty if it is the service as a whole."""
    times: int = 1
    """How often the trial has shown it."""

    @property
    def likeness(self) -> tuple[str, str, str]:
        """What two signs of the same defect have in common: an exit is told once a fault, whatever its cause."""
        return self.code, self.topic, "" if self.code == "CRASHED" else self.cause


@dataclass(frozen=True, slots=True)
class FailedStart:
    """A start behind the fault by which the service did not get ready."""

    seconds: float
    exit: Exit | None = None
    """None: it ran, and was killed when its time was over."""


@dataclass(slots=True)
class Trial:
    """One fault, put on once. Times are the run's clock."""

    kind: FaultKind
    round: int
    began_at: float
    ended_at: float | None = None
    """When the fault was off and the service's process ran again."""
    waited: float = 0.0
    """Seconds for which its return was waited for."""
    deliveries: list[Delivery] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)
    failed: list[FailedStart] = field(default_factory=list)
    """One behind the other, and nothing but that."""
    longest_start: float = 0.0
    """That any start took by which it got ready."""
    healths: list[HealthSeen] = field(default_factory=list)
    stop: StopAsked | None = None
    stop_seconds: float = 0.0
    stop_code: int | None = None
    requests: list[Request] = field(default_factory=list)
    haste: Haste = field(default_factory=Haste)

    @property
    def is_lost(self) -> bool:
        """Whether the service does not start any more: what becomes of records and requests follows from that."""
        return len(self.failed) > 1

    def healths_when(self, when: str) -> list[HealthSeen]:
        return [seen for seen in self.healths if seen.when == when]


def declared(kind: FaultKind, contracts: Iterable[Contract]) -> tuple[Fault, ...]:
    """What the contracts promise for a fault."""
    return tuple(fault for contract in contracts for fault in contract.faults if fault.name == kind.family)


def contracts_of(promises: Promises) -> tuple[Contract, ...]:
    """The contracts that the unit receives or sends by, each once."""
    received = [source.contract for source in promises.inputs.values()]
    sent = [product.contract for product in promises.products.values()]
    return tuple({contract.topic: contract for contract in (*received, *sent)}.values())


def recovers(kind: FaultKind, contracts: Iterable[Contract]) -> float:
    """Seconds within which the service must be back after a fault."""
    times = [fault.recovers for fault in declared(kind, contracts) if fault.recovers is not None]
    return max(times, default=RECOVERS)

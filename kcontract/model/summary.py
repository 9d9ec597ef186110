"""What a run amounts to: the last items of the stream that reports consume."""

from __future__ import annotations

from kcontract.model.baseline import Accepted
from kcontract.model.coverage import SchemaCoverage
from kcontract.model.finding import Finding
from kcontract.model.load import LoadFigures
from kcontract.model.value import Value


class Blocked(Value, frozen=True):
    """Why a unit could not run."""

    code: str
    reason: str
    fix: str = ""
    usage: bool = False
    """Whether a file of the project is wrong, rather than something that it needs is not there."""


class KindCount(Value, frozen=True):
    """One row of the table kinds × outcome for a unit."""

    kind: str
    expectation: str
    """valid, invalid or either."""
    sent: int
    outcomes: tuple[tuple[str, int], ...] = ()
    """handled, dead-lettered, passed, a verdict's code …, with counts."""


class Progress(Value, frozen=True):
    """How far a unit is, for a progress bar. Told a few times a second at most."""

    unit: str
    phase: str
    """starting, probing, sending, confirming, stopping."""
    done: int = 0
    total: int = 0
    detail: str = ""


class UnitSummary(Value, frozen=True):
    unit: str
    topics: tuple[str, ...]
    seconds: float
    cases: int = 0
    requests: int = 0
    latency_p50: float | None = None
    """Seconds from acknowledgement to effect in the probe phase."""
    latency_p99: float | None = None
    starts: int = 0
    """How often the service was started."""
    kinds: tuple[KindCount, ...] = ()
    not_applicable: tuple[tuple[str, str], ...] = ()
    """Kinds that do not apply to the contract, and why."""
    not_sent: tuple[tuple[str, int, str], ...] = ()
    """Kinds of which cases were left out, how many, and why (already known to be fatal, --max-time …)."""
    blind: tuple[tuple[str, str], ...] = ()
    """What could not be judged, and the line that would change it."""
    notes: tuple[str, ...] = ()
    loads: tuple[LoadFigures, ...] = ()
    """What the loads of `slo` showed."""
    coverage: tuple[SchemaCoverage, ...] = ()
    """How much of the payloads' schemas the valid records showed."""
    blocked: Blocked | None = None
    left: bool = False
    """It is left to another command, which `blind` names: neither tested nor a reason for another exit code."""


class RunSummary(Value, frozen=True):
    run: str
    exit_code: int
    seconds: float
    broker: str
    registry: str
    is_broker: bool
    units: tuple[UnitSummary, ...]
    findings: tuple[Finding, ...]
    history: str = ""
    """Path of the stored history, relative to the project root."""
    interrupted: bool = False
    stale: tuple[Accepted, ...] = ()
    """What a baseline accepts and did not occur, though its unit was tested."""
    incomplete: str = ""
    """Why this is not the whole run: its history was cut off, for one."""

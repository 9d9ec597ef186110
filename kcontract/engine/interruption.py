"""Ctrl-C and SIGTERM: what was found by then is told."""

from __future__ import annotations

from kcontract.model.finding import Finding
from kcontract.model.summary import UnitSummary


class UnitInterrupted(KeyboardInterrupt):
    """A unit was interrupted; what it had amounted to by then."""

    def __init__(self, summary: UnitSummary, findings: tuple[Finding, ...]) -> None:
        super().__init__()
        self.summary = summary
        self.findings = findings


def is_interruption(error: BaseException) -> bool:
    """A signal that arrives within a call of librdkafka comes out as a SystemError about it."""
    return isinstance(error, KeyboardInterrupt) or isinstance(error.__cause__ or error.__context__, KeyboardInterrupt)

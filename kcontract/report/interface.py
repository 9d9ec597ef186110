"""What every report is: a consumer of the stream of one run."""

from __future__ import annotations

from typing import Protocol

from kcontract.ports import StreamItem


class Report(Protocol):
    """Takes the items of one run in their order. A report never changes what the run does or how it ends."""

    def take(self, item: StreamItem) -> None:
        """One more item of the stream."""
        ...

    def close(self) -> None:
        """The stream is over, also when it broke off before its RunSummary. Safe to call twice."""
        ...

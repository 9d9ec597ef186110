"""What every sub-fold of a unit's judgement has in common: it hears events and closed windows, and yields verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.pace import Pace
from kcontract.judge.promises import Output, Promises
from kcontract.judge.requests.book import RequestBook
from kcontract.judge.tally import Tally
from kcontract.judge.tying.ties import Ties
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import LogRecord, TopicPartition

Listener = Callable[[Any], Iterable[CaseVerdict]]


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the books of one unit share with the fold that feeds them. All of it goes on changing."""

    run: str
    promises: Promises
    ties: Ties
    pace: Pace
    committed: Mapping[TopicPartition, int]
    tally: Tally
    requests: RequestBook


class Book:
    """Keeps evidence of one sort. Subclasses override what concerns them; each answer is the verdicts now complete.

    A book is fed after the fold itself has taken an event: ties, commits and the open window are up to date.
    """

    def __init__(self, grounds: Grounds) -> None:
        self.grounds = grounds

    def listeners(self) -> Mapping[type, Listener]:
        """What to call for which type of event."""
        return {}

    only_repeats = False
    """Whether `tied` has something to say of a delivery's further effects alone, and nothing of its first one."""

    def hears(self, _topic: str) -> bool:
        """Whether `tied` is to be told of what comes to a topic; asked once for each."""
        return type(self).tied is not Book.tied

    def tied(self, _at: float, _delivery: Delivery, _record: LogRecord, _output: Output) -> Iterable[CaseVerdict]:
        """A record came to an output topic and is tied to a delivery."""
        return ()

    def untied(self, _at: float, _record: LogRecord, _outputs: tuple[Output, ...]) -> bool:
        """A record came to an output topic and ties to no delivery that is still open to evidence.

        True if the book knows whose it is.
        """
        return False

    def closed(self, _window: Window) -> Iterable[CaseVerdict]:
        """A window was closed and judged; its deliveries are forgotten after this, doubted ones excepted."""
        return ()

    def ended(self) -> Iterable[CaseVerdict]:
        """The unit has ended."""
        return ()

    def blind(self) -> Iterable[tuple[str, str]]:
        """What could not be told for sure by the end, each with its remedy; asked after `ended`."""
        return ()

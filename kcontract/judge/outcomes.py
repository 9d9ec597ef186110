"""What comes back: records on output topics, credited to the deliveries that caused them."""

from __future__ import annotations

from collections.abc import Iterator

from kcontract.judge.court import Court
from kcontract.judge.crediting import output_of
from kcontract.judge.evidence import Delivery, Effect, Window
from kcontract.judge.pace import Pace
from kcontract.judge.promises import Output, OutputRole, Promises
from kcontract.judge.retries import retried_too_often
from kcontract.judge.shelf import Shelf
from kcontract.judge.tying.ties import Ties
from kcontract.judge.untied import UntiedRecords
from kcontract.model.case import Expectation
from kcontract.model.events import Seen
from kcontract.model.record import LogRecord


class Outcomes:
    """The part of a unit's fold that hears of its outputs. All that it is given goes on changing."""

    def __init__(
        self, promises: Promises, ties: Ties, pace: Pace, court: Court, books: Shelf, untied: UntiedRecords
    ) -> None:
        self.at: float | None = None
        """When a delivery last had its first outcome."""
        self._outputs = promises.outputs
        self._retries = frozenset(
            one.topic for group in promises.outputs.values() for one in group if one.role is OutputRole.RETRY
        )
        self._plain = {
            topic: group[0]
            for topic, group in promises.outputs.items()
            if _is_plain(group) and not books.hears_first(topic)
        }
        """Topics to which one sort of record comes: an effect, once for each of some topic's records. No book wants to
        be told of the first one."""
        self._ties, self._pace, self._court = ties, pace, court
        self._books, self._untied = books, untied

    @property
    def retries(self) -> bool:
        """Whether the unit has retry topics."""
        return bool(self._retries)

    def handled_at(self, window: Window | None) -> float | None:
        """When the last record was handled, as far as that can be seen; if only a commit will tell, when the first one
        of the window was sent."""
        deliveries = window.deliveries if window is not None else ()
        if self.at is not None or any(one.wanted for one in deliveries):
            return self.at
        return min((one.sent_at for one in deliveries), default=None)

    def is_endless(self, record: LogRecord) -> bool:
        """One more of too many retries, or one for an earlier window: nothing to wait for."""
        if record.topic not in self._retries:
            return False
        delivery = self._ties.tie(record, self._outputs[record.topic])
        return delivery is None or retried_too_often(delivery)

    def take_row(self, events: Iterator[Seen], window: Window) -> Seen | None:
        """The next ones as long as they are the first effects of marked valid records, in a window of many cases: what
        `take` says of each, said of all. The first event that is anything else, None if there is none."""
        plain, tie, answered = self._plain, self._ties.tie_marked, 0
        odd: Seen | None = None
        for event in events:
            at, record = event.at, event.record
            output = plain.get(record.topic)
            delivery = tie(record.record) if output is not None else None
            if (
                output is None
                or delivery is None
                or delivery.effects
                or delivery.done
                or delivery.window != window.number
                or len(delivery.wanted) != 1
                or delivery.wanted[0] is not output
                or delivery.first_outcome_at is not None
            ):
                odd = event
                break
            delivery.effects = (Effect(at, record, output),)
            delivery.copied = output.copies_once and record.record.value == delivery.case.record.value
            delivery.first_outcome_at = self.at = window.progress_at = window.evidence_at = at
            delivery.done = True
            answered += 1
        window.left -= answered
        window.owed -= answered
        return odd

    def take(self, at: float, record: LogRecord, outputs: tuple[Output, ...], window: Window | None) -> None:
        """A record came to an output topic."""
        delivery = self._ties.tie(record, outputs)
        if delivery is not None:
            self.credit(at, record, outputs, delivery, window)
            return
        known = not self._ties.agrees(record, outputs) and self._books.know(at, record, outputs)
        if not known and self._ties.marked(record.record) is None:  # else it is a repeat for a case that is closed
            self._untied.keep((at, record, outputs))

    def credit(
        self, at: float, record: LogRecord, outputs: tuple[Output, ...], delivery: Delivery, window: Window | None
    ) -> None:
        """The delivery caused the record."""
        delivery.copied = False  # more than one thing came of it, or of a sort that is looked at one by one
        output = output_of(delivery, record, outputs)
        if output.role is OutputRole.EFFECT:
            delivery.effects += (Effect(at, record, output),)
        elif output.role is OutputRole.DEAD_LETTER:
            delivery.dead_letters += (record,)
            self._court.dead_letters += 1
        elif output.role is OutputRole.REPLY:
            delivery.answers += (Effect(at, record, output),)
            self._untied.late_replies += window is None or window.number != delivery.window
            self._court.dead_letters += delivery.expectation is Expectation.INVALID
        elif output.role is OutputRole.RETRY:
            delivery.attempts += 1
        if found := self._books.tied(at, delivery, record, output):
            self._court.reached.extend(found)
        if delivery.first_outcome_at is None and delivery.has_outcome:
            self.first(at, delivery, window)
        elif window is None or window.number != delivery.window:
            self._court.late(at, delivery)

    def first(self, at: float, delivery: Delivery, window: Window | None, *, since: float | None = None) -> None:
        """The delivery has its first outcome. `since`: when it came, if it is only counted now."""
        came = at if since is None else since
        delivery.first_outcome_at = self.at = came
        if window is None or not window.answer(delivery):
            self._court.late(at, delivery)
            return
        teaches = not window.disturbed and not (self._pace.known and window.brought(at, delivery))
        if window.teaches and teaches:
            window.longest_gap = max(window.longest_gap, came - max(window.progress_at, delivery.acked_at))
        window.progress_at = at
        if window.purpose != "batch" and delivery.expectation is Expectation.VALID and teaches:
            self._learn(window, max(0.0, came - (delivery.acked_at or delivery.sent_at)))

    def _learn(self, window: Window, latency: float) -> None:
        if window.purpose == "warm":
            self._pace.learn_first(latency)
        elif window.purpose == "probe" and window.healthy:
            self._pace.learn(latency)


def _is_plain(outputs: tuple[Output, ...]) -> bool:
    (first, *more) = outputs
    return not more and first.role is OutputRole.EFFECT and first.emits is not None and first.emits.count == 1

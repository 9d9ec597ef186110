"""The fold over one unit's events: it ties evidence to cases and knows what is settled, doubted and proved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from kcontract.judge.answering import sort_out
from kcontract.judge.book import Book, Grounds
from kcontract.judge.books import BOOKS
from kcontract.judge.cause import exit_cause
from kcontract.judge.controls import Controls
from kcontract.judge.court import Court
from kcontract.judge.doubts import Doubt
from kcontract.judge.evidence import Delivery, Effect, Exit, Window
from kcontract.judge.lost_starts import LostStarts
from kcontract.judge.observed import ObservedBook
from kcontract.judge.outcomes import Outcomes
from kcontract.judge.pace import STALL_FLOOR, Pace
from kcontract.judge.promises import Promises
from kcontract.judge.replies import owed_reply, requested_topic
from kcontract.judge.requests.book import RequestBook
from kcontract.judge.resources import MOST_SHARE
from kcontract.judge.retries import note_retries, patience_with, retry_seconds
from kcontract.judge.settle import Standing, standing, suspects
from kcontract.judge.shelf import Shelf
from kcontract.judge.symptoms import wanted_effects
from kcontract.judge.tally import Tally
from kcontract.judge.tying.ties import Ties
from kcontract.judge.untied import TELL_APART, UntiedRecords
from kcontract.judge.verdict import undeclared_verdict
from kcontract.judge.views import Views
from kcontract.model import events as ev
from kcontract.model.case import Expectation, Role
from kcontract.model.finding import CaseVerdict
from kcontract.model.naming import is_internal
from kcontract.model.record import TopicPartition
from kcontract.model.tap import GroupStirred

B = TypeVar("B", bound=Book)

_VALID, _REPEAT = Expectation.VALID, Role.REPEAT
"""Looked up for each record: a class answers more slowly what its members are (until Python 3.12)."""


class UnitState:
    """What the events of one unit amount to so far. `feed` is the only way in; verdicts collect in `reached`."""

    def __init__(self, run: str, promises: Promises, books: Sequence[type[Book]] = BOOKS) -> None:
        self.promises = promises
        self._outputs, self._replies = promises.outputs, promises.replies
        self.ties = Ties(run, remember=bool(self._replies))
        self.pace = Pace(floor=max([STALL_FLOOR, *map(retry_seconds, promises.inputs.values())]))
        self.patience = max([0.0, *map(patience_with, promises.inputs.values())])
        """Seconds that replies and declared retries may take: no negative is stated before."""
        self.requests, self.views = RequestBook(promises), Views(promises)
        self.committed: dict[TopicPartition, int] = {}
        self.court = Court(promises.effects, self.ties, self.pace, self.committed)
        self.window: Window | None = None
        self.blind: list[tuple[str, str]] = []
        self.starts = 0
        self._committed_at, self._lost_starts = -1.0, LostStarts()
        self._has_ended = self._sent_bad = False  # this process; the latter in windows that are closed
        self._untied = UntiedRecords(self.ties)
        self._undeclared: set[str] = set()
        self._asked: set[str] = set()  # topics that requests named for their answers: nobody's to declare
        self._effects = promises.effects
        self._always = promises.always_wanted()
        self._handlers = self._hearing()
        grounds = Grounds(run, promises, self.ties, self.pace, self.committed, self.court.tally, self.requests)
        self._books = Shelf(books, grounds)
        self._outcomes = Outcomes(promises, self.ties, self.pace, self.court, self._books, self._untied)

    def _hearing(self) -> dict[type, Callable[[Any], None]]:
        """Who takes which event."""
        return {
            ev.Sent: self._sent,
            ev.Acknowledged: self._acknowledged,
            ev.Placed: self._placed,
            ev.Refused: self._refused,
            ev.Seen: self._seen,
            ev.Decided: self._decided,
            ev.Probed: self._probed,
            ev.SchemasSeen: self._schemas_seen,
            ev.Committed: self._committed,
            ev.ServiceStarted: self._started,
            ev.ServiceReady: self._ready,
            ev.ServiceExited: self._exited,
            ev.ServiceKilled: self._killed,
            ev.WindowOpened: self._opened,
            ev.WindowClosed: self._window_closed,
            ev.Dismissed: self._dismissed,
            ev.Requested: self.requests.requested,
            ev.Responded: self.requests.responded,
            ev.AskedAlone: self.requests.asked_alone,
            ev.RequestsSettled: self._requests_settled,
            ev.Blind: self._blind,
            ev.Tapped: self._tapped,
            ev.MembersSeen: self._members_seen,
            ev.ResourcesSeen: self._resources,
        }

    def feed(self, event: ev.Event) -> None:
        """Take one event into account."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)
        self.reached.extend(self._books.feed(event))

    def feed_all(self, events: Sequence[ev.Event]) -> None:
        """Take events that are all of one type into account, as `feed` does one by one."""
        if not events:
            return
        kind = type(events[0])
        handler = self._handlers.get(kind)
        if handler is None or self._books.listens(kind):
            handler = self.feed
        elif kind is ev.Sent:
            self._all_sent(cast("Sequence[ev.Sent]", events))
            return
        elif kind is ev.Seen and self.window is not None and self.window.purpose == "batch":
            waiting = iter(cast("Sequence[ev.Seen]", events))
            while (odd := self._outcomes.take_row(waiting, self.window)) is not None:
                handler(odd)
            return
        for event in events:
            handler(event)

    def book(self, kind: type[B]) -> B:
        """The unit's book of that class. LookupError if it is judged without one."""
        for book in self._books.all_of(kind):
            return book
        raise LookupError(f"no {kind.__name__} in this unit")

    def standing(self) -> Standing:
        """Where the open window stands."""
        if self.window is None:
            return Standing(complete=True, answered=True)
        return standing(self.window, self.committed, self.pace, commits=self.pace.prompt_commits)

    def is_past(self, delivery: Delivery) -> bool:
        """Whether the service has committed past the delivery."""
        return self.court.is_past(delivery)

    def exits_as_known(self, window: Window) -> bool:
        """Whether the window's last exit is one that was seen to come again after a restart."""
        return self.court.exits_as_known(window)

    @property
    def controls(self) -> Controls:
        """Whether it is of what it keeps that the service ends."""
        return self.court.controls

    @property
    def untied(self) -> UntiedRecords:
        """Records of the open window that tie to no case."""
        return self._untied

    @property
    def doubts(self) -> list[Doubt]:
        return self.court.doubts

    @property
    def reached(self) -> list[CaseVerdict]:
        """The verdicts so far."""
        return self.court.reached

    @property
    def letters_compared(self) -> int:
        """Dead letters of an observed service that were compared with the live records that they name."""
        return sum(book.compared for book in self._books.all_of(ObservedBook))

    @property
    def tally(self) -> Tally:
        return self.court.tally

    @property
    def dead_letters(self) -> int:
        return self.court.dead_letters

    def _sent(self, event: ev.Sent) -> None:
        self._all_sent((event,))

    def _all_sent(self, events: Sequence[ev.Sent]) -> None:
        inputs = self.promises.inputs
        deliveries = [Delivery(one.case, inputs[one.case.topic], one.window, one.at, one.due) for one in events]
        always = self._always
        for delivery in deliveries:
            case = delivery.case
            if case.expectation is _VALID and case.role is not _REPEAT:
                wanted = always.get(case.topic)
                delivery.wanted = wanted_effects(delivery, self._effects) if wanted is None else wanted
        if self._replies or self.views:
            for delivery in deliveries:
                self._expect_more(delivery)
        self.ties.add_all(deliveries)
        if self.window is not None:
            self.window.add_all(deliveries)

    def _expect_more(self, delivery: Delivery) -> None:
        """What is not written to a topic of effects: a reply, and what a probe shows."""
        if self._replies:
            delivery.owed = owed_reply(delivery, self._replies.get(delivery.case.topic))
            self._asked.update(requested_topic(delivery))
            if delivery.owed is not None and delivery.expectation is Expectation.VALID:
                delivery.wanted = (*delivery.wanted, delivery.owed)
        if self.views and self.window is not None:
            self.views.expect(delivery, self.window.purpose)

    def _acknowledged(self, event: ev.Acknowledged) -> None:
        self._stand((event.case,), (event.topic, event.partition), event.offset, event.at)

    def _placed(self, event: ev.Placed) -> None:
        self._stand(event.cases, (event.topic, event.partition), event.offset, event.at)

    def _stand(self, cases: Sequence[str], place: TopicPartition, offset: int, at: float) -> None:
        """The records of these cases stand one behind the other, from this offset on."""
        get, window = self.ties.get, self.window
        number = window.number if window is not None else -1
        for case in cases:
            delivery = get(case)
            if delivery is not None:
                if number == delivery.window and window is not None and delivery.place is None:
                    window.place(delivery, place)
                delivery.place, delivery.offset, delivery.acked_at = place, offset, at
            offset += 1
        self.ties.acknowledge_all(cases)

    def _refused(self, event: ev.Refused) -> None:
        delivery = self.ties.get(event.case)
        if delivery is not None:
            if self.window is not None and self.window.number == delivery.window:
                self.window.refuse(delivery)
            delivery.refused, delivery.copied = event.error, False

    def _decided(self, event: ev.Decided) -> None:
        delivery = self.ties.get(event.case)
        place = event.topic, event.partition, event.offset
        if delivery is None:
            effects: Sequence[Effect] = ()
        else:
            effects, delivery.copied = delivery.effects, False
        for effect in effects:
            if place == (effect.record.topic, effect.record.partition, effect.record.offset):
                effect.holds = event.holds
        if event.error and not any(what == event.error for what, _ in self.blind):
            self.blind.append((event.error, "the `where` function failed: what it should compare is not judged"))

    def _probed(self, event: ev.Probed) -> None:
        delivery = self.ties.get(event.case)
        if not self.views.take(event, delivery) or delivery is None:
            return
        delivery.copied = False
        if self.window is not None:
            self.window.evidence_at = max(self.window.evidence_at, delivery.viewed_at)
        if delivery.first_outcome_at is None and delivery.has_outcome:
            self._outcomes.first(event.at, delivery, self.window, since=delivery.viewed_at)
        elif self.window is None or self.window.number != delivery.window:
            self.court.late(event.at, delivery)

    def _schemas_seen(self, event: ev.SchemasSeen) -> None:
        """What the service writes may name them; what was sent to it is judged by what was there before."""
        for output in (one for group in self.promises.outputs.values() for one in group):
            if output.oracle is not None:
                output.oracle.learn(event.schemas)
        for product in self.promises.products.values():
            product.oracle.learn(event.schemas)
        self.requests.learn(event.schemas)

    def _seen(self, event: ev.Seen) -> None:
        topic = event.record.topic
        if self.window is not None and not self._outcomes.is_endless(event.record):
            self.window.evidence_at = event.at
        outputs = self._outputs.get(topic)
        if outputs is not None:
            self._outcomes.take(event.at, event.record, outputs, self.window)
        elif topic in self.promises.products:
            self.requests.seen(event)
        elif not is_internal(topic):
            self._stray(event)

    def _stray(self, event: ev.Seen) -> None:
        """A record on a topic that no contract of the unit names."""
        topic = event.record.topic
        self.requests.strayed(event)
        if topic not in self._undeclared and topic not in self._asked:
            self._undeclared.add(topic)
            self.reached.append(undeclared_verdict(self.promises, event.record, self.ties))

    def _committed(self, event: ev.Committed) -> None:
        place = event.topic, event.partition
        self.committed[place] = event.offset
        self.court.ever_committed, self._committed_at = True, event.at
        if self.window is not None and not self.window.commit(event.at, place, event.offset):
            return
        if self._has_ended:
            self.pace.learn_last_commit()
        elif self.window is None or self.window.purpose in ("warm", "probe"):
            handled = self._outcomes.handled_at(self.window)
            if handled is not None:
                self.pace.learn_commit(max(0.0, event.at - handled))

    def _started(self, event: ev.ServiceStarted) -> None:
        self.starts += 1
        self.requests.started()
        self._has_ended = self._sent_bad = False
        self._lost_starts.started(event.at)
        if self.window is not None:
            self.window.starts += not self.window.renewed
            self.window.renewed = False
            self.window.committed.clear()
            self.views.forget(self.window)

    def _ready(self, event: ev.ServiceReady) -> None:
        """Starting takes its time, which is no standing still."""
        if self.window is not None:
            self.window.progress_at = event.at

    def _exited(self, event: ev.ServiceExited) -> None:
        self._has_ended = True
        self.requests.exited()
        if self.window is not None:
            self.window.exits.append(Exit(event.code, event.stderr, exit_cause(event.code, event.stderr)))
            self.window.suspects = self.window.suspects or suspects(self.window, self.committed)

    def _killed(self, event: ev.ServiceKilled) -> None:
        self._has_ended = True
        if self.window is not None and event.reason == "restart":
            self.window.renewed = True
        if self.window is not None and event.reason == "stalled":
            self.window.stalled, self.window.stood = True, event.at - self.window.progress_at
            self.window.last_words = event.stderr
            sign = max(self._committed_at, -1.0 if self._outcomes.at is None else self._outcomes.at)
            self.window.lost = self._lost_starts.may_be_lost(event.at, sign, self.window)
            self.court.note_stall(self.window, self.window.stood)
            self.window.suspects = self.window.suspects or suspects(self.window, self.committed)

    def _tapped(self, event: ev.Tapped) -> None:
        if self.window is None:
            return
        if self.window.tapped.take(event.seen):
            self.window.progress_at = event.at
        if isinstance(event.seen, GroupStirred) and event.seen.joins:
            self.window.rejoining.formed(event.at)

    def _members_seen(self, event: ev.MembersSeen) -> None:
        if self.window is not None:
            self.window.rejoining.look(event.at, event.state)

    def _resources(self, event: ev.ResourcesSeen) -> None:
        if self.window is not None and event.resources.share > MOST_SHARE:
            self.window.bloated = event.resources.memory

    def _blind(self, event: ev.Blind) -> None:
        self.blind.append((event.what, event.remedy))

    def _opened(self, event: ev.WindowOpened) -> None:
        self.window = Window(event.window, event.purpose, event.of, inherits=self._sent_bad)
        self.window.progress_at = self.window.evidence_at = event.at
        self._untied.clear()

    def _window_closed(self, event: ev.WindowClosed) -> None:
        window, self.window = self.window, None
        if window is None:
            return
        window.outcome = event.outcome
        self._sent_bad |= not (window.healthy or self._has_ended)
        if event.outcome == "settled":
            learn = self.pace.learn_gap if window.purpose == "probe" else self.pace.learn_wait
            learn(window.longest_gap)
        for one, delivery in self._untied.owners(window):
            self._outcomes.credit(*one, delivery, window=None)
        if self._replies:
            sort_out(window, self._untied.count_late())
        if self._outcomes.retries:
            note_retries(window)
        self.court.judge(window)
        self.reached.extend(self._books.closed(window))
        self.court.forget()

    def _requests_settled(self, event: ev.RequestsSettled) -> None:
        self.court.reached.extend(self.requests.settle(event))

    def _dismissed(self, event: ev.Dismissed) -> None:
        """Give up a doubt that cannot be confirmed."""
        for doubt in [d for d in self.doubts if d.delivery.case.id == event.case and not d.settled]:
            self.court.dismiss(doubt, event.why)

    def close(self) -> None:
        """The unit has ended: what was not confirmed by now is dismissed."""
        self.court.close()
        remedy = TELL_APART if self._untied.topic else "run it again, or with more --max-time"
        self.blind += [(what, own or remedy) for what, own in self.court.unconfirmed()]
        self.reached.extend(self._books.ended())
        self.blind.extend((*self._books.blind(), *self.views.blind()))
        self.reached.extend(self.requests.ended())
        for topic, number in self.requests.unexplained.items():
            what = f"{topic}: {number} events tie to no request"
            self.blind.append((what, "name in `where` what tells one request's event from another's"))

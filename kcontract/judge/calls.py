"""Handlers that are called in a process of their own: what they return is all that comes of a record (ORACLE.md §7).

A call that has come back is settled, so what is missing is missing. What its process did not survive must happen a
second time with the same record: alone, or after the same records as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.judge.cause import call_cause
from kcontract.judge.crediting import output_of
from kcontract.judge.evidence import Delivery, Effect
from kcontract.judge.promises import Output, OutputRole
from kcontract.judge.replies import reply_symptoms
from kcontract.judge.rules import CaseEvidence, verdicts_of
from kcontract.judge.symptoms import Shown, Symptom, symptoms
from kcontract.judge.verdict import COMPANY, called_verdict, undeclared_of
from kcontract.model import events as ev
from kcontract.model.called import FATAL
from kcontract.model.case import Expectation, Role
from kcontract.model.events import Called
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import LogRecord, TopicPartition

_ALONE = 1
"""Records before it, of which a healthy one opens the process."""
_FATAL_CODES = {"exited": "CRASHED", "hung": "STUCK", "bloated": "RESOURCE_BLOWUP"}
_UNKEYED = "key_damage:null"
_CONFLICT = "conflicting_duplicate"


class CallBook(Book):
    """Judges each call by itself, and a record's second one, if it is idempotent, beside its first."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._ended: dict[str, Called] = {}
        """The calls, by case, that their process did not survive once."""
        self._shown: set[int] = set()
        """Outputs that the handler is known to return."""
        self._owed: dict[int, Output] = {}
        """Those that it never returned, though it should have."""
        self._effects: dict[str, int] = {}
        """How many effects came of a record, by its case; only where its repetition must have none."""
        self._undeclared: set[str] = set()
        self._holds: dict[tuple[TopicPartition, int], bool | None] = {}

    def listeners(self) -> Mapping[type, Listener]:
        return {Called: self._called, ev.Decided: self._decided}

    def blind(self) -> Iterable[tuple[str, str]]:
        """Events that the handler sends by itself, if at all; and processes that ended once."""
        for number, output in self._owed.items():
            if number not in self._shown:
                yield f"{output.topic}: the handler returned no event for it, so none is judged", "return the events"
        for root, call in self._ended.items():
            what = call_cause(call.how, call.code, call.error)
            yield f"case {root}: {what}, which did not happen again", "run it again"

    def _decided(self, event: ev.Decided) -> Iterable[CaseVerdict]:
        self._holds[((event.topic, event.partition), event.offset)] = event.holds
        return ()

    def _called(self, event: Called) -> Iterable[CaseVerdict]:
        delivery = self.grounds.ties.get(event.case)
        if delivery is None:
            return ()
        self.grounds.ties.forget(delivery)
        reached = list(self._judged(event, delivery))
        self.grounds.tally.count(delivery, reached[0].code if reached else _outcome(event, delivery))
        return reached

    def _judged(self, event: Called, delivery: Delivery) -> Iterator[CaseVerdict]:
        if event.how in FATAL:
            yield from self._fatal(event, delivery)
            return
        strays = self._credit(event, delivery)
        if event.how == "raised":
            yield _raised(event, delivery)
        elif event.how == "rejected":
            yield from _rejected(event, delivery)
        else:
            yield from self._returned(delivery)
        yield from (undeclared_of(self.grounds.promises, stray, delivery) for stray in strays)

    def _fatal(self, event: Called, delivery: Delivery) -> Iterator[CaseVerdict]:
        root = delivery.case.root
        if root not in self._ended:
            self._ended[root] = event
            return
        self._ended[root] = event
        code, cause = _FATAL_CODES[event.how], call_cause(event.how, event.code, event.error)
        facts = [_words(event)]
        if event.before > _ALONE:
            cause, facts = COMPANY, [*facts, f"only after {event.before} records before it, twice"]
        else:
            facts.append("and again with the record alone behind a healthy one")
        del self._ended[root]
        yield called_verdict(code, delivery, (_shown(cause),), tuple(facts), error=event.error)

    def _credit(self, event: Called, delivery: Delivery) -> list[LogRecord]:
        """Everything that came back is the record's own; what goes to a topic that nobody declared is returned."""
        strays = []
        for log in event.returned:
            own = [o for o in self.grounds.promises.outputs.get(log.topic, ()) if o.source is delivery.source]
            if own:
                self._take(event, delivery, log, output_of(delivery, log, tuple(own)))
            elif log.topic not in self._undeclared:
                self._undeclared.add(log.topic)
                strays.append(log)
        return strays

    def _take(self, event: Called, delivery: Delivery, log: LogRecord, output: Output) -> None:
        self._shown.add(id(output))
        if output.role is OutputRole.DEAD_LETTER:
            delivery.dead_letters += (log,)
        elif output.role is OutputRole.RETRY:
            delivery.attempts += 1
        else:
            effect = Effect(event.at, log, output, holds=self._holds.pop((log.place, log.offset), None))
            if output.role is OutputRole.REPLY:
                delivery.answers += (effect,)
            else:
                delivery.effects += (effect,)

    def _returned(self, delivery: Delivery) -> Iterator[CaseVerdict]:
        if self._is_accepted(delivery):
            fact = "the handler returned as it does for a valid record, and refused nothing"
            evidence = tuple(effect.record for effect in (*delivery.effects, *delivery.answers))
            yield called_verdict("ACCEPTED_INVALID", delivery, (_shown("", fact, evidence),))
            return
        shown = tuple(self._believed(delivery))
        told = frozenset(one.symptom for one in shown)
        codes = verdicts_of(CaseEvidence(expectation=delivery.expectation, shown=told, alone=told))
        if codes:
            yield called_verdict(codes[0], delivery, shown)
        yield from self._twice(delivery)

    def _is_accepted(self, delivery: Delivery) -> bool:
        """An invalid record must be refused. Where it must have no effect, and valid ones have one, none is enough."""
        if delivery.expectation is not Expectation.INVALID or delivery.dead_letters or delivery.attempts:
            return False
        if delivery.owed is not None and delivery.answers:
            return False  # the answer tells
        skips = delivery.source.receive.on_invalid.policy == "skip"
        return not (skips and delivery.source.shows_effects and not delivery.effects and not delivery.answers)

    def _believed(self, delivery: Delivery) -> Iterator[Shown]:
        """What is wrong with the call, but for events that the handler never returns, and repetitions of one."""
        missing = [one for one in delivery.wanted if not delivery.has_effect(one)]
        for output in missing:
            self._owed[id(output)] = output
        quiet = bool(delivery.attempts) or delivery.case.role is Role.REPEAT
        quiet = quiet or not all(id(output) in self._shown for output in missing)
        for one in chain(symptoms(delivery, self.grounds.promises.effects), reply_symptoms(delivery)):
            absent = one.symptom in (Symptom.NO_EFFECT, Symptom.NO_REPLY, Symptom.NO_DEAD_LETTER)
            if not (absent and quiet) and not (one.symptom is Symptom.INVALID_EFFECT and one.cause == _UNKEYED):
                yield one

    def _twice(self, delivery: Delivery) -> Iterator[CaseVerdict]:
        """Too many effects of one call; any of a second one where only the first may have them."""
        most = sum(output.emits.count for output in delivery.wanted if output.emits is not None)
        came, root = len(delivery.effects), delivery.case.root
        if delivery.case.role is not Role.REPEAT:
            if delivery.expectation is Expectation.VALID and came > max(most, 1):
                yield _duplicate(delivery, f"{came} events came of one call, {max(most, 1)} are promised")
            if delivery.source.receive.idempotent:
                self._effects[root] = came
        elif came and self._effects.pop(root, 0) and delivery.source.receive.idempotent:
            what = "another payload of its identity was" if delivery.case.code == _CONFLICT else "the same bytes were"
            yield _duplicate(delivery, f"{what} handed over once more, and had an effect again")


def _raised(event: Called, delivery: Delivery) -> CaseVerdict:
    fact = "the handler raised an exception that is none of its `rejects` (docs/fuzz.md)"
    cause = call_cause(event.how, event.code, event.error)
    return called_verdict("CRASHED", delivery, (_shown(cause, fact),), error=event.error)


def _rejected(event: Called, delivery: Delivery) -> Iterator[CaseVerdict]:
    if delivery.expectation is Expectation.VALID:
        yield called_verdict("REJECTED_VALID", delivery, (_shown("", f"the handler refused it: {event.error}"),))


def _duplicate(delivery: Delivery, fact: str) -> CaseVerdict:
    evidence = tuple(effect.record for effect in delivery.effects)
    return called_verdict("DUPLICATE_EFFECT", delivery, (_shown("", fact, evidence),))


def _shown(cause: str, fact: str = "", evidence: tuple[LogRecord, ...] = ()) -> Shown:
    return Shown(symptom=Symptom.NO_EFFECT, facts=(fact,) if fact else (), cause=cause, evidence=evidence)


def _words(event: Called) -> str:
    if event.how == "hung":
        return "the handler did not come back, and its process was ended"
    if event.how == "bloated":
        return "the handler's process took more memory than it may have"
    how = f"was killed by signal {-event.code}" if event.code < 0 else f"ended with exit code {event.code}"
    return f"the handler's process {how} while it had this record"


def _outcome(event: Called, delivery: Delivery) -> str:
    """What became of a record with nothing wrong about it."""
    if event.how in FATAL:
        return "not confirmed"
    if delivery.dead_letters:
        return "dead-lettered"
    return event.how

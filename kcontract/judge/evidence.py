"""What the fold remembers: deliveries, windows and doubts that are not settled yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kcontract.judge.promises import Input, Output, OutputRole
from kcontract.judge.rejoining import Rejoining
from kcontract.judge.tapped import Tapped
from kcontract.judge.view import View
from kcontract.model.case import Case, Expectation, Rejection, Role
from kcontract.model.events import Purpose
from kcontract.model.record import LogRecord, TopicPartition
from kcontract.oracle.expressions import MISSING

_VALID, _INVALID = Expectation.VALID, Expectation.INVALID
_CASE, _SENTINEL, _MARKER = Role.CASE, Role.SENTINEL, Role.MARKER
_REPLY, _PROBE = OutputRole.REPLY, OutputRole.PROBE
"""Looked up for each record: a class answers more slowly what its members are (until Python 3.12)."""

_AT_ONCE = 0.25
"""Of the time waited before a further sentinel was sent: what comes sooner behind that came of it."""

UNREAD = object()
"""Marks a payload that has not been read yet."""


class Effect(msgspec.Struct, eq=False, gc=False):
    """A record on a declared effect topic, tied to a delivery."""

    at: float
    record: LogRecord
    output: Output
    holds: bool | None = None
    """What a `where` function said of it; None if none was asked, or gave no answer."""
    _seen: tuple[Any, Rejection | None] | None = None

    def look(self) -> tuple[Any, Rejection | None]:
        """The payload in JSON form, MISSING if it cannot be read, and what is wrong with it; read once."""
        if self._seen is None:
            oracle = self.output.oracle
            self._seen = oracle.look(self.record.record) if oracle else (MISSING, None)
        return self._seen


class Delivery(msgspec.Struct, eq=False, gc=False):
    """One sending of a case and everything that came of it. There are many, and none of them holds a cycle (`gc`)."""

    case: Case
    source: Input
    window: int
    sent_at: float
    due: float = 0.0
    """When it was to be sent, if it is part of a load."""
    place: TopicPartition | None = None
    offset: int = -1
    acked_at: float = 0.0
    refused: str = ""
    effects: tuple[Effect, ...] = ()
    dead_letters: tuple[LogRecord, ...] = ()
    first_outcome_at: float | None = None
    copied: bool = False
    """All that came of it is the one effect that it must have, in its own bytes: nothing can be wrong with it."""
    done: bool = False
    """It has an outcome, or the broker refused it: its window waits no more for it."""
    wanted: tuple[Output, ...] = ()
    """The effects that a valid record must have, each as often as its count says; empty if none can be seen."""
    owed: Output | None = None
    """The reply that must come: the answer to a valid request, the declared error to an invalid one."""
    answers: tuple[Effect, ...] = ()
    waited: float = 0.0
    """Seconds that the service took for the answer, without those that records before it took."""
    twice: bool = False
    """It was answered more than once, by one process, and no other request lacks its answer."""
    crossed: bool = False
    """It has no answer or one of the wrong sort, and others of its window have what it should have."""
    attempts: int = 0
    """How often it came to the retry topic."""
    endless: bool = False
    """That was more often than declared, by one process."""
    probe: Output | None = None
    """The probe that is asked about it."""
    view: View | None = None
    """What the probe last said; None: it has not been asked."""
    viewed_at: float = 0.0
    """When the probe first said so; not of the first answer, if that is that there is nothing."""
    view_said: str = ""
    view_stands: bool = False
    """It has said so for long enough."""
    _payload: Any = UNREAD

    @property
    def expectation(self) -> Expectation:
        return self.case.expectation

    def payload(self) -> Any:
        """The input's payload in JSON form, read once; MISSING if it has none."""
        if self._payload is UNREAD:
            self._payload = self.source.oracle.read_leniently(self.case.record)
        return self._payload

    @property
    def has_outcome(self) -> bool:
        """Whether something that came back shows that the record was taken care of."""
        if self.first_outcome_at is not None or self.dead_letters:
            return True
        if self.case.expectation is not _VALID:
            return bool(self.effects or self.answers or self.is_shown)
        if len(self.wanted) == 1:
            return self.has_effect(self.wanted[0])
        return bool(self.wanted) and all(self.has_effect(output) for output in self.wanted)

    @property
    def is_owed(self) -> bool:
        """Whether something must be seen of it, wherever it was sent."""
        if self.wanted:
            return True
        return self.case.expectation is _INVALID and (
            self.owed is not None or self.source.dead_letter_topic is not None
        )

    @property
    def owes_rejection(self) -> bool:
        """Whether it is an invalid record whose dead letter or error reply is promised."""
        invalid = self.case.expectation is _INVALID
        return invalid and (self.owed is not None or bool(self.source.dead_letter_topic)) and not self.refused

    @property
    def is_shown(self) -> bool:
        """Whether the probe shows that the record was handled."""
        return self.view is View.SHOWN

    @property
    def rounds(self) -> int:
        """How often the record was handled, as far as its outcomes tell."""
        topics = [output for output in self.wanted if output.role is not _PROBE]
        once = sum(output.emits.count if output.emits else 1 for output in topics)
        return max(len(self.dead_letters), len(self.effects) // max(once, 1))

    def has_effect(self, output: Output) -> bool:
        """Whether the effect has come as often as it must."""
        if output.role is _REPLY:
            return bool(self.answers)
        if output.role is _PROBE:
            return self.is_shown or (self.view is View.WRONG and self.view_stands)
        needed = output.emits.count if output.emits else 1
        if needed == 1:
            own = self.effects  # mostly one: this is asked for each effect
            return bool(own) and (own[0].output is output or any(effect.output is output for effect in own))
        return len(self.effects) >= needed and sum(e.output is output for e in self.effects) >= needed


@dataclass(slots=True)
class Exit:
    """The process ended by itself."""

    code: int
    stderr: str
    cause: str
    """Exception and innermost user frame, or signal, or exit code."""

    @property
    def is_outside(self) -> bool:
        """Whether it looks as if somebody else had ended it: SIGKILL and SIGTERM, as such or as a shell tells them."""
        return self.code in (-9, -15, 137, 143)


@dataclass(slots=True, eq=False)
class Window:
    """A batch of records that was sent and settled together."""

    number: int
    purpose: Purpose
    of: str
    deliveries: list[Delivery] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)
    stalled: bool = False
    lost: bool = False
    """It was ended for standing still, and its process never took anything, unlike the one before: so does one whose
    join was lost, whatever it is sent."""
    stood: float = 0.0
    """How long nothing had moved when the service was ended for it, in seconds."""
    last_words: str = ""
    """What it had printed to standard error by then: often why a thread of it died."""
    starts: int = 0
    """How often the service was started within the window, but for a third sentinel's sake."""
    astray: int = 0
    """How many effects came that tie to no case."""
    renewed: bool = False
    """It was ended because it had committed past all sentinels: what the next start is for (ORACLE.md §3)."""
    progress_at: float = 0.0
    """When a delivery last got its outcome, or a commit last moved on."""
    longest_gap: float = 0.0
    """The longest time without progress so far."""
    evidence_at: float = 0.0
    """When anything was last seen."""
    nudged_at: float = 0.0
    """When a further sentinel was last sent to a partition that had one."""
    outcome: str = ""
    suspects: tuple[Delivery, ...] = ()
    """Who may have ended or stopped the service, as it looked when that was first seen."""
    left: int = 0
    """How many deliveries are open: without an outcome."""
    owed: int = 0
    """How many of them must have an outcome."""
    unplaced: int = 0
    """How many deliveries the broker has neither acknowledged nor refused."""
    sentinels: dict[TopicPartition, Delivery] = field(default_factory=dict)
    """The last acknowledged sentinel of each partition."""
    ends: dict[TopicPartition, Delivery] = field(default_factory=dict)
    """The last acknowledged invalid marker of each partition."""
    committed: dict[TopicPartition, int] = field(default_factory=dict)
    """How far the service has ever committed in this window, since it was last started."""
    closers: dict[tuple[TopicPartition, bytes | None], Delivery] = field(default_factory=dict)
    """Where keys are pooled: the last acknowledged sentinel of each of them (ORACLE.md §3)."""
    markers: list[Delivery] = field(default_factory=list)
    healthy: bool = True
    """Whether all of its records are valid: beside others a record's latency tells how long these take."""
    inherits: bool = False
    """Its process was sent records that are not valid before it was opened."""
    bloated: int = 0
    """Bytes that the service held when it crossed the limit, and was ended for it; 0: it did not."""
    tapped: Tapped = field(default_factory=Tapped)
    """What the protocol tap saw meanwhile."""
    rejoining: Rejoining = field(default_factory=Rejoining)
    """How the service's group fared."""

    @property
    def rejoins(self) -> int:
        """How often the group began to form anew since anything moved."""
        return self.rejoining.times(self.progress_at)

    @property
    def teaches(self) -> bool:
        """Whether its gaps tell how long the service may take: it has few records, and each is waited for."""
        return self.purpose in ("probe", "alone", "bisect")

    @property
    def poisons(self) -> tuple[Delivery, ...]:
        """Invalid records whose dead letter or error reply is promised."""
        return tuple(delivery for delivery in self.deliveries if delivery.owes_rejection)

    def add_all(self, deliveries: Sequence[Delivery]) -> None:
        """Records are on their way."""
        cases = [delivery.case for delivery in deliveries]
        self.healthy = self.healthy and all([case.expectation is _VALID for case in cases])  # noqa: C419
        self.deliveries += deliveries
        self.left += len(deliveries)
        self.owed += sum([bool(delivery.wanted) or delivery.is_owed for delivery in deliveries])
        self.unplaced += len(deliveries)
        self.markers += [delivery for delivery in deliveries if delivery.case.role is _MARKER]

    def place(self, delivery: Delivery, place: TopicPartition) -> None:
        """The broker has acknowledged a record for the first time."""
        self.unplaced -= not delivery.refused
        role = delivery.case.role
        if role is _CASE:
            return
        if role is _SENTINEL:
            if place in self.sentinels:
                self.nudged_at = delivery.sent_at
            self.sentinels[place] = delivery
            if delivery.source.pools_keys:
                self.closers[(place, delivery.case.record.key)] = delivery
        elif role is _MARKER:
            self.ends[place] = delivery

    def brought(self, at: float, delivery: Delivery) -> bool:
        """Whether it was a further sentinel that brought the outcome which came `at`: it tells how long we had waited
        before that was sent (a service that answers one record late), and nothing of the service's pace."""
        waited = self.nudged_at - delivery.acked_at
        return waited > 0 and at - self.nudged_at <= _AT_ONCE * waited

    def commit(self, at: float, place: TopicPartition, offset: int) -> bool:
        """A committed offset has moved. False if one has been as far before: who goes back for a record on and on
        commits what lies before it once more each time, and that is no progress."""
        self.evidence_at = at
        self.tapped.commits += 1
        if offset <= self.committed.get(place, -1):
            return False
        self.committed[place] = offset
        self.progress_at = at
        return True

    def refuse(self, delivery: Delivery) -> None:
        """The broker will not take the record: nothing can come of it."""
        if delivery.place is None and not delivery.refused:
            self.unplaced -= 1
        if delivery in self.markers:
            self.markers.remove(delivery)
        self.answer(delivery)

    def answer(self, delivery: Delivery) -> bool:
        """The delivery is open no more; False if it was not."""
        if delivery.done or delivery.window != self.number:
            return False
        delivery.done = True
        self.left -= 1
        self.owed -= delivery.is_owed
        return True

    @property
    def open(self) -> list[Delivery]:
        """Deliveries without an outcome, in the order of sending."""
        return [delivery for delivery in self.deliveries if not delivery.done]

    @property
    def ended_outside(self) -> bool:
        """Whether all that happened was one end of the process that somebody else may have caused."""
        return len(self.exits) == 1 and self.exits[0].is_outside and not self.stalled and not self.bloated

    @property
    def ended(self) -> bool:
        """Whether the service ended by itself."""
        return bool(self.exits) and not self.ended_outside

    @property
    def halted(self) -> bool:
        """Whether it ended by itself, or stood still: where that was no lost join, of what it was sent or keeps."""
        return self.ended or (self.stalled and not self.lost)

    @property
    def may_be_of_others(self) -> bool:
        """Whether what halted the service at a good record may come of the bad ones that its process was sent before: a
        client that is being stopped reads on for a while. A second end, or a stall after one, is a new process's."""
        return self.purpose == "alone" and self.inherits and len(self.exits) + self.stalled == 1

    @property
    def disturbed(self) -> bool:
        """Whether the service ended, was killed or was started again while the window was open."""
        return bool(self.exits) or self.stalled or self.starts > 0

"""The way of a case through the services before the one that is judged: one record at a time, so that it is known
which record came of which."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from kcontract.engine.asking.acting import Actor
from kcontract.engine.chain.companion import Companion
from kcontract.engine.chain.plan import Chain
from kcontract.engine.chain.source import HeadSource
from kcontract.engine.settings import ServiceGone
from kcontract.engine.tools import Tools
from kcontract.generate.requests import RequestBody
from kcontract.model.case import VALID_KIND, Case, Expectation
from kcontract.model.cluster import Outgoing
from kcontract.model.contract import Send
from kcontract.model.record import LogRecord, Record
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.topic import TopicOracle
from kcontract.ports import Reader

_FLUSH_SECONDS, _POLL = 60.0, 0.02
_PATIENCE = 30.0
"""Seconds for a record to come through the services before."""


class Road:
    """Implements `engine.stage.Road`. ServiceGone where no single valid record comes of one: that is nothing of which
    the last service could be blamed, and the services before it are judged alone."""

    def __init__(
        self, chain: Chain, tools: Tools, source: HeadSource, book: Sequence[RegisteredSchema], deadline: float
    ) -> None:
        self._tools = tools
        self._source = source
        self._deadline = deadline
        self._head, self._topic = chain.head.contract.topic, chain.last.contract.topic
        contract, receive = chain.unit.receives[0]
        self._oracle = TopicOracle(contract, receive, tuple(book))
        self._companions = [Companion(unit, tools, tuple(book), deadline) for unit in chain.companions]
        first, side = self._companions[0], chain.head.side
        self._actor = Actor(first.stage, chain.head.contract, side) if isinstance(side, Send) else None
        self._before = " and ".join(unit.name for unit in chain.companions)
        self._reader: Reader | None = None
        self._refused = ""

    def open(self) -> None:
        """Start the services before, the last of them first: each finds the next one ready. The topics exist."""
        self._reader = self._tools.cluster.reader((self._topic,))
        for companion in reversed(self._companions):
            companion.start()

    def carry(self, case: Case) -> tuple[Case, LogRecord]:
        """The case with the record that came of it, and where that stands."""
        self._check_nothing_more()
        self._hand_over(self._source.planned(case))
        log = self._come()
        expected = self._oracle.expect(log.record)
        if expected.expectation is not Expectation.VALID:
            why = expected.rejection.reason if expected.rejection else "it may be taken or refused"
            raise ServiceGone(f"{self._before} sent a record to {self._topic} that is not valid there: {why}")
        tokens = tuple(token for token in case.tokens if _says(log.record, token))
        return structs.replace(case, record=log.record, tokens=tokens), log

    def _hand_over(self, planned: Case) -> None:
        """A record or a request for the first service."""
        if self._actor is not None:
            body = RequestBody(kind=VALID_KIND, expectation="valid", body=planned.record.value or b"")
            self._actor.act(body, self._actor.prepare(_PATIENCE), _PATIENCE)
            return
        self._tools.cluster.send([Outgoing(planned.id, self._head, planned.record, planned.partition)], self._delivered)
        if self._tools.cluster.flush(_FLUSH_SECONDS) or self._refused:
            raise ServiceGone(f"the broker did not take a record for {self._head}: {self._refused or 'no answer'}")

    def close(self) -> None:
        """Stop the services before. ServiceGone if more came of a record than one."""
        self._check_nothing_more()
        for companion in self._companions:
            companion.stop()

    def kill(self) -> None:
        """Leave nothing behind."""
        for companion in self._companions:
            companion.kill()
        if self._reader is not None:
            self._reader.close()

    def _come(self) -> LogRecord:
        recorder = self._tools.recorder
        until = min(recorder.now() + _PATIENCE, self._deadline)
        while True:
            found = self._read(_POLL)
            if found:
                self._check_single(found)
                return found[0]
            for companion in self._companions:
                companion.check()
            if recorder.now() >= until:
                what = f"{self._before} sent nothing to {self._topic} within {_PATIENCE:g} s of a valid one"
                raise ServiceGone(what)

    def _check_nothing_more(self) -> None:
        self._check_single(self._read(0), most=0)

    def _read(self, timeout: float) -> Sequence[LogRecord]:
        return self._reader.poll(timeout) if self._reader is not None else ()

    def _check_single(self, found: Sequence[LogRecord], most: int = 1) -> None:
        if len(found) > most:
            raise ServiceGone(f"{self._before} sent more than one record to {self._topic} for one of its own")

    def _delivered(self, _case: str, _topic: str, _partition: int, _offset: int, error: str) -> None:
        self._refused = error


def _says(record: Record, token: bytes) -> bool:
    texts = (record.key, record.value, *(value for _, value in record.headers))
    return any(token in text for text in texts if text)

"""From records and what was done to them to cases: their ids, markers, partitions, and what the oracle says of them."""

from __future__ import annotations

from collections.abc import Iterator

from kcontract.generate.about import About
from kcontract.generate.envelope import takes_marker
from kcontract.generate.kind import Mutant, Parent
from kcontract.generate.mutants import envelope_of
from kcontract.generate.reply_to import ReplyTo
from kcontract.generate.stamper import Stamped, Stamper
from kcontract.generate.tokens import restamp_record, restamp_value
from kcontract.model.case import CASE_HEADER, Case
from kcontract.model.contract import Contract
from kcontract.model.record import Record
from kcontract.oracle.topic import TopicOracle


class Caster:
    """Makes the cases of one contract's records for one run."""

    def __init__(
        self, contract: Contract, oracle: TopicOracle, stamper: Stamper, run: str, numbers: Iterator[int]
    ) -> None:
        self._oracle = oracle
        self._stamper = stamper
        self._topic = contract.topic
        self._reply_to = ReplyTo(contract)
        self._marks = takes_marker(contract)
        self._run = run
        self._numbers = numbers

    def next_id(self) -> str:
        """The id of one more case."""
        return str(next(self._numbers))

    def of_mutant(self, name: str, mutant: Mutant, parent: Parent) -> Case:
        """The case of a mutant: with fresh tokens, and beside it its parent with the same."""
        record, origin, tokens = mutant.record, parent.record, parent.tokens
        stamped = self._stamper.fresh(record, tokens)
        same = record.value is origin.value
        value = stamped.record.value if same else restamp_value(origin.value, tokens, stamped.tokens)
        envelope = envelope_of(origin, record)
        if envelope is not None:
            envelope = restamp_record(envelope, tokens, stamped.tokens)
        return self.case(self.next_id(), stamped, About(name, parent=value, envelope=envelope, note=mutant.note))

    def case(self, identity: str, stamped: Stamped, about: About) -> Case:
        """The case of a record, with its marker; the oracle is asked unless `about` knows what is expected."""
        record = self._marked(self._reply_to.routed(stamped.record, identity), identity)
        home = self._stamper.home(record.key)
        expected = about.expected or self._oracle.expect(record, hint=about.kind)
        return Case(
            id=identity,
            topic=self._topic,
            record=record,
            kind=about.kind,
            expectation=expected.expectation,
            role=about.role,
            partition=about.partition if home is None else home,
            rejection=expected.rejection,
            tokens=stamped.tokens,
            parent=about.parent,
            envelope=self._reply_to.routed(about.envelope, identity) if about.envelope else None,
            note=about.note,
        )

    def _marked(self, record: Record, identity: str) -> Record:
        if not self._marks:
            return record
        mark = (CASE_HEADER, f"{self._run}/{identity}".encode())
        return Record(record.key, record.value, (*record.headers, mark), record.timestamp)


def unmarked(record: Record) -> Record:
    """The record without its marker."""
    headers = tuple(pair for pair in record.headers if pair[0] != CASE_HEADER)
    return Record(record.key, record.value, headers, record.timestamp)

"""From records and what was done to them to cases: their ids, markers, partitions, and what the oracle says of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from kcontract.generate.about import About
from kcontract.generate.envelope import takes_marker
from kcontract.generate.kind import Kind, Mutant, Parent
from kcontract.generate.mould import Mould
from kcontract.generate.reply_to import ReplyTo
from kcontract.generate.stamper import Stamped, Stamper
from kcontract.model.case import CASE_HEADER, Case, Role
from kcontract.model.contract import Contract
from kcontract.model.record import Record
from kcontract.oracle.topic import TopicOracle

_AT_ONCE, _LARGE = 64, 4_000
"""Mutants that are made together; bytes of one behind which no other is."""
_MOULDS = 256
"""Of the parents of several event types."""


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
        self._at_once = 1 if self._reply_to.active else _AT_ONCE
        """One by one where the id of a case decides more than its marker."""
        self._numbers = numbers
        self._mould = lru_cache(maxsize=_MOULDS)(lambda parent: Mould(parent.record, parent.tokens))

    def next_id(self) -> str:
        """The id of one more case."""
        return str(next(self._numbers))

    def of_mutants(self, kind: Kind, mutants: Iterable[tuple[Mutant, Parent]], *, few: bool) -> Iterator[Case]:
        """The cases of mutants. Unless `few` are wanted, some are stamped and judged before the first of them is given:
        otherwise a fifth of the time goes by until the processor has the one step's code at hand again, then the
        other's.

        They are judged without their markers, of which no contract speaks.
        """
        pairs = iter(mutants)
        while block := _block(pairs, 1 if few else self._at_once):
            names = [kind.named(mutant.variant) for mutant, _ in block]
            fresh = [self._stamper.tokens(mutant.record.key, parent.tokens) for mutant, parent in block]
            casts = [self._mould(pair[1]).cast(pair[0].record, new) for pair, new in zip(block, fresh, strict=True)]
            judged = [self._oracle.expect(cast[0], hint=name) for cast, name in zip(casts, names, strict=True)]
            homes = self._stamper.homes([cast[0].key for cast in casts])
            steps = zip(block, names, fresh, casts, judged, homes, strict=True)
            for (mutant, _), name, tokens, (record, parent, envelope), expected, home in steps:
                identity = self.next_id()
                yield Case(
                    identity, self._topic, self._sent(record, identity), name, expected.expectation, Role.CASE, home,
                    expected.rejection, tokens, parent, self._beside(envelope, identity), mutant.note,
                )  # fmt: skip

    def case(self, identity: str, stamped: Stamped, about: About) -> Case:
        """The case of a record, with its marker; the oracle is asked unless `about` knows what is expected."""
        record = self._sent(stamped.record, identity)
        expected = about.expected or self._oracle.expect(record, hint=about.kind)
        home = self._stamper.home(stamped.record.key)
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
            envelope=self._beside(about.envelope, identity),
            note=about.note,
        )

    def _sent(self, record: Record, identity: str) -> Record:
        """The record as it goes out under that id."""
        if self._reply_to.active:
            record = self._reply_to.routed(record, identity)
        if not self._marks:
            return record
        mark = (CASE_HEADER, f"{self._run}/{identity}".encode())
        return Record(record.key, record.value, (*record.headers, mark), record.timestamp)

    def _beside(self, envelope: Record | None, identity: str) -> Record | None:
        """What a record's envelope was before it was damaged, as it would have gone out."""
        return self._reply_to.routed(envelope, identity) if envelope is not None else None


def _block(pairs: Iterator[tuple[Mutant, Parent]], most: int) -> list[tuple[Mutant, Parent]]:
    """The next few, up to a large one."""
    block = []
    for pair in islice(pairs, most):
        block.append(pair)
        if len(pair[0].record.value or b"") > _LARGE:
            break
    return block


def unmarked(record: Record) -> Record:
    """The record without its marker."""
    headers = tuple(pair for pair in record.headers if pair[0] != CASE_HEADER)
    return Record(record.key, record.value, headers, record.timestamp)

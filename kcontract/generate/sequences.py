"""Delivery (54–58): valid records that only what came before them makes difficult, in the order of sending."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kcontract.generate.kind import Ground, Parent
from kcontract.generate.stamper import Stamped, Stamper
from kcontract.generate.tokens import restamp_record
from kcontract.model.case import Expectation, Expected
from kcontract.model.contract import Contract, Expression, Receive
from kcontract.model.record import Record
from kcontract.oracle.expressions import MISSING, evaluate
from kcontract.oracle.topic import TopicOracle

SEQUENCES = ("exact_duplicate", "conflicting_duplicate", "out_of_order", "tombstone_sequence", "missing_predecessor")
GROUPS = 4
"""Groups of each kind."""
_LONG_AGO = 1_600_000_000_000
"""A record timestamp of September 2020."""


@dataclass(frozen=True, slots=True)
class Step:
    """One record of a sequence. `repeats`: its effects are those of the step before it, in other words or, without a
    record of its own, in the same."""

    kind: str
    stamped: Stamped | None
    note: str
    repeats: bool = False
    expected: Expected | None = None
    """None: the oracle says, which calls what the kind alone makes difficult open."""


class Sequences:
    """Makes the sequences of one contract for one receiver."""

    def __init__(
        self,
        contract: Contract,
        receive: Receive,
        oracle: TopicOracle,
        stamper: Stamper,
        parents: Sequence[tuple[Ground, Sequence[Parent]]],
    ) -> None:
        self._contract = contract
        self._idempotent = receive.idempotent
        self._oracle = oracle
        self._stamper = stamper
        self._parents = parents
        message = contract.message
        self._same = tuple(one for one in (message.identity, message.key_from) if one is not None)

    def steps(self, code: str) -> Iterator[Step]:
        """All groups of a kind; none for a kind that is no sequence."""
        make: dict[str, Callable[[Parent, Parent], Iterator[Step]]] = {
            "exact_duplicate": self._exact,
            "conflicting_duplicate": self._conflicting,
            "out_of_order": self._stale,
            "tombstone_sequence": self._deleted,
        }
        if code in make:
            for first, second in self._pairs():
                yield from make[code](first, second)
        elif code == "missing_predecessor":
            yield from self._without_first()

    def _pairs(self) -> Iterator[tuple[Parent, Parent]]:
        """Valid records of one event type, of which two that differ."""
        for _, parents in self._parents:
            for number in range(min(GROUPS, len(parents) - 1)):
                yield parents[number], parents[number + 1]

    def _exact(self, first: Parent, _: Parent) -> Iterator[Step]:
        fresh = self._stamper.fresh(first.record, first.tokens)
        yield Step("exact_duplicate", fresh, "sent twice", expected=Expected(Expectation.VALID))
        yield Step("exact_duplicate", None, "the same bytes again", repeats=True)

    def _conflicting(self, first: Parent, second: Parent) -> Iterator[Step]:
        """The group has one effect under `idempotent`, whoever wins; else nothing is promised of either."""
        one = self._stamper.fresh(first.record, first.tokens)
        other = self._like(self._stamper.fresh(second.record, second.tokens), one.record, self._same)
        note = "the same identity as the record before it, with another payload"
        if self._idempotent:
            yield Step("conflicting_duplicate", one, "", expected=Expected(Expectation.VALID))
            yield Step("conflicting_duplicate", other, note, repeats=True)
        else:
            yield Step("conflicting_duplicate", _less(one, other), "another payload follows under its identity")
            yield Step("conflicting_duplicate", _less(other, one), note)

    def _stale(self, first: Parent, second: Parent) -> Iterator[Step]:
        one = self._stamper.fresh(first.record, first.tokens)
        other = self._keyed(self._stamper.fresh(second.record, second.tokens), one.record)
        late = Record(other.record.key, other.record.value, other.record.headers, _LONG_AGO)
        yield Step("out_of_order", _less(one, other), "an older record of its key follows")
        yield Step("out_of_order", _less(Stamped(late, other.tokens), one), "older than what came before under its key")

    def _deleted(self, first: Parent, second: Parent) -> Iterator[Step]:
        one, never = (self._stamper.fresh(first.record, first.tokens) for _ in range(2))
        other = self._keyed(self._stamper.fresh(second.record, second.tokens), one.record)
        for note in ("deletes the record before it", "deletes once more"):
            yield Step("tombstone_sequence", Stamped(_tombstone(one.record), ()), note)
        yield Step("tombstone_sequence", Stamped(_tombstone(never.record), ()), "deletes what never was")
        yield Step("tombstone_sequence", _less(other, one), "comes behind the deletion of its key")

    def _without_first(self) -> Iterator[Step]:
        for ground, parents in self._parents[1:]:
            note = f"{ground.name} of a key of which nothing came before"
            for parent in parents[:GROUPS]:
                yield Step("missing_predecessor", self._stamper.fresh(parent.record, parent.tokens), note)

    def _keyed(self, record: Stamped, like: Record) -> Stamped:
        """The record under another one's key."""
        source = self._contract.message.key_from
        record = self._like(record, like, (source,) if source is not None else ())
        changed = Record(like.key, record.record.value, record.record.headers, record.record.timestamp)
        return Stamped(changed, record.tokens)

    def _like(self, record: Stamped, like: Record, same: Sequence[Expression]) -> Stamped:
        """The record with the tokens of another one wherever these expressions point."""
        pairs = {self._text(record.record, each): self._text(like, each) for each in same}
        old = [text for text in record.tokens if pairs.get(text)]
        new = [pairs[text] for text in old]
        tokens = tuple(pairs.get(token) or token for token in record.tokens)
        return Stamped(restamp_record(record.record, old, new), tokens)

    def _text(self, record: Record, expression: Expression) -> bytes:
        value: Any = evaluate(expression, record, self._oracle.read_leniently(record))
        return b"" if value is MISSING or isinstance(value, dict | list) else str(value).encode()


def _less(stamped: Stamped, other: Stamped) -> Stamped:
    """The tokens that it shares with another record name neither of them."""
    return Stamped(stamped.record, tuple(token for token in stamped.tokens if token not in other.tokens))


def _tombstone(record: Record) -> Record:
    return Record(record.key, None, record.headers, record.timestamp)

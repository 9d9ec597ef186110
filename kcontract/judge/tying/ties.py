"""Tying what a service wrote to the case that caused it (ORACLE.md §2). Never by time."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from kcontract.judge.evidence import Delivery
from kcontract.judge.origins import Place, families, read_origins
from kcontract.judge.promises import Output, OutputRole
from kcontract.judge.tying.where_index import WhereIndex, token_text
from kcontract.model.case import CASE_HEADER, Role
from kcontract.model.contract import Expression, Where
from kcontract.model.record import LogRecord, Record
from kcontract.oracle.expressions import MISSING, evaluate, resolve_pointer

_REMEMBERED, _LEAVES = 2_000, 500


class Ties:
    """An index of the deliveries that are still open to evidence."""

    def __init__(self, run: str, *, remember: bool = False) -> None:
        """`remember` the tokens of deliveries that were closed of late: their replies may still come."""
        self._recent: deque[bytes] | None = deque(maxlen=_REMEMBERED) if remember else None
        self._prefix = f"{run}/".encode()
        self._by_id: dict[str, Delivery] = {}
        self._by_token: dict[bytes, set[str]] = {}
        """A short key may be drawn for two records: it names neither then."""
        self._by_place: dict[Place, str] = {}
        self._by_value: dict[bytes | None, list[str]] = {}
        self._indexes: dict[int, WhereIndex] = {}
        self._entered: set[str] = set()
        """Cases that stand under their tokens, values and places: where services copy the marker nobody asks for these,
        and there are none."""
        self._new: list[Delivery] = []
        """Not entered yet, or closed since."""

    def add(self, delivery: Delivery) -> None:
        self.add_all((delivery,))

    def add_all(self, deliveries: Sequence[Delivery]) -> None:
        """Add them, in this order."""
        self._by_id.update(zip([one.case.id for one in deliveries], deliveries, strict=True))
        self._new += deliveries

    def _enter(self) -> None:
        """Enter what is new under its tokens and its value."""
        new, self._new = self._new, []
        for delivery in new:
            if self._by_id.get(delivery.case.id) is not delivery:
                continue  # closed to evidence
            self._entered.add(delivery.case.id)
            if delivery.place is not None:
                self._by_place[(*delivery.place, delivery.offset)] = delivery.case.id
            if delivery.case.role is not Role.REPEAT:  # what comes of it is the effect of the record whose bytes it has
                self._enter_contents(delivery)

    def _enter_contents(self, delivery: Delivery) -> None:
        case = delivery.case
        shared = case.record.key if delivery.source.pools_keys else None
        for token in case.tokens:
            if token != shared:
                self._by_token.setdefault(token.lower(), set()).add(case.id)
        self._by_value.setdefault(case.record.value, []).append(case.id)
        for index in self._indexes.values():
            index.add(delivery)

    def acknowledge_all(self, cases: Sequence[str]) -> None:
        """The broker has just said where the records of these cases stand: their deliveries know it."""
        for case in cases if self._entered else ():
            delivery = self._by_id.get(case)
            if delivery is not None and delivery.place is not None and case in self._entered:
                self._by_place[(*delivery.place, delivery.offset)] = case

    def forget(self, delivery: Delivery) -> None:
        """Close a delivery to further evidence, so that memory does not grow with the run."""
        case = delivery.case
        self._by_id.pop(case.id, None)
        if self._recent is not None:
            self._recent.extend(token.lower() for token in case.tokens)
        if case.id not in self._entered:
            return
        self._entered.remove(case.id)
        for token in {token.lower() for token in case.tokens}:
            named = self._by_token.get(token, set())
            named.discard(case.id)
            if not named:
                self._by_token.pop(token, None)
        if delivery.place is not None:
            self._by_place.pop((*delivery.place, delivery.offset), None)
        for index in self._indexes.values():
            index.remove(case.id)
        equal = self._by_value.get(case.record.value, [])
        if case.id in equal:
            equal.remove(case.id)
        if not equal:
            self._by_value.pop(case.record.value, None)

    def forget_all(self, deliveries: Iterable[Delivery]) -> None:
        """Close them all."""
        for delivery in deliveries:
            self.forget(delivery)
        self._drop_closed()

    def keep_only(self, cases: Collection[str]) -> None:
        """Close all but these to further evidence."""
        if self._entered or self._recent is not None:
            for delivery in [one for case, one in self._by_id.items() if case not in cases]:
                self.forget(delivery)
        else:
            self._by_id = {case: self._by_id[case] for case in cases if case in self._by_id}
        self._drop_closed()

    def _drop_closed(self) -> None:
        """What is closed need not be entered any more."""
        known = self._by_id
        self._new = [one for one in self._new if known.get(one.case.id) is one] if known else []

    def is_late(self, seen: LogRecord, outputs: Sequence[Output]) -> bool:
        """Whether a record carries the correlation id of a case that was closed to evidence of late."""
        tokens = {token_text(self._value(seen, output, _correlation(output))) for output in outputs} - {b""}
        return self._recent is not None and any(token in self._recent for token in tokens)

    def get(self, case: str) -> Delivery | None:
        return self._by_id.get(case)

    def tie(self, seen: LogRecord, outputs: Sequence[Output]) -> Delivery | None:
        """The one delivery that caused the record, by the first kind of evidence that names exactly one."""
        marked = self.marked(seen.record)
        if marked is not None:
            return self._by_id.get(marked)
        self._enter()
        if outputs and outputs[0].role is OutputRole.REPLY and (own := self._by_contents(seen, outputs)) is not None:
            return own
        for named in self._evidence(seen, outputs):
            if named is not None and (delivery := self._by_id.get(named)) is not None:
                return delivery
        return None

    def agrees(self, seen: LogRecord, outputs: Sequence[Output]) -> bool:
        """Whether any open delivery agrees with a record that ties to none, by all that `where` compares: it is one of
        theirs then, and of no closed one."""
        for output in outputs:
            if output.emits is not None and output.emits.where is not None and output.oracle is not None:
                where, payload = output.emits.where, output.oracle.read(seen.record)
                if where.pairs and any(self._index(output, where).agreeing(seen.record, payload)):
                    return True
        return False

    def _evidence(self, seen: LogRecord, outputs: Sequence[Output]) -> Iterator[str | None]:
        yield self._by_correlation(seen, outputs)
        yield self._by_where(seen, outputs)
        yield self._by_identity(seen, outputs)
        yield from self._by_origin(seen, outputs)
        yield self._by_equal_value(seen.record)

    def _by_origin(self, seen: LogRecord, outputs: Sequence[Output]) -> Iterator[str | None]:
        for output in outputs:
            for place in read_origins(seen.record, families(output.source.receive.on_invalid.dead_letter)):
                yield self._by_place.get(place)

    def named(self, seen: LogRecord, outputs: Sequence[Output]) -> list[Delivery]:
        """Every open delivery of which the record holds something fresh, in key, headers or payload, or as marker."""
        self._enter()
        texts = [seen.record.key, *(value for _, value in seen.record.headers)]
        values: list[Any] = [text.decode("utf-8", "replace") for text in texts if text]
        values += [leaf for output in outputs for leaf in _leaves(self._payload(seen, output))]
        names = [self.marked(seen.record), *(self._named(token) for token in map(token_text, values) if token)]
        known = dict.fromkeys(name for name in names if name is not None)
        return [self._by_id[name] for name in known if name in self._by_id]

    def tie_marked(self, record: Record) -> Delivery | None:
        """The open delivery that the record's marker names; None if it has no marker of this run."""
        headers = record.headers
        name, marker = headers[0] if len(headers) == 1 else (CASE_HEADER, record.header(CASE_HEADER))
        if name != CASE_HEADER or marker is None or not marker.startswith(self._prefix):
            return None
        return self._by_id.get(marker[len(self._prefix) :].decode("ascii", "replace"))

    def marked(self, record: Record) -> str | None:
        """The case that the record's marker names, though it may be closed to evidence by now."""
        marker = record.header(CASE_HEADER)
        if marker is None or not marker.startswith(self._prefix):
            return None
        return marker[len(self._prefix) :].decode("ascii", "replace")

    def _by_equal_value(self, record: Record) -> str | None:
        """Equal records are answered in turn: as many answers as records leave none of them unanswered."""
        open_ones = [case for case in self._by_value.get(record.value, ()) if not self._by_id[case].has_outcome]
        return min(open_ones, key=lambda case: self._by_id[case].case.record.key != record.key, default=None)

    def _by_correlation(self, seen: LogRecord, outputs: Sequence[Output]) -> str | None:
        values = (self._value(seen, output, _correlation(output)) for output in outputs)
        return self._one(values)

    def _by_contents(self, seen: LogRecord, outputs: Sequence[Output]) -> Delivery | None:
        """The delivery that a reply speaks of by key, headers and payload, whatever its correlation id says; None
        unless there is exactly one, and the correlation id is another's."""
        correlated = {token_text(self._value(seen, output, _correlation(output))) for output in outputs}
        texts = [seen.record.key, *(value for _, value in seen.record.headers)]
        values: list[Any] = [text.decode("utf-8", "replace") for text in texts if text]
        values += [leaf for output in outputs for leaf in _leaves(self._payload(seen, output))]
        own = self._one(value for value in values if token_text(value) not in correlated)
        named = {self._named(token) for token in correlated}
        return self._by_id.get(own) if own is not None and own not in named else None

    def _by_identity(self, seen: LogRecord, outputs: Sequence[Output]) -> str | None:
        identities = [self._value(seen, output, output.source.contract.message.identity) for output in outputs]
        key = seen.record.key
        return self._one([*identities, key.decode("utf-8", "replace") if key else None])

    def _by_where(self, seen: LogRecord, outputs: Sequence[Output]) -> str | None:
        """A unique value at a place that `where` names, else the only open delivery with which all pairs agree."""
        values: list[Any] = []
        agreeing: list[str] = []
        for output in outputs:
            if output.emits is None or output.emits.where is None or output.oracle is None:
                continue
            payload = output.oracle.read(seen.record)
            values += [resolve_pointer(payload, pointer) for pointer, _ in output.emits.where.pairs if pointer]
            if (named := self._one(values)) is not None:
                return named
            if output.emits.where.pairs:
                agreeing += islice(self._index(output, output.emits.where).agreeing(seen.record, payload), 2)
        return agreeing[0] if len(agreeing) == 1 else None

    def _index(self, output: Output, where: Where) -> WhereIndex:
        """Made when it is first asked for, with all that is open then."""
        index = self._indexes.get(id(output))
        if index is None:
            index = self._indexes[id(output)] = WhereIndex(output, where)
            for delivery in self._by_id.values():
                index.add(delivery)
        return index

    def _value(self, seen: LogRecord, output: Output, expression: Expression | None) -> Any:
        if expression is None:
            return None
        payload = None
        if expression.root == "message.payload":
            payload = self._payload(seen, output)
        return evaluate(expression, seen.record, payload)

    def _payload(self, seen: LogRecord, output: Output) -> Any:
        if output.role is OutputRole.DEAD_LETTER:
            return output.source.oracle.read_leniently(seen.record)
        payload = output.oracle.read(seen.record) if output.oracle else MISSING
        return output.error.read(seen.record) if payload is MISSING and output.error else payload

    def _one(self, values: Iterable[Any]) -> str | None:
        named = {self._named(token) for value in values if (token := token_text(value))}
        named.discard(None)
        return named.pop() if len(named) == 1 else None

    def _named(self, token: bytes) -> str | None:
        """The one case whose token it is."""
        named = self._by_token.get(token, ())
        return next(iter(named)) if len(named) == 1 else None


def _leaves(value: Any) -> Iterator[Any]:
    """The scalars of a payload, as many as are worth looking at."""
    waiting = [value]
    for _ in range(_LEAVES):
        if not waiting:
            return
        one = waiting.pop()
        if isinstance(one, dict | list):
            waiting += one.values() if isinstance(one, dict) else one
        else:
            yield one


def _correlation(output: Output) -> Expression | None:
    """Where the correlation id stands in the effect: the effect's own expression, else the message's."""
    holder = output.emits or output.reply
    own = holder.correlation_id if holder else None
    return own or output.source.contract.message.correlation_id

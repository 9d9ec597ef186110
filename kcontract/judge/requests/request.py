"""A request to a sender, with its answer and the events that are its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kcontract.judge.promises import Product
from kcontract.model.events import Requested, Responded
from kcontract.model.record import LogRecord
from kcontract.oracle.equality import equal_at
from kcontract.oracle.expressions import MISSING, Exchange, evaluate_exchange, parse_body, resolve_pointer

_LIMITS = frozenset({401, 402, 403, 407, 408, 409, 413, 414, 425, 429, 431})
"""Answers about who asks, how often, how much, or what is there already: no word on whether the body is valid."""


@dataclass(slots=True)
class Request:
    """One request with its answer and its events."""

    requested: Requested
    product: Product
    number: int = 0
    """Its place among the unit's requests."""
    chain: str = ""
    """One name for a request and the steps that prepare it."""
    responded: Responded | None = None
    events: list[LogRecord] = field(default_factory=list)
    event_at: float | None = None
    outlived: bool = True
    """The process that was asked did not end by itself."""
    life: int = 0
    """Which of the service's processes had sent its first event."""
    excused_events: int = 0
    """Events that are taken for those of the steps before it."""
    _expected: tuple[tuple[str, Any], ...] | None = None

    @property
    def valid(self) -> bool:
        return self.requested.expectation == "valid"

    @property
    def status(self) -> int:
        """0 without an answer."""
        return self.responded.status if self.responded else 0

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """4xx or 5xx. No answer in time is neither a refusal nor an acceptance."""
        return self.status >= 400

    @property
    def turned_away(self) -> bool:
        """Refused, or the service closed the connection instead of answering: its handler failed."""
        return self.refused or (self.responded is not None and self.responded.hung_up and not self.cut)

    @property
    def cut(self) -> bool:
        """The service's process ended before its answer, or before its event: that neither came says nothing."""
        waits = not self.status or (self.valid and self.accepted and not self.events)
        return waits and not self.outlived

    @property
    def died(self) -> int | None:
        """How the process ended that a command, or a function, has of its own, if it did so before it had decided: a
        command by a signal, a function anyhow."""
        code = self.responded.exit_code if self.responded else None
        return code if code is not None and (code < 0 or not self.status) else None

    @property
    def excused(self) -> bool:
        """Whether the refusal is about something else than the request's body."""
        later = self.responded is not None and self.responded.retry_after
        unbound = any(not value for _, value in self.requested.path)  # a step before it gave no name
        return self.status in _LIMITS or later or unbound

    @property
    def answer(self) -> str:
        """The answer in words."""
        code = self.responded.exit_code if self.responded else None
        if code is not None:
            return f"exit code {code}"
        return str(self.status) if self.status else "a closed connection" if self.turned_away else "none"

    @property
    def root(self) -> str:
        return self.requested.copy_of or self.requested.case

    def can_be_tied(self) -> bool:
        """Whether its event could be told from others': `where` has pairs, and the answer told what they name."""
        return self.product.takes_any or (bool(self.expected()) and self.answer_is_known())

    def expected(self) -> tuple[tuple[str, Any], ...]:
        """Pointer into the event and the value that `where` wants there, as far as the answer tells it."""
        if self._expected is None or self.responded is None:
            where = self.product.send.where
            exchange = self._exchange()
            pairs = where.pairs if where else ()
            self._expected = tuple((pointer, evaluate_exchange(expression, exchange)) for pointer, expression in pairs)
        return self._expected

    def answer_is_known(self) -> bool:
        """Whether the pairs that the answer and the path tell are all told: these are what makes a request unique.

        A member that is absent from the request's body may be absent from the event too.
        """
        where = self.product.send.where
        roots = [expression.root for _, expression in where.pairs] if where else []
        told = zip(roots, self.expected(), strict=True)
        return all(value is not MISSING for root, (_, value) in told if root != "request.body")

    def is_unique(self) -> bool:
        """Whether `where` compares something that only its answer or its path has."""
        where = self.product.send.where
        return any(expression.root != "request.body" for _, expression in (where.pairs if where else ()))

    def tells_body(self) -> bool:
        """Whether `where` compares something that stands in the request's body."""
        where = self.product.send.where
        roots = [expression.root for _, expression in where.pairs] if where else []
        told = zip(roots, self.expected(), strict=True)
        return any(root == "request.body" and value is not MISSING for root, (_, value) in told)

    def agrees(self, payload: Any) -> bool:
        """Whether an event's payload says what the request asked for, as far as the exchange can tell."""
        told = any(value is not MISSING for _, value in self.expected())
        return told and not self.contradicted(payload)

    def is_named_by(self, payload: Any) -> bool:
        """Whether the event holds what only this request's answer or path has, whatever else it says."""
        where = self.product.send.where
        if where is None or not self.accepted or not self.is_unique() or not self.answer_is_known():
            return False
        shapes = self.product.oracle.shapes
        return all(
            equal_at(pointer, value, resolve_pointer(payload, pointer), shapes)
            for (_, expression), (pointer, value) in zip(where.pairs, self.expected(), strict=True)
            if expression.root != "request.body"
        )

    def is_keyed_by(self, key: bytes | None) -> bool:
        """Whether an event that cannot be read has the key that only this request's answer or path tells."""
        where, key_from = self.product.send.where, self.product.contract.message.key_from
        if where is None or key is None or key_from is None or key_from.root != "message.payload" or not self.accepted:
            return False
        told = zip(where.pairs, self.expected(), strict=True)
        own = [
            value
            for (_, expression), (pointer, value) in told
            if pointer == key_from.pointer and expression.root != "request.body"
        ]
        return any(isinstance(value, str) and value.encode() == key for value in own)

    def contradicted(self, payload: Any) -> tuple[str, ...]:
        """Pointers into an event where it does not say what `where` wants."""
        shapes = self.product.oracle.shapes
        return tuple(
            pointer
            for pointer, value in self.expected()
            if value is not MISSING and not equal_at(pointer, value, resolve_pointer(payload, pointer), shapes)
        )

    def says_as_asked(self, payload: Any) -> bool:
        """Whether the event agrees with the request's body, whatever it says of what its answer or path tells."""
        where = self.product.send.where
        own = {pointer for pointer, one in (where.pairs if where else ()) if one.root == "request.body"}
        return own.isdisjoint(self.contradicted(payload))

    def explains(self, payload: Any) -> bool:
        """Whether the event names exactly this request: it was accepted, its answer is known, and all pairs agree."""
        return self.accepted and self.answer_is_known() and self.agrees(payload)

    def _exchange(self) -> Exchange:
        status, body = (self.responded.status, self.responded.body) if self.responded else (0, b"")
        return Exchange(
            request_body=parse_body(self.requested.body),
            path=dict(self.requested.path),
            status=status,
            response_body=parse_body(body),
        )

"""The books of one unit, asked together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TypeVar

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.promises import Output
from kcontract.model.events import Event
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import LogRecord

B = TypeVar("B", bound=Book)


class Shelf:
    """Tells each event to the books that listen to it, and everything else to all of them."""

    def __init__(self, kinds: Sequence[type[Book]], grounds: Grounds) -> None:
        self._books = tuple(kind(grounds) for kind in kinds)
        self._hearing: dict[str, tuple[Book, ...]] = {}
        """Who hears of what is tied, by topic: asked for each record."""
        self._listeners: dict[type, list[Listener]] = {}
        for book in self._books:
            for kind, listen in book.listeners().items():
                self._listeners.setdefault(kind, []).append(listen)

    def listens(self, kind: type) -> bool:
        """Whether any book wants to be told of events of this type."""
        return kind in self._listeners

    def feed(self, event: Event) -> Iterator[CaseVerdict]:
        """Tell an event; the verdicts that it completes."""
        for listen in self._listeners.get(type(event), ()):
            yield from listen(event)

    def tied(self, at: float, delivery: Delivery, record: LogRecord, output: Output) -> Sequence[CaseVerdict]:
        """See `Book.tied`."""
        hearing = self._hearing.get(record.topic)
        if hearing is None:
            hearing = self._hearing[record.topic] = self._who_hears(record.topic)
        reached: Sequence[CaseVerdict] = ()
        for book in hearing:
            if found := book.tied(at, delivery, record, output):
                reached = (*reached, *found)
        return reached

    def hears_first(self, topic: str) -> bool:
        """Whether any book wants to be told of the first effect of a delivery that comes to the topic."""
        return not all(book.only_repeats for book in self._who_hears(topic))

    def _who_hears(self, topic: str) -> tuple[Book, ...]:
        return tuple(book for book in self._books if book.hears(topic))

    def know(self, at: float, record: LogRecord, outputs: tuple[Output, ...]) -> bool:
        """Whether any book can say where a record comes from that ties to no open delivery; all are told of it."""
        known = [book.untied(at, record, outputs) for book in self._books]
        return any(known)

    def closed(self, window: Window) -> Iterator[CaseVerdict]:
        """See `Book.closed`."""
        return chain.from_iterable(book.closed(window) for book in self._books)

    def ended(self) -> Iterator[CaseVerdict]:
        """See `Book.ended`."""
        return chain.from_iterable(book.ended() for book in self._books)

    def blind(self) -> Iterator[tuple[str, str]]:
        """See `Book.blind`."""
        return chain.from_iterable(book.blind() for book in self._books)

    def all_of(self, kind: type[B]) -> tuple[B, ...]:
        """The unit's books of that class."""
        return tuple(book for book in self._books if isinstance(book, kind))

"""What came in such numbers that most of it was only counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.model import events as ev
from kcontract.model.finding import CaseVerdict

_MEGABYTE = 1 << 20


class FloodBook(Book):
    """No verdict: a flood of effects is a DUPLICATE_EFFECT by those that were kept. A blind spot for each topic."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._left_out: dict[str, tuple[int, int]] = {}

    def listeners(self) -> Mapping[type, Listener]:
        return {ev.Flooded: self._flooded}

    def blind(self) -> Iterator[tuple[str, str]]:
        for topic, (records, size) in self._left_out.items():
            yield (
                f"{topic} was flooded: {records:,} records ({size / _MEGABYTE:,.0f} MiB) beyond the first of their "
                "cases were only counted",
                "the service writes far more than it is sent",
            )

    def _flooded(self, event: ev.Flooded) -> tuple[CaseVerdict, ...]:
        records, size = self._left_out.get(event.topic, (0, 0))
        self._left_out[event.topic] = records + event.records, size + event.bytes
        return ()

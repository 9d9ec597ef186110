"""Valid records of two makers: kcontract's own generator, which is quick, and Hypothesis, which is thorough."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from kcontract.engine.fuzz.bench import Bench, FuzzTools
from kcontract.engine.plan import Unit
from kcontract.generate.catalogue import selects
from kcontract.generate.source import CaseSource
from kcontract.model import events as ev
from kcontract.model.case import VALID_KIND, Case
from kcontract.model.drawn import DrawOrder
from kcontract.model.registry import RegisteredSchema
from kcontract.ports import Drawing

_SHARE = 10
"""One of so many valid records is drawn by Hypothesis, which takes about as many times longer."""
_LEAST = 100
"""Are ordered in any case, for schemas that the quick generator has soon used up."""
_FEW = 10_000
"""Valid records up to which what is drawn comes last: Hypothesis needs most of a second before the first one is there,
in which all others are handed over."""


class DrawnRecords:
    """What Hypothesis draws for the inputs of one unit, from the moment that this is made."""

    def __init__(self, tools: FuzzTools, unit: Unit, book: tuple[RegisteredSchema, ...]) -> None:
        kinds, self._drawings = tools.settings.kinds, dict[str, Drawing]()
        self._late = tools.settings.max_examples <= _FEW
        self._own: dict[str, Iterator[Case]] = {}
        wanted = kinds is None or selects(kinds, VALID_KIND)
        if tools.drawer is None or tools.settings.replay is not None or not wanted:
            return
        most = tools.settings.max_examples
        count = min(most, max(_LEAST, most // _SHARE))
        for contract, receive in unit.receives:
            order = DrawOrder(contract, receive, book, tools.settings.seed, count)
            self._drawings[contract.topic] = tools.drawer.draw(order)

    def cases(self, topic: str, source: CaseSource, room: int) -> Iterator[Case]:
        """The source's own random ones; of short runs all but a share, which is left to `rest`.

        Of long ones in the second half of `room` one drawn record before each four of them. What is left of either
        comes at the end.
        """
        own = self._own[topic] = source.random()
        if self._late:
            share = -(-room // _SHARE) if topic in self._drawings else 0
            yield from islice(own, room - share)
            return
        yield from islice(own, room // 2)
        drawn = self._drawn(topic, source)
        while row := [*islice(drawn, 1), *islice(own, _SHARE // 2 - 1)]:
            yield from row

    def rest(self, topic: str, source: CaseSource) -> Iterator[Case]:
        """What is drawn for a short run, then more of the source's own."""
        if self._late and topic in self._drawings:
            yield from self._drawn(topic, source)
            yield from self._own[topic]

    def _drawn(self, topic: str, source: CaseSource) -> Iterator[Case]:
        return (source.drawn(one) for one in self._drawings.get(topic, ()))

    def close(self, bench: Bench) -> None:
        """End the processes; tell which of them could not draw."""
        recorder = bench.tools.recorder
        for topic, drawing in self._drawings.items():
            if drawing.problem:
                what = f"{topic}: Hypothesis drew no records, or too few: {drawing.problem}"
                recorder.record(ev.Blind(recorder.now(), bench.unit.name, what, drawing.fix))
            drawing.close()

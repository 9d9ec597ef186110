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


class DrawnRecords:
    """What Hypothesis draws for the inputs of one unit, from the moment that this is made."""

    def __init__(self, tools: FuzzTools, unit: Unit, book: tuple[RegisteredSchema, ...]) -> None:
        kinds, self._drawings = tools.settings.kinds, dict[str, Drawing]()
        wanted = kinds is None or selects(kinds, VALID_KIND)
        if tools.drawer is None or tools.settings.replay is not None or not wanted:
            return
        most = tools.settings.max_examples
        count = min(most, max(_LEAST, most // _SHARE))
        for contract, receive in unit.receives:
            order = DrawOrder(contract, receive, book, tools.settings.seed, count)
            self._drawings[contract.topic] = tools.drawer.draw(order)

    def cases(self, topic: str, source: CaseSource, room: int) -> Iterator[Case]:
        """The source's own random ones; in the second half of `room` one drawn record before each four of them.

        Hypothesis has had time by then. What is left of either comes at the end.
        """
        own = source.random()
        drawn = (source.drawn(one) for one in self._drawings.get(topic, ()))
        yield from islice(own, room // 2)
        while row := [*islice(drawn, 1), *islice(own, _SHARE // 2 - 1)]:
            yield from row

    def close(self, bench: Bench) -> None:
        """End the processes; tell which of them could not draw."""
        recorder = bench.tools.recorder
        for topic, drawing in self._drawings.items():
            if drawing.problem:
                what = f"{topic}: Hypothesis drew no records, or too few: {drawing.problem}"
                recorder.record(ev.Blind(recorder.now(), bench.unit.name, what, drawing.fix))
            drawing.close()

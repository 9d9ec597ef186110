"""The cases that are still to be sent: made when their turn comes, so that memory does not grow with their number."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from random import Random

from kcontract.model.case import Case

BLOCK = 4_000
"""Valid cases that are made and shuffled at once."""
_AT_A_TIME = 100
"""Of them while something else is waited for, which must not wait long in turn."""
_MOST_BYTES = 16 << 20
"""Values that are taken at once: a window is held in memory until it has settled."""
_FEW, _PART = 1_000, 8
"""Of more cases than that only each eighth is weighed."""


class CaseQueue:
    """Valid and malformed cases in one shuffled order. Iterating takes them out.

    Each block of valid ones holds its share of the malformed ones; a run of one block is shuffled as a whole.
    """

    def __init__(self, valid: Iterable[Case], malformed: Sequence[Case], rng: Random, expected: int) -> None:
        """`expected`: about how many valid cases there will be. The first block is made at once."""
        self._valid = iter(valid)
        self._rng = rng
        self._malformed = list(malformed)
        self._share = len(self._malformed)
        if expected > BLOCK:
            rng.shuffle(self._malformed)
            self._share = -(-self._share * BLOCK // expected)
        self._waiting: deque[Case] = deque()
        self._begun: list[Case] = []
        """Of the next block, what was made while there was nothing else to do."""
        self._refill()
        self.total = len(self._waiting) if expected <= BLOCK else expected + len(malformed)
        """How many cases there are in all, as far as that is known."""

    def __iter__(self) -> Iterator[Case]:
        while cases := self.take(1):
            yield from cases

    def take(self, most: int) -> list[Case]:
        """The next cases, at most so many, and of large ones fewer; none if there are no more."""
        taken: list[Case] = []
        room = _MOST_BYTES
        while room > 0 and len(taken) < most and (self._waiting or self._refill()):
            waiting = self._waiting
            block = [waiting.popleft() for _ in range(min(most - len(taken), len(waiting)))]
            if (size := _about(block)) >= room:
                fitting = _fitting(block, room)
                self.put_back(block[fitting:])
                del block[fitting:]
            taken += block
            room -= size
        return taken

    def prepare(self, most: int) -> bool:
        """Make a few of the next cases, unless so many wait already; False if there was nothing to be made."""
        if len(self._waiting) >= most:
            return False
        few = list(islice(self._valid, min(_AT_A_TIME, BLOCK - len(self._begun))))
        self._begun += few
        return self._refill() if len(self._begun) == BLOCK else bool(few)

    def put_back(self, cases: Sequence[Case]) -> None:
        """These come next."""
        self._waiting.extendleft(reversed(cases))

    def _refill(self) -> bool:
        """Make one more block; False if there is none."""
        block, self._begun = self._begun, []
        block += islice(self._valid, BLOCK - len(block))
        share = self._share if block else BLOCK
        block += self._malformed[:share]
        del self._malformed[:share]
        self._rng.shuffle(block)
        self._waiting.extend(block)
        return bool(block)


def _fitting(cases: Sequence[Case], room: int) -> int:
    """How many of the cases, which are too large together, are taken: the last of them fills the room."""
    for number, case in enumerate(cases, 1):
        room -= len(case.record.value or b"")
        if room <= 0:
            return number
    return len(cases)


def _about(cases: Sequence[Case]) -> int:
    """About what their values weigh: of many, which stand in no order, a part tells, and the others need not be fetched
    from memory before their turn comes."""
    part = cases[::_PART] if len(cases) > _FEW else cases
    return _bytes(part) * len(cases) // max(len(part), 1)


def _bytes(cases: Iterable[Case]) -> int:
    """What their values weigh."""
    return sum([len(case.record.value or b"") for case in cases])

"""Each fault in up to three rounds: the second confirms what one shows, and what cannot be judged is no round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from kcontract.engine.faults.injection import Injection
from kcontract.engine.faults.plan import tell_gone, tell_seen_once, tell_undone
from kcontract.engine.stage import Stage
from kcontract.judge.faults.book import FaultBook

Round = Literal["judged", "unjudged", "gone"]
"""`unjudged`: it did not handle what is healthy before the fault, or time was over. `gone`: it starts no more."""
ROUNDS = 3
"""The second confirms what the first shows, the third what the second shows for the first time."""
_UNJUDGED = 3
"""So many rounds are made up for where a doubt waits for them: who often hangs at its start would escape its proof."""


def play_rounds(stage: Stage, wanted: Sequence[Injection], play: Callable[[Injection, int], Round]) -> None:
    """Every fault that is wanted, as long as there is time and the service starts."""
    tell_undone(stage)
    for place, injection in enumerate(wanted, 1):
        if stage.out_of_time:
            return
        if _rounds(stage, injection.kind.name, partial(play, injection)) == "gone":
            tell_gone(stage, injection.kind.name, wanted[place:])
            return


def _rounds(stage: Stage, name: str, play: Callable[[int], Round]) -> Round:
    """How the last one went."""
    book, judged, unjudged = stage.state.book(FaultBook), 0, 0
    while True:
        last = play(judged + 1)
        judged += last == "judged"
        unjudged += last == "unjudged"
        if last == "gone" or not book.doubts(name):
            return last
        if judged == ROUNDS or unjudged > _UNJUDGED or stage.out_of_time:
            tell_seen_once(stage, name, judged)
            return last

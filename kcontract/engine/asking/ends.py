"""Going on behind a request that ended the service: whose doing it was is tried, and a new process started."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kcontract.engine.settings import ServiceGone
from kcontract.engine.stage import Stage
from kcontract.generate.requests import RequestBody
from kcontract.judge.ends import EndBook, Life
from kcontract.judge.requests.request import Request
from kcontract.model import events as ev
from kcontract.model.case import VALID_KIND

_HEADS, _AT_LAST = 2, 3
"""So many suspects are tried alone, most suspect first; and of a row of them that ended a process the last ones."""
_IN_A_ROW, _PAUSE = 40, 0.5
"""So many are tried one after the other by one process, with a pause in seconds behind each."""
_SAME_VALID, _SAME = 10, 3
"""After so many fatal valid requests, or of a malformed kind, the rest of it is not made: each costs starts."""
_FATAL_FIRST = 3
"""Where no valid request was accepted, so many fatal ones tell enough."""
_ONCE_AT_MOST = 4
"""So often the service may end without doing it again before it is given up."""
_OFTEN = 20
"""The same where it is seen that several requests end it, though none does alone."""
_IN_VAIN = 2
"""After so many that nobody does alone none is looked for any more: that takes a while."""
_LOOKS_DEAD = 1.0
"""Seconds that a process may take to end behind a connection that it closed; less after each that did not."""
KNOWN = "its kind is known to be fatal"


class Ends:
    """What becomes of a sender whose process ends behind requests."""

    def __init__(self, stage: Stage, whose: tuple[str, str], again: Callable[[ev.Requested], str]) -> None:
        """Of the sender with that topic and name; `again` makes a request of it once more, and returns its id."""
        self._stage = stage
        self._whose = whose
        self._again = again
        self._observer = stage.observer
        self._recorder = stage.tools.recorder
        self._book = stage.state.book(EndBook)
        self._dying = _LOOKS_DEAD
        self._once = 0

    def is_fatal(self, case: str) -> bool:
        """Whether the request is known to end the process."""
        return self._book.is_fatal(case)

    def why_not(self, body: RequestBody, accepted: int) -> str:
        """Why a request is not made; empty if it is. `accepted`: how many valid ones were so far."""
        kind = body.kind.partition(":")[0]
        if not accepted and self._book.fatal[VALID_KIND] >= _FATAL_FIRST:
            return "the service ends with each valid request"
        return KNOWN if self._book.fatal[kind] >= (_SAME_VALID if kind == VALID_KIND else _SAME) else ""

    def has_come(self, *cases: str) -> bool:
        """Whether the process has ended; one that left any of these requests without an answer has some time to."""
        requests = map(self._stage.state.requests.get, cases)
        self._observer.look_at_process()
        if all(one is None or one.status for one in requests):
            return self._stage.lifecycle.missing
        self._wait(self._dying)
        self._dying = _LOOKS_DEAD if self._stage.lifecycle.missing else self._dying / 2
        return self._stage.lifecycle.missing

    def resolve(self, after: str) -> None:
        """Find the request that ends the service, and start it again. `after`: the last request in words.

        ServiceGone if it does not start any more, ends by itself, or ever again without a cause.
        """
        self._observer.drain(self._stage.left(10.0))
        life = self._book.last
        if life is None:
            raise ServiceGone(f"the service exited after {after or 'its start'}", self._output())
        if not self._book.is_explained(life) and not life.is_volley and self._once < _IN_VAIN:
            self._find(life, after)
        if not self._book.is_explained(life):
            self._once += 1
        if self._once > (_OFTEN if self._book.in_company else _ONCE_AT_MOST):
            what = f"the service exited {self._once} times, and never for the same request again; at last after {after}"
            raise ServiceGone(what, self._output())
        self._start(after)

    def _find(self, life: Life, after: str) -> None:
        """The likeliest ones alone; then all of them in a row, and alone those with which that has ended."""
        own = self._own(life)
        if self._any_does_it(life, own[:_HEADS], after) or len(own) <= _HEADS or self._stage.out_of_time:
            return
        self._start(after)
        for request in sorted(own[:_IN_A_ROW], key=lambda one: one.number):
            self._again(request.requested)
            self._wait(_PAUSE)
            if self._stage.lifecycle.missing:
                break
        again = self._book.last
        if self._stage.lifecycle.missing and again is not None:
            asked = sorted(self._own(again), key=lambda one: -one.number)
            self._any_does_it(again, asked[:_AT_LAST], after)

    def _own(self, life: Life) -> list[Request]:
        return [one for one in life.suspects if (one.requested.topic, one.product.send.name) == self._whose]

    def _any_does_it(self, life: Life, suspects: Sequence[Request], after: str) -> bool:
        return any(not self._stage.out_of_time and self._does_it_again(life, one, after) for one in suspects)

    def _does_it_again(self, life: Life, request: Request, after: str) -> bool:
        """Whether a new process ends with the request alone, at another age than the one before."""
        self._start(after)
        apart, age = life.apart(request), request.requested.at - life.ready_at
        if age < 2 * apart:
            self._wait(age + apart)
        if self._stage.lifecycle.missing:
            raise ServiceGone(f"the service exited by itself, behind {after} as well as when it was asked nothing", "")
        self._again(request.requested)
        self._wait(life.patience(request))
        return self._book.is_fatal(request.root)

    def _start(self, after: str) -> None:
        """A new process. `restart` ends what is left of the one before."""
        try:
            self._stage.lifecycle.restart(behind=True)
        except ServiceGone as gone:
            what = f"the service exited after {after}, and did not start again: {gone.reason}"
            raise ServiceGone(what, gone.stderr) from gone

    def _wait(self, seconds: float) -> None:
        """Until the process ends, so long at most."""
        self._observer.wait(lambda: False, self._recorder.now() + self._stage.left(seconds))

    def _output(self) -> str:
        service = self._observer.service
        return service.output()[-4000:] if service else ""

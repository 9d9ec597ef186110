"""Ends of a sender's process behind requests, and which request is to blame (ORACLE.md §3, §4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.judge.cause import ended_in_words, exit_cause, names_frame
from kcontract.judge.evidence import Exit, Window
from kcontract.judge.lives import unblamed
from kcontract.judge.requests.request import Request
from kcontract.judge.requests.verdicts import crashed
from kcontract.judge.resources import MOST_SHARE
from kcontract.model import events as ev
from kcontract.model.finding import CaseVerdict

_APART, _PATIENCE = 1.0, 3.0
"""Seconds at least: between the two ages of a process that ends, and from a request to the end that is its doing."""


@dataclass(slots=True)
class Life:
    """One process of the service, from when it was ready, and what it was asked."""

    ready_at: float
    requests: list[Request] = field(default_factory=list)
    together: list[Request] = field(default_factory=list)
    """Those that were begun while another one was open."""
    bloated: int = 0
    at: float = 0.0
    exit: Exit | None = None

    @property
    def is_volley(self) -> bool:
        """Whether it ended with several requests that were begun together."""
        return sum(not one.status for one in self.together) > 1

    @property
    def suspects(self) -> tuple[Request, ...]:
        """The last request, if it has no answer; then those of which nothing came, first ones first; then the others,
        last ones first."""
        own = [one for one in self.requests if not one.requested.is_step]
        last = [one for one in own[-1:] if not one.status]
        rest = own[: len(own) - len(last)]
        without = [one for one in rest if one.cut]
        return (*last, *without, *(one for one in reversed(rest) if one not in without))

    @property
    def age(self) -> float:
        """Seconds that it lived."""
        return self.at - self.ready_at

    def after(self, request: Request) -> float:
        """Seconds from the request to the end."""
        return self.at - request.requested.at

    def apart(self, request: Request) -> float:
        """So many seconds older, or younger, a process must be when the request ends it again: some end by
        themselves, so and so long after their start."""
        return max(_APART, 2 * self.after(request))

    def patience(self, request: Request) -> float:
        """Seconds from the request, made again, to an end that is its doing."""
        return max(_PATIENCE, 3 * self.after(request))


class EndBook(Book):
    """CRASHED of a request that alone ends the process once more, and of several that do so together."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._life: Life | None = None
        self._window = self._trial = False
        self._causes: set[str] = set()
        """Of ends that were confirmed."""
        self._between: Counter[int] = Counter()
        self.last: Life | None = None
        """The one that ended last, of itself and behind a request."""
        self._unexplained: list[Life] = []
        self._rows: list[tuple[Life, Life]] = []
        """Two that ended alike, the second with requests of the first one, made again one after the other."""
        self._fatal: dict[str, CaseVerdict] = {}

    def listeners(self) -> Mapping[type, Listener]:
        return {
            ev.WindowOpened: self._opened,
            ev.FaultBegan: self._fault_began,
            ev.FaultSettled: self._fault_settled,
            ev.ServiceStarted: self._over,
            ev.ServiceKilled: self._over,
            ev.ServiceReady: self._ready,
            ev.Requested: self._requested,
            ev.ResourcesSeen: self._resources,
            ev.ServiceExited: self._exited,
        }

    @property
    def fatal(self) -> Counter[str]:
        """How many requests of each kind are known to end the process."""
        return Counter(verdict.kind.partition(":")[0] for verdict in self._fatal.values())

    @property
    def in_company(self) -> bool:
        """Whether it is requests in a row that end it, and none of them alone."""
        return any(map(self._stands, self._rows))

    def is_fatal(self, case: str) -> bool:
        """Whether the request is known to end the process."""
        return case in self._fatal

    def is_explained(self, life: Life) -> bool:
        """Whether it is known what ended it."""
        return life not in self._unexplained

    def closed(self, _window: Window) -> Iterable[CaseVerdict]:
        self._window = False
        return ()

    def ended(self) -> Iterator[CaseVerdict]:
        for first, life in filter(self._stands, self._rows):
            number, request = len(life.requests), life.requests[-1]
            seen = (
                f"{_end(first)} behind {len(first.requests)} requests; none of the likeliest ends it alone",
                f"{number} of them, made once more one after the other, end a new one: it {_how(life)}",
            )
            self._unexplained = [one for one in self._unexplained if _code(one) != _code(life)]
            if life.exit is not None:
                yield _in_company(crashed(request, life.exit, seen, bloated=life.bloated))

    def _stands(self, row: tuple[Life, Life]) -> bool:
        """Whether nothing else was found for it."""
        return all(one in self._unexplained for one in row)

    def blind(self) -> Iterator[tuple[str, str]]:
        self._between.update(life.exit.code for life in self._unexplained if life.exit is not None)
        return unblamed(self._between, "behind a request", self.grounds.promises)

    def _opened(self, _event: ev.WindowOpened) -> tuple[CaseVerdict, ...]:
        self._window = True
        return ()

    def _fault_began(self, _event: ev.FaultBegan) -> tuple[CaseVerdict, ...]:
        self._trial = True
        return ()

    def _fault_settled(self, _event: ev.FaultSettled) -> tuple[CaseVerdict, ...]:
        self._trial = False
        return ()

    def _over(self, _event: ev.ServiceStarted | ev.ServiceKilled) -> tuple[CaseVerdict, ...]:
        self._life = None
        return ()

    def _ready(self, event: ev.ServiceReady) -> tuple[CaseVerdict, ...]:
        self._life = Life(event.at)
        return ()

    def _requested(self, event: ev.Requested) -> tuple[CaseVerdict, ...]:
        request = self.grounds.requests.get(event.case)
        if self._life is not None and request is not None:
            before = self._life.requests[-1:]
            if before and before[0].responded is None:
                self._life.together += [one for one in (*before, request) if one not in self._life.together]
            self._life.requests.append(request)
        return ()

    def _resources(self, event: ev.ResourcesSeen) -> tuple[CaseVerdict, ...]:
        if self._life is not None and event.resources.share > MOST_SHARE:
            self._life.bloated = event.resources.memory
        return ()

    def _exited(self, event: ev.ServiceExited) -> Iterable[CaseVerdict]:
        life, self._life, self.last = self._life, None, None
        if life is None or not life.requests or self._window:
            return ()
        if self._trial:
            self._between[event.code] += 1
            return ()
        self.last, life.at = life, event.at
        life.exit = Exit(event.code, event.stderr, exit_cause(event.code, event.stderr))
        verdict = self._known(life) or self._alone(life) or self._volley(life)
        if verdict is None:
            self._rows += [(first, life) for first in self._unexplained if _is_row(first, life)][-1:]
            self._unexplained.append(life)
            return ()
        self._fatal[verdict.case] = verdict
        self._causes.add(verdict.cause)
        return (verdict,)

    def _known(self, life: Life) -> CaseVerdict | None:
        """It ended as before, by exception and frame, and its last request has no answer."""
        last = life.requests[-1]
        if life.exit is None or life.exit.cause not in self._causes or not names_frame(life.exit.cause):
            return None
        if last.status or last.requested.is_step or life.is_volley or last.requested.copy_of:
            return None
        return crashed(
            last,
            life.exit,
            (f"{_end(life)} with this request", "another request ended it alone at the same place"),
            confirmed=False,
        )

    def _alone(self, life: Life) -> CaseVerdict | None:
        """It was asked nothing but what its predecessor, at another age, had ended with as well."""
        own = [one for one in life.requests if not one.requested.is_step]
        if not own or len({one.root for one in own}) > 1:
            return None
        copy, original = own[0], self.grounds.requests.get(own[0].root)
        for first in reversed(self._unexplained):
            before = next((one for one in first.suspects if one.root == copy.root), None)
            if before is None or original is None or life.exit is None:
                continue
            age = abs(life.age - first.age)
            if life.after(copy) > first.patience(before) or age < first.apart(before) / 4:
                continue
            self._forget(copy.root, life.exit.code)
            seen = f"{_end(first)} with this request", f"started again, it {_how(life)} with the same request alone"
            return crashed(original, life.exit, seen, bloated=life.bloated)
        return None

    def _forget(self, root: str, code: int) -> None:
        """What ended with the request among others, in the same way, needs no other explanation."""
        own = (life for life in self._unexplained if any(one.root == root for one in life.suspects))
        explained = [life for life in own if life.exit is not None and life.exit.code == code]
        self._unexplained = [life for life in self._unexplained if life not in explained]

    def _volley(self, life: Life) -> CaseVerdict | None:
        """It ended twice with requests that were begun together, each of which alone it had answered."""
        if not life.is_volley or life.exit is None:
            return None
        first = next((one for one in self._unexplained if one.is_volley), None)
        if first is None:
            return None
        self._unexplained.remove(first)
        request = next(one for one in life.together if not one.status)
        seen = (
            f"{_end(first)} with requests that were begun together, and with the next ones as well",
            "one after the other it answers them",
        )
        return _in_company(crashed(request, life.exit, seen, bloated=life.bloated))


def _is_row(first: Life, life: Life) -> bool:
    """Whether it ended as the first one did, with several of its requests, and at another age."""
    roots = {one.root for one in life.requests}
    alike = len(roots) > 1 and roots <= {one.root for one in first.requests} and _code(first) == _code(life)
    return alike and abs(first.age - life.age) > max(_APART, first.age / 4)


def _in_company(verdict: CaseVerdict) -> CaseVerdict:
    """Alone, as it would be replayed, the request goes well."""
    return msgspec.structs.replace(verdict, requested=None)


def _code(life: Life) -> int | None:
    return life.exit.code if life.exit is not None else None


def _end(life: Life) -> str:
    return f"the process {_how(life)}"


def _how(life: Life) -> str:
    return ended_in_words(life.exit.code) if life.exit is not None else "ended"

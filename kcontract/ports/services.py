"""Services under test: starting them, making them send, looking at what they show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from kcontract.model.contract import Probe, Run
from kcontract.model.service import Answer, ExitInfo, HttpRequest, Question, Resources, Sight


class Service(Protocol):
    """A running service under test."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> ExitInfo | None:
        """None while it runs."""
        ...

    def output(self) -> str:
        """What it has printed so far (standard output and error, the ends of both if they are long)."""
        ...

    def resources(self) -> Resources | None:
        """What its processes hold; None if that cannot be seen."""
        ...

    def terminate(self, timeout: float) -> ExitInfo:
        """SIGTERM, then SIGKILL to the whole group after `timeout`."""
        ...

    def kill(self) -> ExitInfo: ...


class Launcher(Protocol):
    """Starts services under test."""

    def check(self, run: Run) -> None:
        """Have ready what every start needs (an image is pulled); ServiceError, or EnvironmentFailureError without
        Docker, if that cannot be."""
        ...

    def start(self, name: str, run: Run, values: Mapping[str, str]) -> Service:
        """Start the service in the project root or `run.cwd`. Placeholders in its command and environment are filled
        from `values`; of the caller's environment it gets FORMAT.md's minimum. ServiceError if it cannot be started."""
        ...

    def free_port(self) -> int: ...


class Trigger(Protocol):
    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> Answer: ...

    def at_once(self, requests: Sequence[HttpRequest], timeout: float) -> Sequence[Answer]:
        """Their answers, in this order; each on a connection of its own, all begun together."""
        ...


class Commands(Protocol):
    """Runs what a contract's `databaseDown` names."""

    def run(self, command: Sequence[str], values: Mapping[str, str], timeout: float) -> ExitInfo:
        """In the project root, placeholders filled from `values`; killed after `timeout` seconds."""
        ...


class Actions(Protocol):
    """What makes a sender send, where that is a command, and the placeholders of all actions.

    `values` are those of names; `resolve` answers expressions such as `$request.body#/id`.
    """

    def fill(self, text: str, values: Mapping[str, str], resolve: Callable[[str], str]) -> tuple[str, str]:
        """A header's text, and the same as reports may show it: what came of the caller's environment is masked."""
        ...

    def run(
        self,
        run: Run,
        command: Sequence[str],
        values: Mapping[str, str],
        resolve: Callable[[str], str],
        body: bytes,
        timeout: float,
    ) -> Answer:
        """Run the command to its end as the service is run, with `body` on standard input; what it prints is the
        answer's body. Killed after `timeout` seconds: then there is no answer."""
        ...


class Prober(Protocol):
    """Asks the probes of receivers."""

    def ask(self, run: Run, probe: Probe, questions: Sequence[Question]) -> Sequence[Sight]:
        """An answer for each question, several at a time, each within seconds. UsageError PLACEHOLDER_…."""
        ...

    def close(self) -> None: ...

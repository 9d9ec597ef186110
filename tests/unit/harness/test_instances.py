"""Several instances of one service: they start, live and end as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kcontract.errors import ServiceError
from kcontract.harness.filling import FillingLauncher
from kcontract.harness.instances import Instances
from kcontract.harness.launcher import ServiceLauncher
from kcontract.host.sweep import RunDirectory
from kcontract.model.contract import Run
from kcontract.model.location import Location
from kcontract.model.service import ExitInfo, Resources

AT = Location("contract.yaml", 3)


class Made:
    """A process that has the end it is given, and remembers what was done to it."""

    pid = 7

    def __init__(self, code: int | None, graceful: int = 0) -> None:
        self.code, self.graceful = code, graceful
        self.done: list[str] = []
        self.held: Resources | None = None

    def poll(self) -> ExitInfo | None:
        return None if self.code is None else ExitInfo(self.code, "words")

    def output(self) -> str:
        return "out"

    def resources(self) -> Resources | None:
        return self.held

    def terminate(self, timeout: float) -> ExitInfo:
        self.done.append(f"terminated within {timeout:g}")
        return ExitInfo(self.graceful)

    def kill(self) -> ExitInfo:
        self.done.append("killed")
        return ExitInfo(-9)


def test_the_exit_of_one_is_the_exit_of_all() -> None:
    """The others are terminated, and the end is that of the one that exited, with its number."""
    both = [Made(None), Made(3)]
    service = Instances(both, 5.0)
    ended = service.poll()
    assert ended is not None
    assert (ended.code, both[0].done) == (3, ["terminated within 5"])
    assert "instance 2 of 2" in ended.stderr
    assert service.poll() == ended
    assert both[0].done == ["terminated within 5"]


def test_all_alive_is_alive() -> None:
    """Nothing is done to anybody."""
    both = [Made(None), Made(None)]
    assert Instances(both, 5.0).poll() is None
    assert [each.done for each in both] == [[], []]


@pytest.mark.parametrize(("codes", "worst"), [((0, 0), 0), ((0, 2), 2), ((2, -9), -9), ((-9, 0), -9)])
def test_the_worst_end_counts(codes: tuple[int, int], worst: int) -> None:
    """One that had to be killed shows that the service did not stop gracefully."""
    assert Instances([Made(None, code) for code in codes], 1.0).terminate(2.0).code == worst


def test_none_is_left_when_one_cannot_be_started() -> None:
    """The error is that of the start."""
    first = Made(None)

    def start(number: int) -> Made:
        if number == 2:
            raise ServiceError("PROCESS_NOT_STARTED", "no")
        return first

    with pytest.raises(ServiceError, match="no"):
        Instances.start(start, 3, 1.0)
    assert first.done == ["killed"]


def test_each_instance_has_a_port_of_its_own(tmp_path: Path) -> None:
    """The first one has the unit's port, to which requests go."""
    run = Run(at=AT, command=("sh", "-c", "echo port $PORT; sleep 60"), env=(("PORT", "{port}"),), instances=3)
    with RunDirectory.claim() as directory:
        launcher = FillingLauncher(ServiceLauncher(tmp_path, directory), {"PATH": "/usr/bin:/bin"})
        service = launcher.start("x", run, {"port": "4711"})
        told: list[str] = []
        while len(told) < 3 and service.poll() is None:
            told = [line for line in service.output().splitlines() if line.startswith("port")]
        service.kill()
    assert told[0] == "port 4711"
    assert len(set(told)) == len(told) == 3


def test_what_they_hold_is_added() -> None:
    """All processes of a service count; one that cannot be seen leaves nothing to tell."""
    both = [Made(None), Made(None)]
    both[0].held = both[1].held = Resources(memory=5, descriptors=4, threads=3, connections=2, share=0.7)
    assert Instances(both, 5.0).resources() == Resources(10, 8, 6, 4, 1.0)
    both[1].held = None
    assert Instances(both, 5.0).resources() is None

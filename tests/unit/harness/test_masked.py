"""What `${NAME}` brings into a service's command and environment is shown nowhere."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kcontract.errors import KcontractError
from kcontract.harness.filling import FillingLauncher
from kcontract.harness.launcher import ServiceLauncher
from kcontract.host.sweep import RunDirectory
from kcontract.model.contract import Run
from kcontract.model.location import Location

SECRET = "hunter2-hunter2"


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[FillingLauncher]:
    caller = {"PATH": os.environ["PATH"], "TOKEN": SECRET, "ONE": "1"}
    with RunDirectory.claim() as directory:
        yield FillingLauncher(ServiceLauncher(tmp_path, directory, caller), caller)


def a_run(*command: str) -> Run:
    env = (("PASSWORD", "${TOKEN}"), ("ONE", "${ONE}"))
    return Run(at=Location("contracts/x.yaml", 7), command=command, env=env)


def test_a_service_that_prints_its_secret(launcher: FillingLauncher) -> None:
    """It has it, in command and environment; what it says of it is masked, and nothing else is."""
    script = "import os, sys; sys.stdout.write('out ' + os.environ['PASSWORD']); sys.exit('err 1 ' + sys.argv[1])"
    service = launcher.start("x", a_run("python", "-c", script, "${TOKEN}"), {})
    deadline = time.monotonic() + 30
    while (ended := service.poll()) is None:
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)
    assert (ended.stdout, ended.stderr.strip()) == ("out ***", "err 1 ***")
    assert SECRET not in service.output()
    assert service.terminate(0) == service.kill() == ended


def test_an_error_about_a_command_with_a_secret(launcher: FillingLauncher) -> None:
    """The program that is not there is not named by the secret."""
    with pytest.raises(KcontractError) as caught:
        launcher.start("x", a_run("no-such-${TOKEN}"), {})
    assert SECRET not in str(caught.value)
    assert "no-such-***" in str(caught.value)

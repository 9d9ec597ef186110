"""Services: how they are started, what they see, and how they end."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kcontract.errors import KcontractError
from kcontract.harness.environment import service_environment
from kcontract.harness.launcher import ServiceLauncher
from kcontract.harness.service import RunningService
from kcontract.host.sweep import RUN_VARIABLE, RunDirectory
from kcontract.model.contract import Run
from kcontract.model.location import Location
from kcontract.model.service import ExitInfo

_SECONDS = 30.0


def a_run(cwd: str | None = None) -> Run:
    return Run(at=Location("contracts/x.yaml", 7), command=("x",), cwd=cwd)


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[ServiceLauncher]:
    (tmp_path / "below").mkdir()
    with RunDirectory.claim() as directory:
        yield ServiceLauncher(tmp_path, directory, {"PATH": os.environ["PATH"], "HOME": "/home/x", "SECRET": "s"})


def start(launcher: ServiceLauncher, script: str, cwd: str | None = None, **env: str) -> RunningService:
    return launcher.start("ser/vice", a_run(cwd), env, ["python", "-c", script])


def until(seen: Callable[[], object]) -> None:
    """Wait until `seen` is true."""
    deadline = time.monotonic() + _SECONDS
    while not seen():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


def exit_of(service: RunningService) -> ExitInfo:
    until(lambda: service.poll() is not None)
    ended = service.poll()
    assert ended is not None
    return ended


def has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


class TestEnvironment:
    def test_only_what_the_format_names_is_passed_on(self) -> None:
        """And the contract's own values win."""
        caller = {"HOME": "/h", "LC_ALL": "C", "LANG": "de", "TZ": "UTC", "TMPDIR": "/t", "VIRTUAL_ENV": "/v"}
        caller |= {"JAVA_HOME": "/j", "PATH": "/bin", "AWS_SECRET": "x", "PYTHONPATH": "y", "LCX": "z"}
        made = service_environment({"A": "1", "HOME": "/own"}, caller, "/venv/bin/python")
        assert made == {
            "HOME": "/own", "LC_ALL": "C", "LANG": "de", "TZ": "UTC", "TMPDIR": "/t", "VIRTUAL_ENV": "/v",
            "JAVA_HOME": "/j", "PATH": f"/venv/bin{os.pathsep}/bin", "A": "1",
        }  # fmt: skip

    def test_a_service_sees_exactly_that(self, launcher: ServiceLauncher) -> None:
        """Beside the mark by which a sweep would find it, and what its own interpreter adds."""
        service = start(launcher, "import os, json; print(json.dumps(dict(os.environ)))", A="ä")
        seen = json.loads(exit_of(service).stdout)
        assert {name for name in seen if not name.startswith("LC_")} == {"PATH", "HOME", "A", RUN_VARIABLE}
        assert (seen["A"], seen["HOME"]) == ("ä", "/home/x")

    def test_python_is_the_one_that_runs_kcontract(self, launcher: ServiceLauncher) -> None:
        """With the packages that are installed beside it."""
        service = start(launcher, "import sys; print(sys.prefix)")
        assert exit_of(service).stdout.strip() == sys.prefix


class TestStart:
    @pytest.mark.parametrize(("cwd", "place"), [(None, "."), ("below", "below"), ("./below/../below", "below")])
    def test_a_service_runs_in_the_project(
        self, launcher: ServiceLauncher, tmp_path: Path, cwd: str | None, place: str
    ) -> None:
        """In its root, or where the contract says below it."""
        service = start(launcher, "import os; print(os.getcwd())", cwd)
        assert exit_of(service).stdout.strip() == str((tmp_path / place).resolve())

    @pytest.mark.parametrize("cwd", ["..", "/", "missing", "below/../.."])
    def test_a_place_outside_the_project_is_refused(self, launcher: ServiceLauncher, cwd: str) -> None:
        """So is one that is not there; the line of the contract is named."""
        with pytest.raises(KcontractError, match=r"contracts/x\.yaml:7:1") as caught:
            start(launcher, "", cwd)
        assert caught.value.code == "RUN_CWD"

    def test_a_link_out_of_the_project_is_refused(self, launcher: ServiceLauncher, tmp_path: Path) -> None:
        """The place that a link leads to counts."""
        (tmp_path / "link").symlink_to("/")
        with pytest.raises(KcontractError, match="outside the project"):
            start(launcher, "", "link")

    @pytest.mark.parametrize(
        ("command", "env", "code"),
        [
            ((), {}, "RUN_NO_COMMAND"),
            (("no-such-program-anywhere",), {}, "PROCESS_NOT_STARTED"),
            (("./below",), {}, "PROCESS_NOT_STARTED"),
            (("python",), {"A": "a\0b"}, "SERVICE_ENVIRONMENT"),
            (("python",), {"A=B": "x"}, "SERVICE_ENVIRONMENT"),
            (("python", "a\0b"), {}, "PROCESS_NOT_STARTED"),
        ],
    )
    def test_what_cannot_be_started_is_an_error(
        self, launcher: ServiceLauncher, command: tuple[str, ...], env: dict[str, str], code: str
    ) -> None:
        """With a stable code."""
        with pytest.raises(KcontractError) as caught:
            launcher.start("service", a_run(), env, command)
        assert caught.value.code == code

    def test_free_ports_differ(self, launcher: ServiceLauncher) -> None:
        """Each is a usable number."""
        ports = {launcher.free_port() for _ in range(5)}
        assert len(ports) > 1
        assert all(1024 <= port < 65_536 for port in ports)


class TestEnd:
    def test_exit_code_and_both_outputs_are_told(self, launcher: ServiceLauncher) -> None:
        """Everything that was printed up to the exit is there."""
        script = "import sys; print('out' * 5000, end=''); print('err', file=sys.stderr); sys.exit(3)"
        assert exit_of(start(launcher, script)) == ExitInfo(3, "err\n", "out" * 5000)

    def test_a_signal_is_a_negative_code(self, launcher: ServiceLauncher) -> None:
        """As for a segmentation fault."""
        script = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
        assert exit_of(start(launcher, script)).code == -signal.SIGSEGV

    def test_a_running_service_shows_its_output(self, launcher: ServiceLauncher) -> None:
        """Standard output before standard error; and it is ended by a kill."""
        script = "import sys, signal; print('ready', flush=True); print('note', file=sys.stderr); signal.pause()"
        service = start(launcher, script)
        until(lambda: service.output() == "ready\n\nnote\n")
        assert service.poll() is None
        assert service.kill() == ExitInfo(-signal.SIGKILL, "note\n", "ready\n")
        assert service.poll() == ExitInfo(-signal.SIGKILL, "note\n", "ready\n")

    def test_of_long_output_both_ends_are_shown(self, launcher: ServiceLauncher) -> None:
        """A readiness line at its beginning, a traceback at its end."""
        service = start(launcher, "print('ready'); print('x' * 500_000); print('the end')")
        assert exit_of(service).stdout.endswith("the end\n")
        shown = service.output()
        assert shown.startswith("ready\n")
        assert shown.endswith("the end\n")
        assert len(shown) < 200_000

    def test_a_service_may_end_itself_when_asked(self, launcher: ServiceLauncher) -> None:
        """SIGTERM comes first, and what it then does still counts."""
        script = (
            "import os, signal, sys\n"
            "signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'bye\\n'), sys.exit(0)))\n"
            "print('ready', flush=True)\n"
            "while True: signal.pause()"
        )
        service = start(launcher, script)
        until(lambda: "ready" in service.output())
        assert service.terminate(_SECONDS) == ExitInfo(0, "", "ready\nbye\n")

    def test_a_service_that_does_not_listen_is_killed(self, launcher: ServiceLauncher) -> None:
        """After its time, with its children."""
        script = (
            "import signal, subprocess\n"
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            "print(subprocess.Popen(['sleep', '1000']).pid, flush=True)\n"
            "while True: signal.pause()"
        )
        service = start(launcher, script)
        until(lambda: service.output().endswith("\n"))
        child = int(service.output())
        assert service.terminate(0.1).code == -signal.SIGKILL
        until(lambda: has_ended(child))

    def test_children_of_a_service_that_exited_are_ended(self, launcher: ServiceLauncher) -> None:
        """They must not go on consuming behind our back."""
        service = start(launcher, "import subprocess; print(subprocess.Popen(['sleep', '1000']).pid)")
        child = int(exit_of(service).stdout)
        until(lambda: has_ended(child))

"""Keeps a broker running beyond one command: starts it in a process of its own, finds it, ends it.

The process that holds the broker holds the lock of its run directory, so no sweep takes it for left behind; and when
that process is killed, the next sweep removes its broker.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import psutil

from kcontract.broker.local.broker import LocalKafka, prepare
from kcontract.broker.local.kept import Kept, forget, keeper_of, running, state_file, write_down
from kcontract.broker.local.progress import Progress, silent
from kcontract.errors import BrokerError, KcontractError
from kcontract.host.cache import locked
from kcontract.host.output import tail
from kcontract.host.processes import await_gone, kill_process
from kcontract.host.sweep import sweep

_STEP_S = 0.02
_UP_S, _DOWN_S = 200.0, 20.0
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_PACKAGE_PARENT = Path(__file__).parents[3]


def start_keeper(progress: Progress = silent) -> tuple[Kept, bool]:
    """The kept broker, started if none runs, and whether it was started now. Raises BrokerError."""
    with _one_at_a_time():
        found = running()
        if found is not None:
            return found, False
        prepare(progress)
        forget()
        return _await(_spawn()), True


def end_keeper() -> Kept | None:
    """Ends the kept broker and removes its data; what was ended, or None when none was running."""
    with _one_at_a_time():
        kept = running()
        process = keeper_of(kept) if kept else None
        if process is not None:
            _end(process)
        forget()
        sweep()
        return kept


def keep(ready: Callable[[Kept], None] = lambda _: None) -> None:
    """Runs a broker in this process until a signal comes or the broker ends by itself. Main thread only.

    `ready` is told of it when it is. Raises BrokerError: BROKER_RUNNING if one is kept already, BROKER_ENDED.
    """
    if (found := running()) is not None:
        raise BrokerError("BROKER_RUNNING", f"a broker runs already on {found.bootstrap}", "kcontract broker down")
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    try:
        with LocalKafka.start() as broker:
            kept = _describe(broker)
            write_down(kept)
            ready(kept)
            _until_it_ends(broker)
    except KeyboardInterrupt:
        pass
    finally:
        if (own := running()) is not None and own.keeper == os.getpid():
            forget()


def _interrupt(*_: object) -> None:
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # a second one must not cut the clearing short
    raise KeyboardInterrupt


def _until_it_ends(broker: LocalKafka) -> None:
    while broker.poll() is None:
        time.sleep(_STEP_S)
    raise BrokerError("BROKER_ENDED", f"the broker ended by itself:\n{broker.log_tail()}", "kcontract broker up")


def _describe(broker: LocalKafka) -> Kept:
    return Kept(
        keeper=os.getpid(),
        keeper_created=psutil.Process().create_time(),
        pid=broker.pid,
        label=broker.label,
        bootstrap=broker.bootstrap,
        service_bootstrap=broker.service_bootstrap,
        directory=str(broker.directory),
        started=time.time(),
    )


def _one_at_a_time() -> AbstractContextManager[None]:
    return locked(state_file())


def _spawn() -> subprocess.Popen[bytes]:
    # Safe path (-P): a directory named kcontract where the user happens to stand must not be imported.
    path = os.pathsep.join(filter(None, (str(_PACKAGE_PARENT), os.environ.get("PYTHONPATH"))))
    with _log().open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "kcontract.broker.local.keeper"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | {"PYTHONPATH": path},
            cwd=_log().parent,
            start_new_session=True,
        )


def _await(keeper: subprocess.Popen[bytes]) -> Kept:
    deadline = time.monotonic() + _UP_S
    while keeper.poll() is None and time.monotonic() < deadline:
        kept = running()
        if kept is not None and kept.keeper == keeper.pid:
            keeper.returncode = 0  # it lives on, and is not ours to wait for
            return kept
        time.sleep(_STEP_S)
    keeper.kill()
    keeper.wait()
    raise BrokerError("BROKER_NOT_STARTED", f"the broker did not start:\n{tail(_log())}", "see above; try again")


def _end(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
    if not await_gone([process], _DOWN_S):
        kill_process(process)
        await_gone([process], _DOWN_S)


def _log() -> Path:
    return state_file().with_name("broker.log")


def main() -> None:
    """What the keeping process does."""
    try:
        keep()
    except KcontractError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

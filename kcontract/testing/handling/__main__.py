"""Runs a handler: records on standard input, what came of each on the original standard output.

The first frame in says what to run, the first one out how it is handed records. It is ended by its parent, or with its
input; whatever the handler does to this process, its parent sees.
"""

from __future__ import annotations

import faulthandler
import importlib
import os
import resource
import signal
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from kcontract.harness.frames import frames, send
from kcontract.model.called import Handed, Handled
from kcontract.testing.handling.choosing import face_of, prepare
from kcontract.testing.handling.faces import Face
from kcontract.testing.handling.returned import is_rejection, returned
from kcontract.testing.values import Rejected

_OWN = str(Path(__file__).parents[2])
_TRACE = 4096
_DECODER = msgspec.msgpack.Decoder(Handed)


def main() -> None:
    """Until the input ends. What the handler prints goes to standard error."""
    answers, calls = os.dup(1), os.fdopen(os.dup(0), "rb")
    os.dup2(2, 1)
    with Path(os.devnull).open("rb") as nothing:  # a handler that reads standard input must not eat the records
        os.dup2(nothing.fileno(), 0)
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=False, chain=False)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    incoming = frames(calls)
    wanted = msgspec.msgpack.decode(next(incoming))
    prepare()
    try:
        face = face_of(named(wanted["handler"]))
        check(face, wanted["topics"])
        rejects = (Rejected, *map(named, wanted["rejects"]))
    except BaseException as error:
        send(answers, {"error": f"{type(error).__name__}: {error}"[:500], "trace": told(error)})
        return
    send(answers, {"style": face.style})
    calling = Calling(face, rejects, limit(wanted["memory"]))
    for body in incoming:
        answer = calling.answer(_DECODER.decode(body))
        send(answers, answer)
        if answer.how == "bloated":
            return


def check(face: Face, topics: Sequence[str]) -> None:
    """LookupError for topics that it does not take: every record of theirs would fail alike."""
    missed = [topic for topic in topics if not face.takes(topic)]
    if missed:
        raise LookupError(f"nobody in it subscribes to {', '.join(missed)}")


class Calling:
    """Calls the handler, and survives whatever Python can survive."""

    def __init__(self, face: Face, rejects: tuple[Any, ...], most: int) -> None:
        self._face, self._rejects, self._most = face, rejects, most

    def answer(self, handed: Handed) -> Handled:
        try:
            made = self._face.call(handed)
            if is_rejection(made):
                return Handled("rejected", error=_line(made))
            return Handled("returned", returned(made))
        except MemoryError as error:
            if peak() * 2 > self._most:
                return Handled("bloated", error=told(error))
            return self._raised(error)
        except BaseException as error:
            return self._raised(error)

    def _raised(self, error: BaseException) -> Handled:
        if isinstance(error, self._rejects):
            return Handled("rejected", error=_line(error))
        return Handled("raised", error=told(error))


def named(name: str) -> Any:
    """What `module:name` is, or a built-in exception."""
    module, _, path = name.rpartition(":")
    found = importlib.import_module(module or "builtins")
    for part in path.split("."):
        found = getattr(found, part)
    return found


def limit(more: int) -> int:
    """Let the process have `more` bytes than it has now; what it may have. 0: without a limit."""
    if not more:
        return 1 << 62
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    return peak() + more


def peak() -> int:
    """The most bytes that the process ever held.

    Not `ru_maxrss`: over a fork and an exec that keeps what the parent held (getrusage(2)).
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def told(error: BaseException) -> str:
    """The traceback, from the first frame that is not ours."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OWN):
        trace = trace.tb_next
    try:
        text = "".join(traceback.format_exception(type(error), error, trace))
    except BaseException:  # its own __str__ fails
        text = f"Traceback (most recent call last):\n{type(error).__name__}\n"
    return text if len(text) <= _TRACE else f"{text[: _TRACE // 4]}\n…\n{text[-_TRACE * 3 // 4 :]}"


def _line(error: Any) -> str:
    show: Callable[[Any], str] = str
    try:
        return f"{getattr(type(error), '__name__', '')}: {show(error)}"[:200]
    except Exception:
        return type(error).__name__


if __name__ == "__main__":
    main()

"""The cause in a service's last words: exception and innermost frame of its own code."""

from __future__ import annotations

import re
import signal

_PYTHON_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<name>\S+)', re.MULTILINE)
_PYTHON_ERROR = re.compile(r"^(?P<error>[A-Za-z_](?:[\w.]|<locals>)*)(?::|$)", re.M)
_FAULT_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+) in (?P<name>\S+)', re.MULTILINE)
_JAVA_ERROR = re.compile(r"(?P<error>(?:[a-z_][\w$]*\.)+[A-Z][\w$]*(?:Exception|Error))")
_JAVA_HEAD = re.compile(r'(?:Exception in thread ".*?" |\s*Caused by: )?(?P<error>(?:[\w$]+\.)*[A-Z][\w$]*)(?::|$)')
_JAVA_FRAME = re.compile(r"\s*at (?:[\w.@$-]*/)*(?P<name>[\w.$<>]+)\((?P<file>[\w$]+\.\w+):(?P<line>\d+)\)")
_JAVA_THROWN = re.compile(r'^Exception in thread ".*?" ([\w.$]+)', re.MULTILINE)
"""Of Kafka's own exceptions there may be no more than that: they leave their frames out."""
_JAVA_WITHIN = re.compile(r"\s+(?:at |\.\.\. |Suppressed: )|\s*Caused by: ")
_NODE_FRAME = re.compile(r"^\s*at (?:(?P<name>[^\s(]+) \()?(?P<file>(?:file://)?/[^\s():]+):(?P<line>\d+):\d+\)?", re.M)
_NODE_ERROR = re.compile(r"^(?:Uncaught )?(?P<error>(?:[A-Z]\w*)?Error)\b", re.MULTILINE)
_GO_PANIC = re.compile(r"^(?:panic|fatal error): (?P<error>.+)$", re.MULTILINE)
_GO_FRAME = re.compile(r"^\s+(?P<file>/\S+\.go):(?P<line>\d+)", re.MULTILINE)
_FOREIGN = ("/site-packages/", "/lib/python", "/node_modules/", "node:", "/go/pkg/mod/", "/usr/local/go/", "<frozen")
_FOREIGN_JAVA = ("java.", "javax.", "jdk.", "sun.", "org.apache.kafka.", "org.springframework.", "com.fasterxml.")


def exit_cause(code: int, stderr: str) -> str:
    """`ValueError at consumer.py:41` from the end of standard error, else the signal or the exit code."""
    for read in (_go, _java, _python, _node):
        if found := read(stderr):
            return found
    if code < 0:
        return _signal_name(-code)
    thrown = _JAVA_THROWN.findall(stderr)
    return f"exit {code}: {thrown[-1].rpartition('.')[2]}" if thrown else f"exit {code}"


def ended_in_words(code: int) -> str:
    """How a process ended."""
    return f"was killed by signal {-code}" if code < 0 else f"exited with code {code}"


def call_cause(how: str, code: int, words: str) -> str:
    """The same of a call of a handler, whose process may have told by `faulthandler` where it stood."""
    frame = _faulted(words)
    if how == "raised" or (how == "bloated" and frame is None):
        return exit_cause(1, words)
    if how == "bloated" and frame is not None:
        return f"MemoryError at {_file(frame['file'])}:{frame['line']}"
    if how == "hung":
        return f"hung in {frame['name']} at {_file(frame['file'])}" if frame else "hung"
    return f"{exit_cause(code, '')} at {_file(frame['file'])}:{frame['line']}" if frame else exit_cause(code, words)


def _faulted(words: str) -> re.Match[str] | None:
    """The innermost frame of the project's own code, of the thread that `faulthandler` tells first."""
    start = words.rfind("(most recent call first)")
    frames = list(_FAULT_FRAME.finditer(words, start)) if start >= 0 else []
    return next((frame for frame in frames if not any(part in frame["file"] for part in _FOREIGN)), None)


def _file(path: str) -> str:
    return path.rpartition("/")[2]


def names_frame(cause: str) -> bool:
    """Whether the cause names a place in the service's code, so that it tells defects apart whatever the kind."""
    return " at " in cause


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _python(stderr: str) -> str | None:
    start = stderr.rfind("Traceback (most recent call last)")
    if start < 0:
        return None
    trace = stderr[start:]
    frames = list(_PYTHON_FRAME.finditer(trace))
    errors = [match for match in _PYTHON_ERROR.finditer(trace) if match["error"] != "Traceback"]
    if not frames or not errors:
        return None
    own = [frame for frame in frames if not any(part in frame["file"] for part in _FOREIGN)] or frames
    return _at(errors[-1]["error"], own[-1]["file"], own[-1]["line"])


def _java(stderr: str) -> str | None:
    """The last trace counts: what was logged before it went on is no cause. Of an exception with causes it is the one
    under which the first frame of the service's own code stands."""
    found = error = ""
    first = False
    for line in stderr.splitlines():
        frame = _JAVA_FRAME.match(line)
        if frame is None:
            error = _java_error(line) or error
            first = first and _JAVA_WITHIN.match(line) is not None
        elif not frame["name"].startswith(_FOREIGN_JAVA) and error and not first:
            found, first = _at(error, frame["file"], frame["line"]), True
    return found or None


def _java_error(line: str) -> str:
    match = _JAVA_HEAD.match(line) or _JAVA_ERROR.search(line)
    return match["error"] if match else ""


def _node(stderr: str) -> str | None:
    for error in reversed(list(_NODE_ERROR.finditer(stderr))):  # what was logged before it went on is no cause
        for frame in _NODE_FRAME.finditer(stderr, error.end()):
            if not any(part in frame["file"] for part in _FOREIGN):
                return _at(error["error"], frame["file"], frame["line"])
    return None


def _go(stderr: str) -> str | None:
    panics = list(_GO_PANIC.finditer(stderr))
    if not panics:
        return None
    panic = panics[-1]  # what was logged before it went on is no cause
    frames = [
        frame
        for frame in _GO_FRAME.finditer(stderr, panic.end())
        if not any(part in frame["file"] for part in _FOREIGN)
    ]
    return _at("panic", frames[0]["file"], frames[0]["line"]) if frames else f"panic: {panic['error'][:60]}"


def _at(error: str, file: str, line: str) -> str:
    return f"{error.rpartition('.')[2]} at {file.rpartition('/')[2]}:{line}"

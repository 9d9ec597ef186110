"""Performs what makes a sender send, where that is a command of the contract, and fills templates of actions."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from kcontract.harness.environment import service_environment
from kcontract.harness.placeholders import Resolve, fill, fill_run, mask
from kcontract.host.output import tail
from kcontract.host.processes import ProcessGroup
from kcontract.host.sweep import RunDirectory
from kcontract.model.contract import Run
from kcontract.model.service import Answer

_NUMBERS = itertools.count(1)
_SHOWN_BYTES = 4 << 10
_BODY_BYTES = 1 << 20


class ContractActions:
    """Implements `ports.Actions`."""

    def __init__(self, root: Path, directory: RunDirectory, caller: Mapping[str, str] | None = None) -> None:
        """In the project root `root`; output goes to files in `directory`, `${NAME}` is taken from `caller`."""
        self._root, self._directory = root.resolve(), directory
        self._caller = os.environ if caller is None else caller

    def fill(self, text: str, values: Mapping[str, str], resolve: Resolve) -> tuple[str, str]:
        """See `Actions.fill`. UsageError PLACEHOLDER_…."""
        filled = fill(text, values, self._caller, resolve)
        return filled.text, mask(filled.text, filled.secrets)

    def run(
        self, run: Run, command: Sequence[str], values: Mapping[str, str], resolve: Resolve, body: bytes, timeout: float
    ) -> Answer:
        """See `Actions.run`. UsageError PLACEHOLDER_…; ServiceError PROCESS_NOT_STARTED."""
        filled = [fill(part, values, self._caller, resolve).text for part in command]
        own = dict(fill_run(run, values, self._caller).env)
        stem = self._directory.path / f"action-{next(_NUMBERS)}"
        stdin, stdout, stderr = (stem.with_suffix(f".{end}") for end in ("in", "out", "err"))
        stdin.write_bytes(body)
        environment = {**service_environment(own, self._caller), **self._directory.environment()}
        place = (self._root / (run.cwd or "")).resolve()
        process = ProcessGroup.start(filled, env=environment, cwd=place, stdout=stdout, stderr=stderr, stdin=stdin)
        self._directory.note(process.pid)
        in_time = process.wait(timeout) is not None
        code = process.kill()  # whatever it has left running, too
        answer = _answer(code, stdout, stderr, in_time=in_time)
        for file in (stdin, stdout, stderr):
            file.unlink(missing_ok=True)
        return answer


def _answer(code: int, stdout: Path, stderr: Path, *, in_time: bool) -> Answer:
    said = tail(stderr, _SHOWN_BYTES)
    if not in_time:
        return Answer(0, error=f"the command did not end in time\n{said}")
    body = stdout.read_bytes()[:_BODY_BYTES] if stdout.exists() else b""
    status = 200 if code == 0 else 400 if code > 0 else 500
    return Answer(status, body or (said.encode() if code else b""), error=said if code else "", exit_code=code)

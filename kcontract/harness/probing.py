"""Asks the probes of receivers: a page, a command, or a function of the project."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from kcontract.harness.actions import ContractActions
from kcontract.harness.deciding import FunctionProcess
from kcontract.harness.masked import hideable
from kcontract.harness.placeholders import fill, mask
from kcontract.harness.trigger import HttpTrigger
from kcontract.host.sweep import RunDirectory
from kcontract.model.contract import Probe, Run
from kcontract.model.service import Question, Sight

_AT_ONCE = 4
"""Plain servers keep five connections waiting; a sixth would be tried again after a second."""
_PAGE_SECONDS, _COMMAND_SECONDS, _FUNCTION_SECONDS = 3.0, 10.0, 10.0
_BODY_BYTES = 64 << 10
"""What is longer is no view of one record."""


class ServiceProber:
    """Implements `ports.Prober`."""

    def __init__(
        self, root: Path, directory: RunDirectory, trigger: HttpTrigger, caller: Mapping[str, str] | None = None
    ) -> None:
        """Commands and functions run in the project root `root`; `${NAME}` is taken from `caller`."""
        self._trigger = trigger
        self._caller = os.environ if caller is None else caller
        self._actions = ContractActions(root, directory, self._caller)
        self._child = FunctionProcess(root, directory, "function_child.py", _FUNCTION_SECONDS)
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="probe")

    def ask(self, run: Run, probe: Probe, questions: Sequence[Question]) -> Sequence[Sight]:
        """See `ports.Prober`."""
        if probe.function is not None:
            return self._ask_function(probe.function, questions)
        ask = partial(self._ask_page, probe.http) if probe.http is not None else partial(self._run, run, probe.command)
        return list(self._pool.map(ask, questions))

    def close(self) -> None:
        """End what still runs."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._child.close()

    def _ask_page(self, template: str, question: Question) -> Sight:
        filled = fill(template, question.values, self._caller, question.expressions.__getitem__)
        answer = self._trigger.request("GET", filled.text, {}, None, _PAGE_SECONDS)
        return _bounded(answer.status, answer.body, None, mask(answer.error, hideable(filled.secrets)))

    def _run(self, run: Run, command: Sequence[str], question: Question) -> Sight:
        values, resolve = question.values, question.expressions.__getitem__
        answer = self._actions.run(run, command, values, resolve, b"", _COMMAND_SECONDS)
        return _bounded(0, answer.body, answer.exit_code, "" if answer.exit_code is not None else answer.error)

    def _ask_function(self, function: str, questions: Sequence[Question]) -> list[Sight]:
        """One after another; one that does not answer in time is not asked again for the others."""
        found: list[Sight] = []
        for question in questions:
            line = self._child.ask({"function": function, "arguments": [question.payload]})
            if line is None:
                lost = Sight(error=f"{function} gave no answer within {_FUNCTION_SECONDS:g} s, or ended its process")
                return [*found, *[lost] * (len(questions) - len(found))]
            answer = json.loads(line)
            holds = False if answer.get("wrong") else answer.get("holds")
            found.append(Sight(holds=holds, error=answer.get("error", "")))
        return found


def _bounded(status: int, body: bytes, exit_code: int | None, error: str) -> Sight:
    if len(body) > _BODY_BYTES:
        return Sight(error=f"its answer has {len(body):,} bytes; {_BODY_BYTES:,} are read at most")
    return Sight(status=status, body=body, exit_code=exit_code, error=error)

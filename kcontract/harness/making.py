"""Asking functions for events, in a process of their own: they may hang, exit or crash, and only that process does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kcontract.harness.deciding import FunctionProcess
from kcontract.host.sweep import RunDirectory
from kcontract.model.service import Answer


class FunctionMaker:
    """Implements `ports.Maker`."""

    def __init__(self, root: Path, directory: RunDirectory, seconds: float = 30.0) -> None:
        """Modules are found from the project root `root`; `seconds` for one call."""
        self._child = FunctionProcess(root, directory, "make_child.py", seconds)

    def make(self, function: str, payload: Any) -> Answer:
        """See `ports.Maker`."""
        line = self._child.ask({"function": function, "payload": payload})
        if line is None:
            what = f"{function} gave no answer in time, or ended its process"
            return Answer(0, error=what, exit_code=self._child.code)
        answer = json.loads(line)
        if "error" in answer:
            return Answer(500, answer["error"].encode(), error=answer["error"])
        return Answer(200, json.dumps(answer["events"]).encode())

    def close(self) -> None:
        """End the process, if there is one."""
        self._child.close()

"""Asking the functions of `generators` for values, in a process of their own."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path
from typing import Any
from zlib import crc32

from kcontract.errors import UsageError
from kcontract.harness.deciding import FunctionProcess
from kcontract.host.sweep import RunDirectory

_MOST = 64
"""Values that are asked for at once; fewer at first, for a function may be slow, and few may be wanted."""
_FIX = "write it as module:function, without arguments, and let it return a value or a Hypothesis strategy"


class FunctionGiver:
    """Implements `ports.Giver`. The same seed gives the same values of a strategy, and of what draws from `random`."""

    def __init__(self, root: Path, directory: RunDirectory, seed: int = 0, seconds: float = 30.0) -> None:
        """Modules are found from the project root `root`; `seconds` for one answer."""
        self._child = FunctionProcess(root, directory, "make_child.py", seconds)
        self._seed = seed
        self._waiting: dict[str, deque[Any]] = {}
        self._asked: dict[str, int] = {}

    def give(self, function: str) -> Any:
        """See `ports.Giver`."""
        waiting = self._waiting.setdefault(function, deque())
        if not waiting:
            waiting.extend(self._more(function))
        return waiting.popleft()

    def _more(self, function: str) -> list[Any]:
        turn = self._asked[function] = self._asked.get(function, -1) + 1
        seed = crc32(f"{self._seed}/{turn}/{function}".encode())
        line = self._child.ask({"function": function, "count": min(_MOST, 1 << turn), "seed": seed})
        answer: dict[str, Any] = json.loads(line) if line else {"error": "no answer in time, or its process ended"}
        values: list[Any] = answer.get("values", [])
        if not values:
            raise UsageError("GENERATE_FUNCTION", f"{function}: {answer.get('error', 'no value')}", _FIX)
        return values

    def close(self) -> None:
        """End the process, if there is one."""
        self._child.close()

"""Functions of a contract's `generators`, called in the process of a test."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from kcontract.errors import UsageError
from kcontract.harness.make_child import draws, plain

_FIX = "write it as module:function, without arguments, and let it return a value or a Hypothesis strategy"


class Called:
    """Implements `generate.generators.Resolver`; the strategies that functions return are drawn from by `draw`."""

    def __init__(self, draw: Callable[[Any], Any] | None = None) -> None:
        """Without `draw` each has a row of draws of its own."""
        self._draw = draw
        self._waiting: dict[str, list[Any]] = {}

    def __call__(self, name: str) -> Any:
        try:
            found = _function(name)()
            strategies = sys.modules.get("hypothesis.strategies")
            if strategies is None or not isinstance(found, strategies.SearchStrategy):
                return plain(found)
        except Exception as error:
            raise UsageError("GENERATE_FUNCTION", f"{name}: {type(error).__name__}: {error}", _FIX) from error
        return plain(self._draw(found) if self._draw is not None else self._next(name, found))

    def _next(self, name: str, strategy: Any) -> Any:
        waiting = self._waiting.setdefault(name, [])
        if not waiting:
            waiting += draws(strategy, 64, 0)
        return waiting.pop()


@cache
def _function(name: str) -> Callable[[], Any]:
    module, _, attribute = name.partition(":")
    found: Callable[[], Any] = getattr(import_module(module), attribute)
    return found

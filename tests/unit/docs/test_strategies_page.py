"""docs/strategies.md: its tests are run as they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

from tests.unit.docs.pages import ROOT, blocks
from tests.unit.strategies.drawing import QUICK

_PAGE = ROOT / "docs" / "strategies.md"
_EXAMPLES = [block.text for block in blocks(_PAGE) if block.language == "python"]


def _defined(example: str) -> dict[str, Callable[[], Any]]:
    """The test functions that an example defines."""
    defined: dict[str, Any] = {}
    exec(compile(example, str(_PAGE), "exec"), defined)  # noqa: S102 - the project's own page
    return {name: made for name, made in defined.items() if name.startswith("test_")}


@pytest.mark.parametrize("number", range(len(_EXAMPLES)))
def test_examples_hold(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example defines tests, and they pass."""
    monkeypatch.chdir(ROOT)
    found = _defined(_EXAMPLES[number])
    assert found
    for test in found.values():
        settings(QUICK, max_examples=15)(test)()

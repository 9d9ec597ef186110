"""The lab's table as text: twin, what it must earn, what it got."""

from __future__ import annotations

from collections.abc import Iterable

from tests.lab.running import Result

_COLUMNS = "  {mark} {name:26} {language:8} {client:18} {expected:34} {got:44} {cases:>6} {seconds:>7}"


def header() -> str:
    return _COLUMNS.format(
        mark=" ", name="twin", language="", client="client", expected="expected", got="got", cases="cases", seconds="s"
    )


def row(result: Result) -> str:
    """One line for a twin."""
    twin = result.twin
    return _COLUMNS.format(
        mark="✓" if result.right else "✗",
        name=twin.name,
        language=twin.language,
        client=twin.client,
        expected=_words(twin.expects, " or " if twin.any_of else ", "),
        got=result.blocked or _words(result.got),
        cases=result.cases,
        seconds=f"{result.seconds:.1f}",
    )


def footer(results: Iterable[Result], seconds: float) -> str:
    """How many are right, and how long all of it took."""
    right = [result.right for result in results]
    return f"{sum(right)} of {len(right)} twins as expected in {seconds:.0f} s"


def _words(verdicts: frozenset[str], between: str = ", ") -> str:
    return between.join(sorted(verdicts)) or "conforms"

"""A failing case as a test to paste into the file that it failed in."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import NamedTuple

from kcontract.testing.values import Case


class Failed(NamedTuple):
    """A test that failed for a case."""

    name: str
    case: Case
    owner: str = ""
    """The class whose method it is."""
    others: Sequence[str] = ()
    """Further fixtures that it takes."""
    label: str = ""
    """What pytest calls this case; default: its kind."""
    is_async: bool = False
    parameter: str = "case"
    is_drawn: bool = False
    """Whether it is Hypothesis that calls it: then it has another function inside."""

    def called(self) -> str:
        """What the pasted test calls, and the beginning of its arguments."""
        if not self.is_drawn:
            return f"{self.owner}().{self.name}(" if self.owner else f"{self.name}("
        inner = f"{self.name}.hypothesis.inner_test("
        return f"{self.owner}.{inner}{self.owner}(), " if self.owner else inner


def snippet(failed: Failed) -> str:
    """A test that hands the very same record to the test that failed."""
    case, record = failed.case, failed.case.record
    label = re.sub(r"\W+", "_", failed.label or case.kind).strip("_")
    passed = "".join(f", {name}={name}" for name in failed.others)
    arguments = f"record, {case.kind!r}, {case.expectation!r}, {case.reason!r}{_payload(case)}"
    marked, waits = (("@pytest.mark.asyncio", "async "), "await ") if failed.is_async else ((), "")
    reason = f": {_text(case.reason)}" if case.reason else ""
    lines = [
        *marked[:1],
        f"{marked[1] if marked else ''}def {failed.name}_{label}_again({', '.join(failed.others)}):",
        f'    """{_text(case.kind)}{reason}"""',
        "    record = kcontract.testing.Record(",
        f"        topic={record.topic!r}, partition={record.partition}, offset={record.offset},",
        f"        key={record.key!r},",
        f"        value={record.value!r},",
        f"        headers={record.headers!r},",
        f"        timestamp={record.timestamp!r},",
        "    )",
        f"    case = kcontract.testing.Case({arguments})",
        f"    {waits}{failed.called()}{failed.parameter}=case{passed})",
    ]
    imports = ["import pytest", ""] if failed.is_async else []
    return "\n".join([*imports, "import kcontract.testing", "", "", *lines])


def _payload(case: Case) -> str:
    """The payload as a further argument, where it can be written down."""
    if case.payload is None:
        return ""
    text = repr(case.payload)
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):  # NaN, or nested too deeply
        return ""
    return f", {text}"


def _text(text: str) -> str:
    """Harmless within three quotes."""
    return text.replace("\\", "/").replace('"', "'")

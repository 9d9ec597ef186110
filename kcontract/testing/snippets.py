"""A failing case as a test to paste into the file that it failed in."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from kcontract.testing.values import Case


def snippet(
    test: str, case: Case, others: Sequence[str] = (), *, is_async: bool = False, parameter: str = "case"
) -> str:
    """A test that hands the very same record to the function `test`, or what is called like that, as `parameter`.
    `others`: further fixtures that it takes."""
    record = case.record
    name = re.sub(r"\W+", "_", case.kind).strip("_")
    fixtures = ", ".join(others)
    passed = "".join(f", {name}={name}" for name in others)
    arguments = f"record, {case.kind!r}, {case.expectation!r}, {case.reason!r}{_payload(case)}"
    marked, waits = (("@pytest.mark.asyncio", "async "), "await ") if is_async else ((), "")
    lines = [
        *marked[:1],
        f"{marked[1] if marked else ''}def {test.partition('.')[0]}_{name}_again({fixtures}):",
        f'    """{_text(case.kind)}: {_text(case.reason)}"""',
        "    record = kcontract.testing.Record(",
        f"        topic={record.topic!r}, partition={record.partition}, offset={record.offset},",
        f"        key={record.key!r},",
        f"        value={record.value!r},",
        f"        headers={record.headers!r},",
        f"        timestamp={record.timestamp!r},",
        "    )",
        f"    case = kcontract.testing.Case({arguments})",
        f"    {waits}{test}({parameter}=case{passed})",
    ]
    imports = ["import pytest", ""] if is_async else []
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

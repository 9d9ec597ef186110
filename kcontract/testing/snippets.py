"""A failing case as a test to paste into the file that it failed in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kcontract.testing.values import Case


def snippet(test: str, case: Case, others: Sequence[str] = (), *, is_async: bool = False) -> str:
    """A test that hands the very same record to the function `test`. `others`: further fixtures that it takes."""
    record = case.record
    name = re.sub(r"\W+", "_", case.kind).strip("_")
    fixtures = ", ".join(others)
    passed = "".join(f", {name}={name}" for name in others)
    marked, waits = (("@pytest.mark.asyncio", "async "), "await ") if is_async else ((), "")
    lines = [
        *marked[:1],
        f"{marked[1] if marked else ''}def {test}_{name}_again({fixtures}):",
        f'    """{_text(case.kind)}: {_text(case.reason)}"""',
        "    record = kcontract.testing.Record(",
        f"        topic={record.topic!r}, partition={record.partition}, offset={record.offset},",
        f"        key={record.key!r},",
        f"        value={record.value!r},",
        f"        headers={record.headers!r},",
        f"        timestamp={record.timestamp!r},",
        "    )",
        f"    case = kcontract.testing.Case(record, {case.kind!r}, {case.expectation!r}, {case.reason!r})",
        f"    {waits}{test}(case=case{passed})",
    ]
    imports = ["import pytest", ""] if is_async else []
    return "\n".join([*imports, "import kcontract.testing", "", "", *lines])


def _text(text: str) -> str:
    """Harmless within three quotes."""
    return text.replace("\\", "/").replace('"', "'")

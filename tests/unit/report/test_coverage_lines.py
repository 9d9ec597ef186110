"""Schema coverage in the reports for people."""

from __future__ import annotations

import io

from msgspec import structs

from kcontract.model.coverage import SchemaCoverage
from kcontract.report.markdown import Markdown
from kcontract.report.text import TextReport
from tests.unit.report.test_text_report import BILLING, end, start

MEASURED = SchemaCoverage("patient.created", "", 120, ("/n 9", "/name absent", "/evil <b>"))
LINE = "schema of patient.created: 117 of 120 boundaries (97 %)"


def told(*, verbose: bool, markdown: bool) -> str:
    stream = io.StringIO()
    report = Markdown(stream, verbose=verbose) if markdown else TextReport(stream, verbose=verbose, width=100)
    for item in (start(), end(units=(structs.replace(BILLING, coverage=(MEASURED,)),))):
        report.take(item)
    report.close()
    return stream.getvalue()


def test_the_measure_is_a_line_and_its_gaps_are_told_when_asked_for() -> None:
    """In text and Markdown."""
    for markdown in (False, True):
        brief, full = told(verbose=False, markdown=markdown), told(verbose=True, markdown=markdown)
        assert LINE in brief
        assert "/name absent" not in brief
        assert "not shown: /name absent" in full
    assert "<b>" not in told(verbose=True, markdown=True)

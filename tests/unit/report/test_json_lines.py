"""The report for programs."""

from __future__ import annotations

import io
import json

import pytest

from kcontract.errors import UsageError
from kcontract.model.case import Case, Expectation
from kcontract.model.events import RunEnded, Seen, Sent
from kcontract.model.record import LogRecord, Record
from kcontract.model.summary import Progress
from kcontract.ports import StreamItem
from kcontract.report.json_lines import JsonLines, decode_item, encode_item
from tests.unit.report.findings import FINDINGS
from tests.unit.report.samples import started
from tests.unit.report.test_text_report import BILLING, end, start

ITEMS: tuple[StreamItem, ...] = (
    start(),
    started(),
    Progress("billing", "sending", 1, 2),
    Sent(at=1.5, window=1, case=Case("1", "t", Record(b"k", None, (("h", None),)), "null_value", Expectation.EITHER)),
    Seen(at=2.0, record=LogRecord("t", 0, 1, Record(b"\xff", b"\x00\xfe"))),
    *(make() for make in FINDINGS),
    BILLING,
    end(FINDINGS[0]()),
    RunEnded(at=3.0),
)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: type(item).__name__)
def test_every_item_can_be_read_back(item: StreamItem) -> None:
    """One line each, with its type, and nothing lost."""
    line = encode_item(item)
    assert "\n" not in line
    assert decode_item(line) == item


def test_a_report_is_lines_and_nothing_else() -> None:
    """Alone on standard output, so that `jq` can read it."""
    stream = io.StringIO()
    report = JsonLines(stream)
    for item in ITEMS:
        report.take(item)
    report.close()
    lines = stream.getvalue().splitlines()
    assert len(lines) == len(ITEMS)
    types = {json.loads(line)["type"] for line in lines}
    assert types == {"event", "progress", "finding", "unit", "run"}


def test_types_and_names_are_stable() -> None:
    """Programs depend on these words."""
    assert encode_item(Progress("billing", "sending", 1, 2)) == (
        '{"type":"progress","unit":"billing","phase":"sending","done":1,"total":2}'
    )
    assert encode_item(RunEnded(at=3.0)) == '{"type":"event","event":"RunEnded","at":3.0}'


def test_text_that_is_not_unicode_does_not_stop_a_report() -> None:
    """A lone surrogate from a decoded standard error is escaped."""
    line = encode_item(Progress("a\ud800", "sending"))
    assert json.loads(line)["unit"] == "a\ud800"
    assert line.isascii()


@pytest.mark.parametrize(
    "line", ["", "{}", "[]", "null", '{"type":"else"}', '{"type":"unit"}', '{"type":"event","event":"?"}', "[" * 99999]
)
def test_other_lines_are_refused(line: str) -> None:
    """With an error of ours, not with whatever fails first."""
    with pytest.raises(UsageError) as caught:
        decode_item(line)
    assert caught.value.code == "REPORT_LINE"

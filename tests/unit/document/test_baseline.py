"""Baseline files: entries with reasons, and every mistake with its line."""

from __future__ import annotations

import re
from datetime import date

import pytest

from kcontract.document.baseline import CODES, parse_baseline, write_baseline
from kcontract.errors import UsageError
from kcontract.model.baseline import Accepted
from kcontract.model.finding import CaseVerdict, Finding
from kcontract.model.location import Location

TODAY = date(2026, 11, 21)
ENTRY = "- {id: 3f9a01c2, verdict: CRASHED, unit: billing, reason: '#12', date: 2026-11-01}\n"


def parse(accepted: str) -> tuple[Accepted, ...]:
    return parse_baseline(f"baseline: 1\naccepted:\n{accepted}".encode(), "known.yaml", TODAY)


def mistakes(accepted: str) -> str:
    """What the error says."""
    with pytest.raises(UsageError) as caught:
        parse(accepted)
    assert (caught.value.code, caught.value.exit_code) == ("BASELINE_MISTAKES", 2)
    return caught.value.message


def test_an_entry_is_read_with_its_place() -> None:
    """Ids that look like numbers are ids; one that is no number for JSON wants quotes, and is told so."""
    for name in ("3f9a01c2", "12345678", "00000012", "1234e567"):
        (entry,) = parse(ENTRY.replace("3f9a01c2", name if name != "1234e567" else f"'{name}'"))
        assert entry == Accepted(name, "CRASHED", "billing", "#12", "2026-11-01", at=Location("known.yaml", 3, 3))
    assert "fix: quote it" in mistakes(ENTRY.replace("3f9a01c2", "1234e567"))


def test_a_baseline_may_be_empty() -> None:
    """Nothing is accepted."""
    assert parse_baseline(b"baseline: 1\n", "known.yaml", TODAY) == ()


def test_an_entry_counts_until_its_last_day() -> None:
    """That day included."""
    (entry,) = parse(ENTRY.replace("}", ", until: 2026-11-21}"))
    assert entry.until == "2026-11-21"
    told = mistakes(ENTRY.replace("}", ", until: 2026-11-20}"))
    assert "known.yaml:3:91 BASELINE_EXPIRED the entry expired on 2026-11-20\n    fix: mend the service" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("reason: '#12', ", ""), "known.yaml:3:3 BASELINE_REASON the entry has no reason\n    fix: add `reason:`"),
        (("'#12'", "''"), "BASELINE_REASON the reason is empty\n    fix: say why"),
        (("'#12'", "' '"), "BASELINE_REASON the reason is empty"),
        (("'#12'", ""), "BASELINE_REASON the reason is empty"),
        (("2026-11-01", "2026-13-01"), "BASELINE_DATE `2026-13-01` is no day\n    fix: write it as 2026-11-21"),
        (("2026-11-01", "soon"), "BASELINE_DATE `soon` is no day"),
        (("3f9a01c2", "3F9A01C2"), "BASELINE_ID `3F9A01C2` is no id"),
        (("3f9a01c2", "3f9a"), "BASELINE_ID `3f9a` is no id"),
        (("CRASHED", "CRASHD"), "VALUE_UNKNOWN"),
        (("unit: billing, ", ""), "KEY_REQUIRED an entry needs `unit`"),
        (("unit:", "units:"), "KEY_UNKNOWN `units` is not a key of an entry\n    fix: did you mean `unit`?"),
    ],
)
def test_a_mistake_is_told_with_place_and_fix(change: tuple[str, str], told: str) -> None:
    """Never is an entry passed over in silence."""
    assert told in mistakes(ENTRY.replace(*change))


def test_all_mistakes_are_told_at_once() -> None:
    """In the order of the file."""
    told = mistakes(ENTRY.replace("'#12'", "''") + ENTRY + ENTRY.replace("CRASHED", "X"))
    assert [int(line) for line in re.findall(r"known\.yaml:(\d+):", told)] == [3, 4, 5, 5]
    assert "BASELINE_TWICE 3f9a01c2 stands on line 3 already" in told


@pytest.mark.parametrize("data", [b"", b"- a\n", b"baseline: 2\n", b"\xff", b"accepted: []\n", b"baseline: 1\nx: [\n"])
def test_what_is_no_baseline_is_refused(data: bytes) -> None:
    """An empty file accepts nothing by mistake only."""
    with pytest.raises(UsageError) as caught:
        parse_baseline(data, "known.yaml", TODAY)
    assert caught.value.code == "BASELINE_MISTAKES"


def test_a_baseline_that_is_written_wants_its_reasons() -> None:
    """It can be read as soon as they are there, whatever a unit is called."""
    unit = 'bill "ing": #1 \u2028 é 😀'
    first = CaseVerdict("CRASHED", "1", "truncated", "orders", Location("c.yaml"), "", ())
    text = write_baseline([Finding("3f9a01c2", unit, first), Finding("12345678", "ledger", first)], TODAY)
    with pytest.raises(UsageError, match="BASELINE_REASON"):
        parse_baseline(text.encode(), "known.yaml", TODAY)
    entries = parse_baseline(text.replace('reason: ""', "reason: later").encode(), "known.yaml", TODAY)
    assert [(entry.id, entry.unit, entry.date) for entry in entries] == [
        ("3f9a01c2", unit, "2026-11-21"),
        ("12345678", "ledger", "2026-11-21"),
    ]


def test_nothing_to_accept_makes_an_empty_baseline() -> None:
    """Which is one all the same."""
    assert parse_baseline(write_baseline([], TODAY).encode(), "known.yaml", TODAY) == ()


def test_every_code_is_explained() -> None:
    """As those of contracts are."""
    for code in CODES:
        assert re.fullmatch(r"[A-Z][^\n]{10,90}\.", code.summary), code.name
        assert len(code.explain) > 40, code.name

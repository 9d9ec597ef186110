"""The id of a finding is the same in every run and on every machine."""

from __future__ import annotations

import pytest

from kcontract.judge.findings import group_findings
from kcontract.judge.verdict import COMPANY
from kcontract.model.finding import CaseVerdict
from kcontract.model.location import Location
from kcontract.model.record import Record


def id_of(code: str, *, kind: str = "truncated", topic: str = "orders", cause: str = "", **more: object) -> str:
    """The id that a verdict's finding gets."""
    fields = {"case": "1", "at": Location("c.yaml"), "promised": "", "seen": (), **more}
    verdict = CaseVerdict(code=code, kind=kind, topic=topic, cause=cause, **fields)  # type: ignore[arg-type]
    (finding,) = group_findings("billing", [verdict], any_dead_letter=True)
    return finding.id


def test_what_differs_from_run_to_run_is_no_part_of_it() -> None:
    """Case, offsets, lines of the contract, record and standard error."""
    first = id_of("CRASHED", cause="KeyError at app.py:12")
    again = id_of(
        "CRASHED", cause="KeyError at app.py:12", case="977.2", at=Location("other.yaml", 9, 9), seen=("offset 7",),
        stderr="pid 4711 at 0x7f3a", note="byte 5 flipped", kind="bit_flip:insert",
    )  # fmt: skip
    assert first == again


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"cause": "panic: index out of range [5] with length 3"},
            {"cause": "panic: index out of range [17] with length 9"},
        ),
        ({"cause": "panic: bad pointer 0xc000012af0"}, {"cause": "panic: bad pointer 0xc00009bcd8"}),
        ({"cause": "/items/3/price"}, {"cause": "/items/11/price"}),
        ({"topic": "retry-20261121-150348-679d"}, {"topic": "retry-20270101-000000-0a1b"}),
    ],
)
def test_numbers_of_one_run_are_taken_out(one: dict[str, str], other: dict[str, str]) -> None:
    """Addresses, lengths, places in lists, names of runs."""
    assert id_of("UNDECLARED_EVENT", **one) == id_of("UNDECLARED_EVENT", **other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"cause": "KeyError at app.py:12"}, {"cause": "KeyError at app.py:13"}),
        ({"cause": "exit 1"}, {"cause": "exit 2"}),
        ({"cause": "/a/price"}, {"cause": "/b/price"}),
        ({"topic": "orders"}, {"topic": "orders2"}),
        ({"kind": "truncated"}, {"kind": "bit_flip"}),
        ({"kind": "truncated", "cause": "SIGSEGV"}, {"kind": "bit_flip", "cause": "SIGSEGV"}),
    ],
)
def test_defects_are_told_apart(one: dict[str, str], other: dict[str, str]) -> None:
    """What makes another defect makes another id."""
    assert id_of("CRASHED", **one) != id_of("CRASHED", **other)


def test_variants_of_a_kind_are_one_defect() -> None:
    """Which variant came first is chance."""
    assert id_of("ACCEPTED_INVALID", kind="wrong_type:integer") == id_of("ACCEPTED_INVALID", kind="wrong_type:string")


WHATEVER_THE_KIND = {
    "company": {"code": "COLLATERAL", "cause": COMPANY},
    "lost": {"code": "LOST"},
    "late": {"code": "NO_REPLY", "cause": "late"},
    "retries": {"code": "ENDLESS_RETRY"},
    "stuck": {"code": "STUCK"},
    "ends itself": {"code": "CRASH_LOOP", "cause": "exit 1"},
}


@pytest.mark.parametrize("which", WHATEVER_THE_KIND)
def test_a_defect_that_has_nothing_to_do_with_the_kind(which: str) -> None:
    """The record that it shows with is chance."""
    same = WHATEVER_THE_KIND[which]
    assert id_of(**same, kind="truncated") == id_of(**same, kind="bit_flip")


def test_the_same_with_another_fault_is_another_defect() -> None:
    """And with none a third."""
    assert len({id_of("LOST", during=fault) for fault in ("", "brokerDown", "registryDown")}) == 3


@pytest.mark.parametrize("code", ["NOT_DEAD_LETTERED", "NO_REPLY"])
def test_a_receiver_that_refuses_nothing_is_one_finding(code: str) -> None:
    """Where some kinds are refused, each of the others is a defect of its own."""
    at = Location("c.yaml")
    verdicts = [
        CaseVerdict(code=code, case=str(number), kind=kind, topic="orders", at=at, promised="", seen=())
        for number, kind in enumerate(("truncated", "bit_flip"))
    ]
    assert len(group_findings("billing", verdicts, any_dead_letter=False)) == 1
    assert len(group_findings("billing", verdicts, any_dead_letter=True)) == 2


def seen(case: str, size: int, *, confirmed: bool = True) -> CaseVerdict:
    """A verdict on a record of that size."""
    record = Record(None, b"x" * size)
    return CaseVerdict(
        code="STUCK", case=case, kind="truncated", topic="orders", at=Location("c.yaml"), promised="", seen=(),
        record=record, confirmed=confirmed,
    )  # fmt: skip


def test_the_example_that_tells_most() -> None:
    """The smallest of those that were tried again themselves; a case counts once, however often it was sent."""
    verdicts = [seen("1", 30), seen("2", 20), seen("2.1", 20), seen("3", 10, confirmed=False)]
    (finding,) = group_findings("billing", verdicts, any_dead_letter=True)
    assert (finding.first.case, finding.count) == ("2", 3)


def test_two_units_have_no_defect_in_common() -> None:
    """Each has its own entry in a baseline."""
    ids = {group_findings(unit, [seen("1", 1)], any_dead_letter=True)[0].id for unit in ("billing", "ledger")}
    assert len(ids) == 2

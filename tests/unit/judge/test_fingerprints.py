"""The id of a finding is the same in every run and on every machine."""

from __future__ import annotations

import pytest

from kcontract.judge.findings import group_findings
from kcontract.model.finding import CaseVerdict
from kcontract.model.location import Location


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
    ],
)
def test_defects_are_told_apart(one: dict[str, str], other: dict[str, str]) -> None:
    """What makes another defect makes another id."""
    assert id_of("CRASHED", **one) != id_of("CRASHED", **other)


def test_variants_of_a_kind_are_one_defect() -> None:
    """Which variant came first is chance."""
    assert id_of("ACCEPTED_INVALID", kind="wrong_type:integer") == id_of("ACCEPTED_INVALID", kind="wrong_type:string")

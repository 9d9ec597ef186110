"""A service that answers requests, and faults: an error is an honest answer while one is on, and not for ever."""

from __future__ import annotations

import pytest

from kcontract.model import events as ev
from kcontract.model.case import Role
from tests.unit.judge.asked import Asked


def codes(fault: str, *, errors: tuple[bool, bool]) -> list[str]:
    """The verdicts on a service that answers the request sent meanwhile, and the one behind the fault, with `errors`
    or not: two rounds of it."""
    story = Asked()
    for number in ("1", "2"):
        story.window("fault", fault)
        story.tell(ev.FaultBegan(story._tick(), fault, int(number)))
        story.send(f"a{number}")
        story.answer(f"a{number}", bad=errors[0])
        story.tell(ev.FaultEnded(story._tick(), fault))
        story.send(f"s{number}", role=Role.SENTINEL)
        story.answer(f"s{number}", bad=errors[1])
        story.close()
        story.tell(ev.FaultSettled(story._tick(), fault, 30.0))
    if story.codes:
        assert "each of 1 healthy records sent since is answered with an error" in story.verdict.seen[0]
    return story.codes


@pytest.mark.parametrize("fault", ["brokerDown", "databaseDown", "killed"])
def test_an_error_while_it_is_on(fault: str) -> None:
    """Whoever asked knows that there is no answer now."""
    assert codes(fault, errors=(True, False)) == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [("brokerDown", "NOT_RECOVERED"), ("databaseDown", "NOT_RECOVERED"), ("killed", "REJECTED_VALID")],
)
def test_errors_for_ever(fault: str, code: str) -> None:
    """A session in a failed state, say: it is answered, and nothing is done any more."""
    assert codes(fault, errors=(True, True)) == [code]

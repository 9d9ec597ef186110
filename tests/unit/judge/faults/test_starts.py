"""A service that ended with a fault is started again: what is said if it does not get ready."""

from __future__ import annotations

import pytest

from kcontract.judge.faults.book import FaultBook
from tests.unit.judge.faults.test_book import Faulty


def start_in_vain(story: Faulty, seconds: float = 60.0, code: int | None = None) -> None:
    story.start()
    story.wait(seconds)
    story.kill("restart") if code is None else story.exit(code)


@pytest.mark.parametrize(
    ("fault", "codes", "verdicts"),
    [
        ("killed", (None, None), ["STUCK"]),
        ("brokerDown", (None, None), ["NOT_RECOVERED"]),
        ("killed", (3, 3), ["CRASHED"]),
        ("brokerDown", (3, 3), ["CRASHED"]),
        ("killed", (None, 3), ["STUCK"]),
        ("killed", (3,), []),
        ("killed", (), []),
    ],
)
def test_a_service_that_does_not_start_again(fault: str, codes: tuple[int | None, ...], verdicts: list[str]) -> None:
    """Two starts that lead nowhere are one verdict, and nothing is said of the records that nobody took."""
    story = Faulty(fault)
    story.start()
    story.wait(20.0)
    story.ready()

    def starts(story: Faulty) -> None:
        story.kill("fault")
        for code in codes:
            start_in_vain(story, code=code)
        if len(codes) < 2:
            story.start()
            story.ready()

    story.trial(starts, handled=not verdicts)
    assert (story.codes, story.open) == (verdicts, False)
    if verdicts:
        assert story.verdict.seen[0].startswith("started again it ")
        assert story.verdict.seen[0].endswith("before the fault it was ready within 20.0 s")


def test_a_start_that_takes_as_long_as_before() -> None:
    """Who always needs forty seconds is not blamed for sixty: the machine may be busy."""
    story = Faulty("killed")
    story.start()
    story.wait(40.0)
    story.ready()

    def twice(story: Faulty) -> None:
        start_in_vain(story)
        start_in_vain(story)

    story.trial(twice, handled=False)
    assert (story.codes, story.open, story.state.book(FaultBook).is_lost) == ([], False, False)

"""The queue of cases: all of them once, mixed, and no more of them in memory than a block."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from msgspec.structs import replace

from kcontract.engine.windows.case_queue import BLOCK, CaseQueue
from kcontract.model.case import Case, Expectation
from kcontract.model.record import Record

VALUE = bytes(1 << 14)


def ordered() -> Random:
    return Random(1)  # noqa: S311 - an order, not a secret


def cases(first: int, count: int, expectation: Expectation = Expectation.VALID) -> Iterator[Case]:
    return (Case(str(first + n), "t", Record(), "valid", expectation) for n in range(count))


def test_every_case_comes_once_and_mixed() -> None:
    """Over several blocks each window's worth holds malformed ones, and nothing is lost or doubled."""
    bad = list(cases(0, 300, Expectation.INVALID))
    queue = CaseQueue(cases(1000, 3 * BLOCK), bad, ordered(), 3 * BLOCK)
    assert queue.total == 3 * BLOCK + 300
    drawn = list(queue)
    assert sorted(int(case.id) for case in drawn) == [*range(300), *range(1000, 1000 + 3 * BLOCK)]
    shares = [drawn[at : at + 1000] for at in range(0, 12_000, 1000)]
    assert all(any(case.expectation is Expectation.INVALID for case in share) for share in shares)


def test_cases_are_made_when_their_turn_comes() -> None:
    """No more than a block of valid cases is made before the first of them is taken."""
    made: list[str] = []

    def making() -> Iterator[Case]:
        for case in cases(0, 5 * BLOCK):
            made.append(case.id)
            yield case

    queue = CaseQueue(making(), [], ordered(), 5 * BLOCK)
    assert len(queue.take(10)) == 10
    assert len(made) == BLOCK


def test_what_is_prepared_is_taken_in_the_same_order() -> None:
    """Whenever the next cases are made, and be it half a block by then, they come as if made when they are taken."""
    bad = [*cases(0, 300, Expectation.INVALID)]
    alone, prepared = (CaseQueue(cases(1000, 3 * BLOCK), bad, ordered(), 3 * BLOCK) for _ in range(2))
    order = [case.id for case in alone]
    drawn = prepared.take(BLOCK - 500)
    for most in (BLOCK, 9 * BLOCK):
        for _ in range(3):
            assert prepared.prepare(most)
        drawn += prepared.take(BLOCK - 500)
    assert [case.id for case in (*drawn, *prepared)] == order


def test_no_more_is_prepared_than_wanted() -> None:
    """Once as many wait, at the block's end, nothing is made; nor when nothing is left."""
    made: list[str] = []

    def making() -> Iterator[Case]:
        for case in cases(0, 3 * BLOCK):
            made.append(case.id)
            yield case

    queue = CaseQueue(making(), [], ordered(), 3 * BLOCK)
    while queue.prepare(BLOCK + 1):
        assert len(made) <= 2 * BLOCK
    assert len(made) == 2 * BLOCK
    while queue.prepare(9 * BLOCK):
        pass
    assert len(made) == len(list(queue)) == 3 * BLOCK


def test_a_large_window_takes_of_several_blocks() -> None:
    """As many as are asked for, though more than a block is made at once."""
    queue = CaseQueue(cases(0, 3 * BLOCK), [], ordered(), 3 * BLOCK)
    assert [len(queue.take(BLOCK + 500)) for _ in range(4)] == [BLOCK + 500, BLOCK + 500, BLOCK - 1000, 0]


def test_large_values_are_made_no_sooner_than_needed() -> None:
    """What is taken at once weighs no more than a window may, and no further block is made for it."""
    made: list[str] = []

    def making() -> Iterator[Case]:
        for case in cases(0, 3 * BLOCK):
            made.append(case.id)
            yield replace(case, record=Record(value=VALUE))

    queue = CaseQueue(making(), [], ordered(), 3 * BLOCK)
    assert len(queue.take(2 * BLOCK)) == (16 << 20) // len(VALUE)
    assert len(made) == BLOCK


def test_what_is_put_back_comes_next() -> None:
    """In its order, before everything else."""
    queue = CaseQueue(cases(0, 50), [], ordered(), 50)
    first = queue.take(5)
    queue.put_back(first)
    assert queue.total == 50
    assert queue.take(5) == first
    assert len(list(queue)) == 45


def test_malformed_cases_do_not_end_with_the_valid_ones() -> None:
    """Fewer valid cases than expected: all malformed ones come all the same."""
    queue = CaseQueue(cases(1000, 10), list(cases(0, 900, Expectation.INVALID)), ordered(), 100 * BLOCK)
    assert len(list(queue)) == 910


def test_large_cases_come_in_smaller_numbers() -> None:
    """A window's worth of records of a megabyte is no gigabyte."""
    large = (Case(str(n), "t", Record(value=bytes(1 << 20)), "valid", Expectation.VALID) for n in range(40))
    queue = CaseQueue(large, [], ordered(), 40)
    assert [len(queue.take(100)) for _ in range(4)] == [16, 16, 8, 0]


def test_large_cases_among_many_small_ones_count() -> None:
    """A part of many tells what all weigh, so that a window's worth stays what fits into memory."""
    values = (bytes(1 << 16) if number % 4 == 0 else b"" for number in range(3_000))
    mixed = (Case(str(n), "t", Record(value=value), "valid", Expectation.VALID) for n, value in enumerate(values))
    taken = CaseQueue(mixed, [], ordered(), 3_000).take(3_000)
    assert sum(len(one.record.value or b"") for one in taken) == 16 << 20

"""The answers of a whole window: crossed ones, repeated ones, and how long each took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.replies import has_other_sort, is_undue

_UNMEASURED = ("warm", "first")
"""Windows that come right after a start, which takes its time."""


def sort_out(window: Window, strays: int) -> None:
    """Note of each delivery of a window that has just ended what only its neighbours can tell.

    `strays` is how many answers came for requests of earlier windows.
    """
    owed = [delivery for delivery in window.deliveries if delivery.owed is not None and not delivery.refused]
    if not owed or window.disturbed:
        return
    missing = [delivery for delivery in owed if not delivery.answers and not delivery.dead_letters]
    doubles = [delivery for delivery in owed if len(delivery.answers) > 1]
    swapped = [delivery for delivery in owed if has_other_sort(delivery)]
    undue = any(is_undue(delivery, answer) for delivery in window.deliveries for answer in delivery.answers)
    moved = strays > 0 and bool(swapped)  # right ones only come late
    shifted = bool(missing) and (bool(doubles) or moved or undue)
    exchanged = len({delivery.expectation for delivery in swapped}) > 1
    for delivery in (*missing, *swapped):
        delivery.crossed = shifted or exchanged
    for delivery in doubles:
        delivery.twice = not missing
    if window.purpose not in _UNMEASURED:
        _measure(owed)


def _measure(owed: Iterable[Delivery]) -> None:
    answered = [delivery for delivery in owed if delivery.answers and delivery.place is not None]
    answered.sort(key=lambda delivery: (delivery.place or ("", 0), delivery.offset))
    for _, group in groupby(answered, key=lambda delivery: delivery.place):
        _measure_partition(list(group))


def _measure_partition(answered: Sequence[Delivery]) -> None:
    """A request waits for those before it, which is nobody's fault: its own time begins when the one before it has its
    answer, and at the latest when one behind it has."""
    overtaken = [float("inf")] * len(answered)
    for place in range(len(answered) - 2, -1, -1):
        overtaken[place] = min(overtaken[place + 1], _answered_at(answered[place + 1]))
    before = 0.0
    for delivery, behind in zip(answered, overtaken, strict=True):
        at = _answered_at(delivery)
        begun = min(max(delivery.acked_at, before), behind)
        delivery.waited = max(0.0, at - max(begun, delivery.acked_at))
        before = max(before, at)


def _answered_at(delivery: Delivery) -> float:
    return delivery.answers[0].at

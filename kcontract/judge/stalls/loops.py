"""Standing still, told apart: is one record taken again and again, does the group form on and on, or is it dead?"""

from __future__ import annotations

from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.tapped import OFTEN
from kcontract.model.value import Value

_LONG = 10.0
"""Seconds in which whoever loops would have been seen to do so, back-off or not."""


class Loop(Value, frozen=True):
    """What a service that stands still was seen to do. `facts` in words."""

    again: bool = False
    storm: bool = False
    facts: tuple[str, ...] = ()


def loop_of(delivery: Delivery, window: Window, *, ever_committed: bool, known: bool) -> Loop:
    """What the window shows of a service that stood still with `delivery` as the suspect.

    A storm has no record in its way: the service never committed anything, or only the window as a whole does it.
    `known`: it was proved before that the service takes records again and again.
    """
    if not window.stalled:
        return Loop()
    if window.tapped.storms() and (not ever_committed or window.purpose == "repeat"):
        formed = f"the group was formed {window.tapped.generations} times in this window, and nothing was committed"
        return Loop(storm=True, facts=(formed,))
    if window.purpose != "alone":
        return Loop()
    seen = (*_fetched(delivery, window, known), *_handled(delivery, window, known), *_replaced(window))
    facts = seen or _presumed(window, known)
    return Loop(again=bool(facts), facts=facts)


def _presumed(window: Window, known: bool) -> tuple[str, ...]:
    """Back-off hides the next attempts of a service that is known to loop, where it was waited for briefly, and so does
    a dead member that its group waits for."""
    if not known or (window.stood >= _LONG and not window.rejoins):
        return ()
    return (f"it stood still for {window.stood:.0f} s, as with a record that it was seen to take again and again",)


def _enough(delivery: Delivery, known: bool) -> int:
    """More often than declared, and often; where it is known, the wait may have been too short for so many."""
    retry = delivery.source.receive.retry
    return max(OFTEN - known, (retry.attempts if retry else 0) + 2)


def _fetched(delivery: Delivery, window: Window, known: bool) -> tuple[str, ...]:
    if delivery.place is None:
        return ()
    offset, times = window.tapped.fetches(delivery.place, _first(delivery, window), delivery.offset)
    if times < _enough(delivery, known):
        return ()
    topic, partition = delivery.place
    return (f"the service fetched from {topic}/{partition}@{offset} {times} times and got the same records each time",)


def _handled(delivery: Delivery, window: Window, known: bool) -> tuple[str, ...]:
    """The record, or one before it in the window, had its outcome once more and once more."""
    first = _first(delivery, window)
    rounds = max(
        (
            one.rounds
            for one in window.deliveries
            if one.place == delivery.place and first <= one.offset <= delivery.offset
        ),
        default=0,
    )
    return (f"the same outcome came {rounds} times",) if rounds >= _enough(delivery, known) else ()


def _replaced(window: Window) -> tuple[str, ...]:
    """Whoever took it joined anew, was given the record again, and joined anew once more; nothing else had moved."""
    if window.rejoins < 2:
        return ()
    return (f"{window.rejoins} times its group was formed anew, by the same process, while nothing moved",)


def _first(delivery: Delivery, window: Window) -> int:
    return min((one.offset for one in window.deliveries if one.place == delivery.place), default=delivery.offset)

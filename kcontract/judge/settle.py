"""When a window has settled and negatives may be stated, and whom to suspect else (ORACLE.md §3, §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.pace import Pace
from kcontract.judge.tapped import OFTEN
from kcontract.model.case import Expectation, Role
from kcontract.model.record import TopicPartition


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a window is."""

    complete: bool
    """Every end sentinel and every end marker has an outcome, and the commits have followed (§3 a and b)."""
    answered: bool = False
    """The same, whether the commits have followed or not."""
    missing: tuple[TopicPartition, ...] = ()
    """Partitions whose end sentinel has no outcome."""
    passed: tuple[TopicPartition, ...] = ()
    """Those of them whose sentinel is committed past all the same: a further sentinel is due."""


def standing(window: Window, committed: Mapping[TopicPartition, int], pace: Pace, *, commits: bool) -> Standing:
    """Where the window stands, at a cost that does not grow with it. `commits`: committed offsets are waited for."""
    sentinels = window.sentinels
    missing = tuple(place for place, last in sentinels.items() if not _has_outcome(last, committed, pace))
    passed = tuple(place for place in missing if _is_past(sentinels[place], committed))
    ends = (*sentinels.values(), *window.ends.values())
    followed = not commits or all(_is_past(last, committed) for last in ends)
    probes = window.poisons if window.purpose == "probe" else ()
    marked = all(_is_answered(poison, committed, pace) for poison in (*window.markers, *probes))
    closed = all(_has_outcome(last, committed, pace) for last in window.closers.values())
    answered = bool(sentinels) and not window.unplaced and not missing and closed and marked
    return Standing(answered and followed, answered, missing, passed)


def _has_outcome(delivery: Delivery, committed: Mapping[TopicPartition, int], pace: Pace) -> bool:
    """Where no effect can be seen, the commit is the only outcome; without commits nothing can be waited for."""
    if delivery.has_outcome:
        return True
    return not delivery.wanted and (not pace.commits or _is_past(delivery, committed))


def _is_answered(marker: Delivery, committed: Mapping[TopicPartition, int], pace: Pace) -> bool:
    """An invalid end marker has an outcome, or was passed by a service that commits what it has handled.

    Late commits (auto-commit, Streams) say nothing of it: then a dead letter or an error reply is waited for, and
    where none is promised the sentinel before it must do.
    """
    if marker.has_outcome or (pace.prompt_commits and _is_past(marker, committed)):
        return True
    return not marker.source.shows_rejections and not pace.prompt_commits


def _is_past(delivery: Delivery, committed: Mapping[TopicPartition, int]) -> bool:
    return delivery.place is not None and committed.get(delivery.place, 0) > delivery.offset


def suspects(window: Window, committed: Mapping[TopicPartition, int]) -> tuple[Delivery, ...]:
    """Records that may have ended or stopped the service, most suspect first (ORACLE.md §4).

    All without an outcome behind the last outcome seen in their partition, the heads of all partitions first; then
    those handled again and again; then those without an outcome before the last one; where the service was ended for
    the memory that it holds, the cases with an outcome as well.
    """
    behind: list[tuple[int, Delivery]] = []
    before: list[Delivery] = []
    for place in {delivery.place for delivery in window.deliveries if delivery.place}:
        there = [delivery for delivery in window.deliveries if delivery.place == place]
        last = max((delivery.offset for delivery in there if delivery.has_outcome), default=-1)
        open_ones = [delivery for delivery in there if not delivery.has_outcome]
        late = [delivery for delivery in open_ones if delivery.offset > last]
        behind += enumerate(late)
        before += [delivery for delivery in open_ones if delivery.offset < last]
    behind.sort(key=lambda ranked: (ranked[0], _likelihood(ranked[1])))
    before.sort(key=lambda delivery: (_is_past(delivery, committed), -delivery.offset))
    again = (delivery for delivery in window.deliveries if window.stalled and delivery.rounds >= OFTEN)
    done = (delivery for delivery in window.deliveries if window.bloated and _may_bloat(delivery))
    return (*(delivery for _, delivery in behind), *again, *before, *done)


def is_suspect(own: Delivery, window: Window) -> bool:
    """Whether the service ended or stood still with the record: it has no outcome, or it is a bad one and the last that
    has one.

    Who refuses a bad record well and is at an end then has nothing to show for what stands behind it. With a valid one
    that was handled it was something else.
    """
    others = window.suspects
    behind = bool(others) and all(one.place == own.place and one.offset > own.offset for one in others)
    return (behind and own.expectation is not Expectation.VALID) or any(one is own for one in others)


def _may_bloat(delivery: Delivery) -> bool:
    """A service that holds too much may have got as far as the record's outcome before that was seen."""
    return delivery.has_outcome and delivery.case.role is Role.CASE


def _likelihood(delivery: Delivery) -> int:
    return (Expectation.INVALID, Expectation.EITHER, Expectation.VALID).index(delivery.expectation)

"""Putting into words what lasts: a service that a record ends or stops for good, by what is kept of it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kcontract.judge.cause import ended_in_words
from kcontract.judge.effect_verdict import effect_verdict
from kcontract.judge.evidence import Delivery, Exit, Window
from kcontract.judge.promised import promise
from kcontract.model.finding import CaseVerdict


def left_verdict(delivery: Delivery, control: Window) -> CaseVerdict:
    """Of a record that was sent alone between two windows of healthy ones, of which only `control` went wrong."""
    code, did = ("CRASH_LOOP", "ended") if control.exits else ("STUCK", "stopped")
    facts = (
        f"behind it healthy records alone {did} the service, in a new process as well: of what it keeps",
        "before it they did not: what the service kept of earlier records had been emptied",
    )
    last = control.exits[-1] if control.exits else None
    cause, words = (last.cause, last.stderr) if last else ("", control.last_words)
    return _verdict(code, delivery, facts, cause, words)


def lasting_verdict(first: Window, last: Window, times: int) -> CaseVerdict:
    """Of the likeliest suspect of the first window. `last`: healthy records, that end or stop the service once more."""
    did = "ended" if last.exits else "stopped"
    fact = f"behind everything sent, healthy records alone {did} it {times} times: what it keeps does that"
    if last.exits and first.exits:
        return never_again(first, last.exits[-1], (fact,))
    stood = f"the service stood still with this record as a suspect{_among(first)}"
    return _verdict("STUCK", _likeliest(first), (stood, fact), "", last.last_words)


def never_again(window: Window, last: Exit, facts: Sequence[str]) -> CaseVerdict:
    """CRASH_LOOP of the likeliest suspect of the window since which the service only ends. `facts`: how that shows."""
    first = f"the process {ended_in_words(window.exits[0].code)} with this record as a suspect{_among(window)}"
    return _verdict("CRASH_LOOP", _likeliest(window), (first, *facts), last.cause, last.stderr)


def _likeliest(window: Window) -> Delivery:
    """The record that it is about, if that is alone, else the first of the suspects."""
    own = (one for one in window.suspects if window.purpose == "alone" and one.case.root == window.of)
    return next(own, window.suspects[0])


def _among(window: Window) -> str:
    return f", the likeliest of {len(window.suspects)}" if len(window.suspects) > 1 else ""


def _verdict(code: str, suspect: Delivery, facts: Sequence[str], cause: str, stderr: str) -> CaseVerdict:
    reached = effect_verdict(code, suspect, promise(code, suspect), facts, cause=cause)
    return msgspec.structs.replace(reached, stderr=stderr)

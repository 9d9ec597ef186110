"""What a probe's answer says of a record (FORMAT.md `probe`)."""

from __future__ import annotations

import re
from enum import Enum

from kcontract.model.contract import Probe
from kcontract.model.events import Probed
from kcontract.oracle.expressions import MISSING, parse_body
from kcontract.oracle.when import applies

_SHOWN_BYTES = 160


class View(Enum):
    """What can be seen of a record from outside."""

    UNCLEAR = "unclear"
    """The probe itself failed: nobody knows."""
    ABSENT = "absent"
    """As if the record had never been sent."""
    WRONG = "wrong"
    """There is something, and it is not what the contract expects."""
    SHOWN = "shown"


def view_of(probe: Probe, answer: Probed, control: Probed | None) -> View:
    """`control` is the answer for a record that was never sent. An answer that only differs from what is expected is
    WRONG if that one was another, for a list may be empty and a page may say so with status 200."""
    if probe.function is not None:
        return _of_function(answer)
    view = _of_command(probe, answer) if probe.command else _of_page(probe, answer)
    if view is View.WRONG and (control is None or _essence(control) == _essence(answer)):
        return View.ABSENT
    return view


def in_words(probe: Probe, answer: Probed) -> str:
    """What the probe said."""
    text = " ".join(answer.body[:_SHOWN_BYTES].decode("utf-8", "backslashreplace").split())
    if probe.function is not None:
        return f"{probe.function}: {answer.error or answer.holds}"
    if answer.error and not answer.status and answer.exit_code is None:
        return answer.error[:_SHOWN_BYTES]
    return f"exit code {answer.exit_code} {text}".strip() if probe.command else f"{answer.status} {text}".strip()


def _of_function(answer: Probed) -> View:
    """True, False, or an AssertionError, which says what is wrong."""
    if answer.holds is None:
        return View.UNCLEAR
    if answer.holds:
        return View.SHOWN
    return View.WRONG if answer.error else View.ABSENT


def _of_command(probe: Probe, answer: Probed) -> View:
    if answer.exit_code is None or answer.exit_code < 0:
        return View.UNCLEAR
    if answer.exit_code != (probe.expect_exit or 0):
        return View.ABSENT
    said = answer.body.decode("utf-8", "replace")
    matches = probe.expect_stdout is None or re.search(probe.expect_stdout, said) is not None
    return View.SHOWN if matches else View.WRONG


def _of_page(probe: Probe, answer: Probed) -> View:
    expected = range(200, 300) if probe.expect_status is None else (probe.expect_status,)
    if answer.status not in expected:
        return View.UNCLEAR if not answer.status or answer.status >= 500 else View.ABSENT
    if probe.expect_body is None:
        return View.SHOWN
    body = parse_body(answer.body)
    return View.SHOWN if body is not MISSING and applies(probe.expect_body, body) else View.WRONG


def _essence(answer: Probed) -> tuple[int, int | None, bytes]:
    """The answer without what names the record."""
    body = answer.body.lower()
    for token in answer.tokens:
        body = body.replace(token.lower(), b"*")
    return answer.status, answer.exit_code, body

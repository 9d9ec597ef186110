"""Assertions about what a handler has sent, with everything that one wants to know when they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kcontract.model.record import Record as Bare
from kcontract.report.diff import diff_records
from kcontract.testing.contracts import ContractInTest, contract
from kcontract.testing.handling.returned import is_rejection
from kcontract.testing.values import Case, Record

_LINES = 30


def assert_valid_event(event: Any, of: str | ContractInTest) -> None:
    """Fail unless `event` is a valid one of the contract (or of the topic `of`).

    `event`: anything with `key`, `value` and `headers`, as attributes or methods; bytes, of which key and headers are
    not judged; or a payload in JSON form.
    """
    __tracebackhide__ = True
    known = contract(of) if isinstance(of, str) else of
    record, problem = _record(event, known)
    case = known.look(record)
    if case.expectation == "invalid":
        shown = known.words(record)
        lines = [f"not a valid event of {known.topic}: {problem or case.reason}", f"  value: {shown.form}"]
        lines += [f"    {line}" for line in shown.lines[:_LINES]]
        lines += [f"  key: {record.key!r}", *(f"  header {name}: {value!r}" for name, value in record.headers)]
        raise AssertionError("\n".join(lines))


def assert_dead_lettered(letters: Any, original: Any, preserve: Iterable[str] = ("value", "key", "headers")) -> None:
    """Fail unless one of `letters` (a record, or several) is the dead letter of `original`, a record or a case.

    `preserve`: what must be the same, byte for byte; headers may be added.
    """
    __tracebackhide__ = True
    sent = _bare(original.record if isinstance(original, Case) else original)
    found = [_bare(one) for one in (letters if isinstance(letters, (list, tuple)) else [letters]) if one is not None]
    if not found:
        raise AssertionError("no dead letter came")
    kept = frozenset(preserve)
    changes = [[line for line in diff_records(sent, _merged(sent, one, kept)) if line] for one in found]
    if all(changes):
        closest = min(changes, key=len)
        raise AssertionError("\n".join(["no dead letter is what was sent; the closest one differs:", *closest]))


def assert_rejected(handler: Callable[[Any], Any], case: Case, rejects: tuple[type[BaseException], ...] = ()) -> None:
    """Fail unless the handler refuses the case's record: by one of `rejects`, or `Rejected`, raised or returned."""
    __tracebackhide__ = True
    try:
        made = handler(case.record)
    except rejects:
        return
    except Exception as error:
        if is_rejection(error):
            return
        raise
    if not is_rejection(made):
        kind = "a malformed record" if case.expectation == "invalid" else f"a record that is {case.expectation}"
        why = f": {case.reason}" if case.reason else ""
        raise AssertionError(f"accepted {kind}: {case.kind}{why}; it returned {made!r}")


def _record(event: Any, known: ContractInTest) -> tuple[Record, str]:
    """The record that an event is, and why a payload is none."""
    if isinstance(event, Record):
        return event, ""
    if isinstance(event, (bytes, bytearray)):
        return known.completed(bytes(event)), ""
    if _is_payload(event):
        return known.attempted(event)
    bare = _bare(event)
    return Record(known.topic, 0, 0, bare.key, bare.value, bare.headers, None), ""


def _is_payload(event: Any) -> bool:
    """Whether it is neither encoded nor any client's record."""
    parts = hasattr(event, "value") and hasattr(event, "key") and not isinstance(event, dict)
    return not (parts or isinstance(event, (bytes, bytearray)))


def _bare(event: Any) -> Bare:
    """Key, value and headers of any client's record."""
    key, value, headers = (_part(event, name) for name in ("key", "value", "headers"))
    pairs = headers.items() if isinstance(headers, dict) else headers or ()
    return Bare(_bytes(key), _bytes(value), tuple((str(name), _bytes(one)) for name, one in pairs))


def _part(event: Any, name: str) -> Any:
    part = getattr(event, name, None)
    return part() if callable(part) else part


def _bytes(value: Any) -> bytes | None:
    return value.encode() if isinstance(value, str) else None if value is None else bytes(value)


def _merged(sent: Bare, letter: Bare, preserve: frozenset[str]) -> Bare:
    """The letter, with what need not be preserved as it was sent, and without headers that were added."""
    names = {name for name, _ in sent.headers}
    headers = tuple(pair for pair in letter.headers if pair[0] in names)
    return Bare(
        letter.key if "key" in preserve else sent.key,
        letter.value if "value" in preserve else sent.value,
        headers if "headers" in preserve else sent.headers,
    )

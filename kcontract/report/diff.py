"""The difference between two records, byte by byte, in words."""

from __future__ import annotations

from kcontract.model.case import CASE_HEADER
from kcontract.model.record import Headers, Record
from kcontract.model.value import Value
from kcontract.report.abbreviate import middle, size

_GAP = 2
"""Differing bytes with at most so many equal ones between them are told as one change."""
_NAME = 40
_SHOWN = 8
"""Bytes of each side that a sentence quotes."""


class Change(Value, frozen=True):
    """`old` stands at `old_offset` in the first value where `new` stands at `offset` in the second one."""

    offset: int
    old: bytes
    new: bytes

    def __str__(self) -> str:
        if not self.old:
            return f"at byte {self.offset}: {size(self.new)} added: {quoted(self.new)}"
        if not self.new:
            return f"at byte {self.offset}: {size(self.old)} removed: {quoted(self.old)}"
        if len(self.old) == len(self.new) == 1:
            return f"byte {self.offset}: {quoted(self.old)} → {quoted(self.new)}"
        return f"from byte {self.offset}: {_counted(self.old)} → {_counted(self.new)}"


def diff_bytes(old: bytes, new: bytes) -> tuple[Change, ...]:
    """What turns `old` into `new`: every run of differing bytes for equal lengths, else the one span that differs."""
    if old == new:
        return ()
    if len(old) == len(new):
        return tuple(Change(start, old[start:end], new[start:end]) for start, end in _runs(old, new))
    start = _common_prefix(old, new)
    shared = _common_prefix(old[start:][::-1], new[start:][::-1])
    return (Change(start, old[start : len(old) - shared], new[start : len(new) - shared]),)


def diff_records(sent: Record, found: Record) -> tuple[str, ...]:
    """How `found` differs from `sent`, one sentence a difference: value, key, then original headers by name.

    Null and empty are two things for value and key, and one for headers; headers that were added are no difference
    (ORACLE.md §2, §6).
    """
    return (
        *_diff_field("value", sent.value, found.value),
        *_diff_field("key", sent.key, found.key),
        *_diff_headers(sent.headers, found.headers),
    )


def diff_envelopes(old: Record, new: Record) -> tuple[str, ...]:
    """What turns key, headers and timestamp of `old` into those of `new`, one sentence each; null is not empty here.

    The marker, which runs put on what they send, is no difference.
    """
    told = [f"key: {_brief(old.key)} → {_brief(new.key)}"] if old.key != new.key else []
    names = dict.fromkeys(name for name, _ in (*old.headers, *new.headers) if name != CASE_HEADER)
    for name in names:
        before, after = ([value for key, value in one.headers if key == name] for one in (old, new))
        if before != after:
            told.append(f"header {middle(name, _NAME)}: {_several(before)} → {_several(after)}")
    if not told and [n for n, _ in old.headers] != [n for n, _ in new.headers if n != CASE_HEADER]:
        told.append("headers: in another order")
    if old.timestamp != new.timestamp:
        told.append(f"time: {_time(old.timestamp)} → {_time(new.timestamp)}")
    return tuple(told)


def quoted(data: bytes) -> str:
    """The first bytes in hex, with their ASCII where all of it is printable: `48 69 "Hi"`."""
    shown = data[:_SHOWN]
    text = shown.decode("latin-1")
    quote = "'" if '"' in text else '"'
    ascii_text = f" {quote}{text}{quote}" if text.isascii() and text.isprintable() else ""
    return shown.hex(" ") + (" …" if len(data) > _SHOWN else "") + ascii_text


def _counted(data: bytes) -> str:
    return f"{quoted(data)} ({size(data)})"


def _runs(old: bytes, new: bytes) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for place, (left, right) in enumerate(zip(old, new, strict=True)):
        if left == right:
            continue
        if runs and place - runs[-1][1] <= _GAP:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def _common_prefix(left: bytes, right: bytes) -> int:
    """Length of the common beginning, by bisection (values may have megabytes)."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        half = (low + high + 1) // 2
        if left[low:half] == right[low:half]:
            low = half
        else:
            high = half - 1
    return low


def _diff_field(name: str, sent: bytes | None, found: bytes | None) -> tuple[str, ...]:
    if sent == found:
        return ()
    if sent is None or found is None:
        return (f"{name}: {_brief(sent)} was sent, {_brief(found)} came",)
    changes = diff_bytes(sent, found)
    told = [f"{name}: {change}" for change in changes[:3]]
    if len(changes) > len(told):
        told.append(f"{name}: and {len(changes) - len(told)} more places")
    return tuple(told)


def _diff_headers(sent: Headers, found: Headers) -> tuple[str, ...]:
    told: list[str] = []
    for name in dict.fromkeys(name for name, _ in sent):
        before, after = _values(sent, name), _values(found, name)
        if not after:
            told.append(f"header {name}: missing")
        elif before != after[: len(before)]:
            told.append(f"header {name}: {_list(before)} was sent, {_list(after)} came")
    return tuple(told)


def _values(headers: Headers, name: str) -> list[bytes]:
    return [value or b"" for key, value in headers if key == name]


def _list(values: list[bytes]) -> str:
    return ", ".join(_brief(value) for value in values)


def _several(values: list[bytes | None]) -> str:
    return ", ".join(map(_brief, values)) or "none"


def _time(milliseconds: int | None) -> str:
    return "that of sending" if milliseconds is None else f"{milliseconds} ms since 1970"


def _brief(data: bytes | None) -> str:
    if data is None:
        return "null"
    return quoted(data) if data else "empty"

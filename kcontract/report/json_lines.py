"""The report for programs: every item of the stream as one JSON line."""

from __future__ import annotations

import json
from typing import Any, TextIO

import msgspec

from kcontract.errors import UsageError
from kcontract.model.events import Event, Happened
from kcontract.model.finding import Finding
from kcontract.model.summary import Progress, RunSummary, UnitSummary
from kcontract.ports import StreamItem

_EVENT = "event"
_TYPES: dict[str, type[Finding] | type[Progress] | type[UnitSummary] | type[RunSummary]] = {
    "progress": Progress,
    "finding": Finding,
    "unit": UnitSummary,
    "run": RunSummary,
}
_NAMES = {made: name for name, made in _TYPES.items()}
_ENCODER = msgspec.json.Encoder()


class JsonLines:
    """One line an item. `type` is event (then `event` names it), progress, finding, unit or run; bytes are base64."""

    def __init__(self, stream: TextIO, *, verbose: bool = False) -> None:  # noqa: ARG002 -- every format takes it
        self._stream = stream

    def take(self, item: StreamItem) -> None:
        """Write the line at once, so that a run can be followed."""
        self._stream.write(encode_item(item) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Nothing is held back."""


def encode_item(item: StreamItem) -> str:
    """An item as one line without its newline. Text that is not Unicode (lone surrogates) is escaped, not lost."""
    name = _EVENT if isinstance(item, Happened) else _NAMES[type(item)]
    try:
        body = _ENCODER.encode(item).decode()
    except UnicodeEncodeError:
        body = json.dumps(msgspec.to_builtins(item))
    return f'{{"type":"{name}",{body[1:]}'.replace("##[", "##\\u005b")  # no command for a CI server's log


def decode_item(text: str) -> StreamItem:
    """The item of a line; UsageError for a line that is none."""
    try:
        content: Any = json.loads(text)
        name = content.pop("type")
        wanted: Any = Event if name == _EVENT else _TYPES[name]
        item: StreamItem = msgspec.convert(content, wanted)
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise UsageError("REPORT_LINE", f"not a line of a JSON report: {error}") from error
    return item

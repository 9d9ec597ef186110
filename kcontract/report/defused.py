"""Text that is no command for the log of GitHub Actions, whatever a record or a service says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TextIO

_COMMAND = re.compile(r"(?m)^([^\S\n]*):(?=:)")
"""The runner takes a line for a command if it begins with `::`, spaces aside, or holds `##[`."""


class Defused:
    """A stream on which nothing that is written is a workflow command."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(defused(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def defused(text: str) -> str:
    r"""The text without workflow commands: a colon at the start of `::` becomes `\u003a`, the bracket of `##[` too."""
    return _COMMAND.sub(r"\1\\u003a", text).replace("##[", "##\\u005b")


def is_actions(environ: Mapping[str, str]) -> bool:
    """Whether this is a job of GitHub Actions."""
    return environ.get("GITHUB_ACTIONS") == "true"

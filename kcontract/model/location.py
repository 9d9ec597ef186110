"""Places in the files that users write."""

from __future__ import annotations

from kcontract.model.value import Value


class Location(Value, frozen=True):
    """A place in a file: path relative to the project root, line and column counted from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

"""Where files are read from: a directory now, a git revision as well. Paths are relative to the root, with `/`."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Protocol

from kcontract.document import codes
from kcontract.document.mistakes import Refused


class Tree(Protocol):
    """A project's files. Nothing outside the root is ever read, symbolic links followed."""

    def read(self, path: str, limit: int) -> bytes:
        """The file's bytes. Raises Refused: PATH_OUTSIDE, FILE_UNREADABLE, or FILE_TOO_LARGE beyond `limit` bytes."""
        ...

    def exists(self, path: str) -> bool:
        """Whether a file or directory stands there, wherever a link leads."""
        ...

    def is_directory(self, path: str) -> bool:
        """Whether a directory stands there."""
        ...

    def is_inside(self, path: str) -> bool:
        """Whether the path, links followed, lies inside the root."""
        ...

    def glob(self, pattern: str) -> tuple[str, ...]:
        """The files inside the root that match, sorted. `**` stands for any number of directories."""
        ...


class Directory:
    """A tree on disk."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def read(self, path: str, limit: int) -> bytes:
        if not self.is_inside(path):
            raise Refused(codes.PATH_OUTSIDE, f"{path} leads outside the project", "copy the file into the project")
        try:
            # O_NONBLOCK: opening a named pipe must not wait for a writer
            descriptor = os.open(self._root / path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise Refused(codes.FILE_UNREADABLE, f"{path} is not a regular file", "name a file")
                data = file.read(limit + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise Refused(codes.FILE_UNREADABLE, f"{path} cannot be read: {reason}", "check path and rights") from None
        if len(data) > limit:
            raise Refused(codes.FILE_TOO_LARGE, f"{path} has more than {limit:,} bytes", "split it")
        return data

    def exists(self, path: str) -> bool:
        try:
            return (self._root / path).exists()
        except (OSError, ValueError):
            return False

    def is_directory(self, path: str) -> bool:
        try:
            return (self._root / path).is_dir()
        except (OSError, ValueError):
            return False

    def is_inside(self, path: str) -> bool:
        try:
            return Path(os.path.realpath(self._root / path)).is_relative_to(self._root)
        except (OSError, ValueError):
            return False

    def glob(self, pattern: str) -> tuple[str, ...]:
        try:
            found = [path for path in self._root.glob(pattern) if path.is_file()]
        except (OSError, ValueError, NotImplementedError, IndexError):
            return ()
        return tuple(sorted(path.relative_to(self._root).as_posix() for path in found if self.is_inside(str(path))))

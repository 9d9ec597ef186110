"""A project in memory, with the files of `project/` and any others."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

from kcontract.document import codes
from kcontract.document.load import Loaded, load_contracts, load_project_in
from kcontract.document.mistakes import Refused

HERE = Path(__file__).parent
PROJECT = {
    path.relative_to(HERE / "project").as_posix(): path.read_bytes()
    for path in sorted((HERE / "project").rglob("*"))
    if path.is_file()
}
ROOT = "/project"


class MemoryTree:
    """Files in a dictionary: what a git revision looks like to the loader."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def read(self, path: str, limit: int) -> bytes:
        if path not in self.files:
            raise Refused(codes.FILE_UNREADABLE, f"{path} does not exist")
        if len(self.files[path]) > limit:
            raise Refused(codes.FILE_TOO_LARGE, f"{path} has more than {limit} bytes")
        return self.files[path]

    def exists(self, path: str) -> bool:
        return path in self.files or any(name.startswith(f"{path}/") for name in self.files)

    def is_directory(self, path: str) -> bool:
        return path not in self.files and self.exists(path)

    def is_inside(self, path: str) -> bool:
        return not path.startswith("..")

    def glob(self, pattern: str) -> tuple[str, ...]:
        flat = pattern.replace("**/", "*")
        return tuple(sorted(name for name in self.files if fnmatchcase(name, flat)))


def load(text: str | bytes, *others: str, extra: dict[str, bytes] | None = None) -> Loaded:
    """The contract `text` as contracts/case.yaml of the test project, read with the contract files in `others`."""
    data = text if isinstance(text, bytes) else text.encode()
    loaded = load_project_in(MemoryTree(PROJECT | {"contracts/case.yaml": data} | (extra or {})), ROOT)
    return load_contracts([Path(ROOT, name) for name in ("contracts/case.yaml", *others)], loaded)

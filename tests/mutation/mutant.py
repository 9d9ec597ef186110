"""One way to break the judge."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """`old` stands exactly once in the file, and `new` is put in its place."""

    name: str
    path: str
    """From the root of the repository."""
    old: str
    new: str
    harmless: str = ""
    """Why no test can tell the mutant from the original; empty: one must."""


def in_module(module: str, *changes: tuple[str, str, str]) -> tuple[Mutant, ...]:
    """Mutants of one module of the judge: what each leaves out, what is there, and what in its place."""
    return tuple(Mutant(f"{module}: {what}", f"kcontract/judge/{module}.py", old, new) for what, old, new in changes)

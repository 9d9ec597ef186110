"""One way to break the judge, or what brings it its evidence."""

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
    near: tuple[str, ...] = ()
    """The tests that most likely kill it, below tests/unit and without `.py`; empty: those with the module's name."""


def in_module(module: str, *changes: tuple[str, str, str]) -> tuple[Mutant, ...]:
    """Mutants of one module of the judge: what each leaves out, what is there, and what in its place."""
    return tuple(Mutant(f"{module}: {what}", f"kcontract/judge/{module}.py", old, new) for what, old, new in changes)


def in_code(module: str, near: tuple[str, ...], *changes: tuple[str, str, str]) -> tuple[Mutant, ...]:
    """Mutants of any module, with the tests that are to kill them."""
    return tuple(
        Mutant(f"{module}: {what}", f"kcontract/{module}.py", old, new, "", near) for what, old, new in changes
    )

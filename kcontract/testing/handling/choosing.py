"""Which face a handler has: a function's, or that of the framework whose object it is."""

from __future__ import annotations

from typing import Any

from kcontract.testing.handling.faces import Face, FunctionFace


def face_of(handler: Any) -> Face:
    """The face of what a contract names. TypeError for what cannot be called."""
    if not callable(handler):
        raise TypeError(f"a handler is a function, not a {type(handler).__name__}")
    return FunctionFace(handler)

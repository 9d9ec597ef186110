"""Which face a handler has: a function's, or that of the framework whose object it is."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from kcontract.testing.handling.faces import Face, FunctionFace
from kcontract.testing.handling.frameworks.quix import OfflineTopics

_FRAMEWORKS = (
    ("faststream", "subscribers", "faststream", "FastStreamFace"),
    ("faust", "test_context", "faust", "FaustFace"),
    ("quixstreams", "test", "quix", "QuixFace"),
)
"""Package of the object's class, what the object must have, and the face for it."""


def prepare() -> None:
    """To be called before the project is imported: some frameworks ask for a broker as soon as they are used."""
    sys.meta_path.insert(0, OfflineTopics())


def face_of(handler: Any) -> Face:
    """The face of what a contract names. TypeError for what cannot be called."""
    packages = {kind.__module__.partition(".")[0] for kind in type(handler).__mro__}
    if "faststream" in packages and not hasattr(handler, "subscribers"):
        handler = getattr(handler, "broker", handler)  # the application, as `faststream run` has it
    for package, needed, module, name in _FRAMEWORKS:
        if package in packages and hasattr(handler, needed):
            home = import_module(f"kcontract.testing.handling.frameworks.{module}")
            face: Face = getattr(home, name)(handler)
            return face
    if not callable(handler):
        raise TypeError(f"a handler is a function or a framework's object, not {handler!r:.80}")
    return FunctionFace(handler)

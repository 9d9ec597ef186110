"""The garbage collector during a run: millions of values are made that hold no cycles, and need not be walked."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLDS = 1_000_000, 20, 50
"""Objects that were made and not freed before the young ones are looked at (Python's own: 700); several windows' worth.
A look at a window's worth of them takes a tenth of a second, in which the service waits."""


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Within it cycles are looked for rarely; the process's own thresholds are put back at the end."""
    before = gc.get_threshold()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)

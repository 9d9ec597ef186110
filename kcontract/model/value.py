"""The base of every frozen value."""

from __future__ import annotations

import msgspec


class Value(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """An immutable value with named fields that msgspec can write as JSON and read back (bytes as base64).

    Values hold no cycles, and a run makes millions of them: the garbage collector need not walk them (`gc`).
    """

"""Dividing a run over several machines: units first, the cases of a unit where there are more machines than units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kcontract.engine.plan import Unit
from kcontract.errors import UsageError
from kcontract.model.shard import WHOLE, Shard

_SHARD = re.compile(r"([1-9]\d{0,2})/([1-9]\d{0,2})")


def parse_shard(text: str) -> Shard:
    """`2/3`. Raises UsageError SHARD_INVALID."""
    match = _SHARD.fullmatch(text)
    if match is None or int(match[1]) > int(match[2]):
        raise UsageError("SHARD_INVALID", f"--shard {text[:40]}: not I/N", "write 1/3, 2/3 and 3/3, up to 999/999")
    return Shard(int(match[1]), int(match[2]))


def shared(units: Sequence[Unit], shard: Shard) -> Iterator[tuple[Unit, Shard]]:
    """The units of a shard, each with the part of its cases that the shard sends."""
    if shard.of <= len(units):
        yield from ((unit, WHOLE) for unit in shard.share(units))
    elif units:
        turn, place = divmod(shard.index - 1, len(units))
        yield units[place], Shard(turn + 1, (shard.of - place - 1) // len(units) + 1)

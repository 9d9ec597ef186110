"""The catalogue of malformed kinds: all 63, in the order of MALFORMED.md."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from kcontract.errors import UsageError
from kcontract.generate.kind import Kind
from kcontract.generate.kinds import avro_body, delivery, envelope, evolution, framing, json_body, size
from kcontract.model.case import VALID_KIND

KINDS: tuple[Kind, ...] = (
    *framing.KINDS,
    *avro_body.KINDS,
    *json_body.KINDS,
    *evolution.KINDS,
    *envelope.KINDS,
    *delivery.KINDS,
    *size.KINDS,
)
_BY_CODE = {kind.code: kind for kind in KINDS}


@lru_cache(maxsize=1024)
def kind_of(name: str) -> Kind:
    """The kind of a code or `code:variant`. Raises UsageError with the nearest name for an unknown one."""
    code = name.partition(":")[0]
    kind = _BY_CODE.get(code)
    if kind is None or (":" in name and name not in kind.names):
        near = get_close_matches(name, _all_names(), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else "kcontract kinds lists them all"
        raise UsageError("KIND_UNKNOWN", f"there is no kind {name}", hint)
    return kind


def _all_names() -> list[str]:
    return [name for kind in KINDS for name in (kind.code, *kind.names)]


def checked(names: Iterable[str]) -> frozenset[str]:
    """The names, all of which are codes, `code:variant`, or `valid`. Raises UsageError for the first that is not."""
    wanted = frozenset(names)
    for name in sorted(wanted - {VALID_KIND}):
        kind_of(name)
    return wanted


def selects(names: Iterable[str], name: str) -> bool:
    """Whether a list of codes and `code:variant` names a case's kind."""
    chosen = frozenset(names)
    return name in chosen or name.partition(":")[0] in chosen

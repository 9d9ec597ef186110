"""What handlers and tests of a project may import. What is slow to load is loaded when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kcontract.testing.values import Case, Event, Message, Record, Rejected

if TYPE_CHECKING:
    from kcontract.testing.asserting import assert_dead_lettered, assert_rejected, assert_valid_event
    from kcontract.testing.contracts import ContractInTest, contract
    from kcontract.testing.parametrising import malformed, valid

_HOMES = {
    "ContractInTest": "contracts",
    "assert_dead_lettered": "asserting",
    "assert_rejected": "asserting",
    "assert_valid_event": "asserting",
    "contract": "contracts",
    "malformed": "parametrising",
    "valid": "parametrising",
}
__all__ = (
    "Case",
    "ContractInTest",
    "Event",
    "Message",
    "Record",
    "Rejected",
    "assert_dead_lettered",
    "assert_rejected",
    "assert_valid_event",
    "contract",
    "malformed",
    "valid",
)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

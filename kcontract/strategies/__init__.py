"""Hypothesis strategies for schemas and contracts. Hypothesis is loaded when one is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kcontract.errors import UsageError

if TYPE_CHECKING:
    from kcontract.strategies.avro_documents import avro
    from kcontract.strategies.contract_records import event, malformed, sequences
    from kcontract.strategies.json_documents import json_schema

_HOMES = {
    "avro": "avro_documents",
    "event": "contract_records",
    "json_schema": "json_documents",
    "malformed": "contract_records",
    "sequences": "contract_records",
}
__all__ = ["avro", "event", "json_schema", "malformed", "sequences"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        raise UsageError(
            "STRATEGIES_NO_HYPOTHESIS", "Hypothesis is not installed", "pip install 'kcontract[hypothesis]'"
        ) from error

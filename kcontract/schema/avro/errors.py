"""Why a text is not an Avro schema."""

from __future__ import annotations

from kcontract.errors import SchemaError


class AvroSchemaError(SchemaError):
    """An illegal Avro schema. `path` is a pointer into the schema's JSON."""

    def __init__(self, code: str, problem: str, path: str, fix: str = "") -> None:
        super().__init__(code, f"{problem} (at {path or 'the root'})", fix)
        self.path = path

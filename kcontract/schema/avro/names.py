"""Names, namespaces and aliases (Avro 1.12, "Names")."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from kcontract.schema.avro.errors import AvroSchemaError
from kcontract.schema.avro.nodes import PRIMITIVES

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def is_name(value: Any) -> bool:
    """Whether it is a name without dots."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


class Names(NamedTuple):
    """What a definition is called: full name, namespace that its inner names inherit, aliases as full names."""

    full: str
    space: str
    aliases: tuple[str, ...]

    @classmethod
    def of(cls, value: dict[str, Any], enclosing: str, path: str) -> Names:
        """Names of the named type `value` inside the namespace `enclosing`. Raises AvroSchemaError."""
        name = value.get("name")
        if not isinstance(name, str):
            raise AvroSchemaError("AVRO_MISSING", "name is missing", path, "add name")
        space = value.get("namespace")
        space = enclosing if space is None else space
        full = _checked(_qualified(name, space), path)
        if full in PRIMITIVES:
            raise AvroSchemaError("AVRO_NAME", f"{full} is a primitive type", path, "choose another name")
        inner = full.rpartition(".")[0]
        aliases = value.get("aliases", [])
        if not isinstance(aliases, list):
            raise AvroSchemaError("AVRO_NAME", "aliases is not a list", path)
        return cls(full, inner, tuple(_checked(_qualified(alias, inner), path) for alias in aliases))


def _qualified(name: Any, space: Any) -> str:
    if not isinstance(name, str) or not isinstance(space, str):
        return ""
    return name if "." in name or not space else f"{space}.{name}"


def _checked(full: str, path: str) -> str:
    if not all(map(is_name, full.split("."))):
        raise AvroSchemaError("AVRO_NAME", f"{full!r} is not a name", path, "[A-Za-z_][A-Za-z0-9_]*, joined by dots")
    return full

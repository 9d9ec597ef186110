"""Evolution (43–49): writers that are older, newer, or of another mind. Older ones come from `generate.older`."""

from __future__ import annotations

from kcontract.generate.kind import Ground, Kind
from kcontract.model.case import Layer


def _has_older(ground: Ground) -> str:
    own = next((entry for entry in ground.book if entry.id == ground.schema_id), None)
    if own is None:
        return "values name no schema"
    older = any(e.subject == own.subject and e.version < own.version and e.id != own.id for e in ground.book)
    return "" if older else "the registry holds no older version"


KINDS: tuple[Kind, ...] = (
    Kind(
        "older_writer", 43, "evolution", Layer.RESOLUTION, "records of each older registered version",
        "valid under BACKWARD and FULL levels, else either", "processes them, with right defaults",
        "Topics keep records for longer than schemas last. Only older records show defaults: fastavro hands on those of"
        " bytes, decimals and dates in their JSON form, and shares lists between messages.",
        applies=_has_older,
    ),
    Kind(
        "newer_writer", 44, "evolution", Layer.RESOLUTION, "records of a next version: a field more, an option more",
        "valid under FORWARD and FULL levels", "processes them",
        "The producer is released first. The consumer must fetch the new schema and read past what it does not know.",
        generated=False,
    ),
    Kind(
        "new_symbol_or_branch", 45, "evolution", Layer.RESOLUTION,
        "an enum symbol or union branch that the reader lacks",
        "valid with a default for the enum, else either", "takes the default, or rejects it",
        "A writer ahead of the reader uses its new symbol. Without a default in the reader's enum that record cannot be"
        " read, whatever the registry said of the schemas.",
        generated=False,
    ),
    Kind(
        "incompatible_writer", 46, "evolution", Layer.RESOLUTION, "records of a version registered under NONE",
        "either; invalid with a declared reader", "rejects them",
        "Somebody set compatibility to NONE for an afternoon. What was written then is still in the topic.",
        generated=False,
    ),
    Kind(
        "renamed", 47, "evolution", Layer.RESOLUTION, "a field, record or namespace with another name and no alias",
        "either; invalid with a declared reader or for a required field", "rejects them",
        "Libraries differ: some match records by full name, some by the last part, some not at all.",
        generated=False,
    ),
    Kind(
        "reordered_fields", 48, "evolution", Layer.REGISTRY,
        "fields in another order, under the id of their own version",
        "valid", "resolves by the id in the record",
        "A consumer that decodes with its own schema instead of the writer's swaps the fields without an error.",
        generated=False,
    ),
    Kind(
        "registry_trouble", 49, "evolution", Layer.REGISTRY, "the registry is down or slow while valid records come",
        "valid", "waits and retries; never drops or dead-letters them",
        "A fault rather than a record: the lookup fails, and catch-all handlers send good records to the dead letter"
        " topic.",
        generated=False,
    ),
)  # fmt: skip

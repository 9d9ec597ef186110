"""What a first contract says, before it is written."""

from __future__ import annotations

from typing import Literal

from kcontract.model.value import Value

Kind = Literal["avro", "json"]
Wire = Literal["confluent", "confluent-header", "plain"]


class Referred(Value, frozen=True):
    """A schema that others refer to by `name`: its subject, its file as the contract names it, and its text."""

    name: str
    subject: str
    path: str
    text: str


class Payload(Value, frozen=True):
    """One event type: its schema's text, and its file as the contract names it; `older` are files of older versions,
    oldest first, and `references` what its schemas refer to, directly or not."""

    name: str
    kind: Kind
    text: str
    path: str
    older: tuple[str, ...] = ()
    references: tuple[Referred, ...] = ()

    @property
    def referred(self) -> dict[str, str]:
        """Name → text of what it refers to."""
        return {one.name: one.text for one in self.references}


class Seen(Value, frozen=True):
    """What records of a topic have in common. Numbers are of records, of `records` in all."""

    records: int = 0
    tombstones: int = 0
    odd: int = 0
    """Values that are not like the others: no JSON, say."""
    key: str = ""
    """The key's schema as YAML, empty where nothing can be said."""
    key_note: str = ""
    key_from: tuple[str, ...] = ()
    """Pointers to payload fields that every key equals."""
    headers: tuple[str, ...] = ()
    """Names of headers that all records have."""
    some_headers: tuple[str, ...] = ()
    """Names of headers that only some have."""


class Draft(Value, frozen=True):
    """A first contract. `seen` is None where no records were looked at."""

    topic: str
    payloads: tuple[Payload, ...]
    wire: Wire
    service: str
    command: tuple[str, ...]
    seen: Seen | None = None
    partitions: int = 1
    compacted: bool = False
    correlation: str = ""
    """Expression of the correlation id."""
    identity: str = ""
    """Expression of what makes two records the same event."""
    key_guess: str = ""
    """Pointer to a field that may be the key, where no key was seen."""

"""The schema registry, and what stands before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kcontract.model.faults import RegistryFault
from kcontract.model.registry import RegisteredReference, RegisteredSchema


class Registry(Protocol):
    @property
    def url(self) -> str: ...

    @property
    def container_url(self) -> str:
        """What services in containers are given; empty if they cannot come there."""
        ...

    @property
    def label(self) -> str: ...

    def register(
        self, subject: str, text: str, kind: str, references: Sequence[RegisteredReference] = ()
    ) -> RegisteredSchema: ...

    def set_compatibility(self, subject: str, level: str) -> None: ...

    def schemas(self) -> tuple[RegisteredSchema, ...]:
        """Every registered version of every subject."""
        ...

    @property
    def ours(self) -> bool:
        """Whether it is ours, so that what was registered for a while can be taken away again."""
        ...

    def forget(self, entries: Sequence[RegisteredSchema]) -> None:
        """As if these had never been registered. Only of a registry of ours."""
        ...


class RegistryGate(Protocol):
    """Stands before the schema registry, for the services' side only."""

    @property
    def url(self) -> str:
        """What services are given for the registry."""
        ...

    def set_fault(self, fault: RegistryFault) -> None:
        """In force on return, on open connections as well."""
        ...

    def clear_fault(self) -> None: ...

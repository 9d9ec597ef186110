"""For runs in which nothing travels with a schema id: no registry at all."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.errors import RegistryError
from kcontract.model.registry import RegisteredReference, RegisteredSchema


class NoRegistry:
    """Implements `ports.Registry`, and holds nothing."""

    url = container_url = ""
    label = "no registry"
    ours = False

    def register(
        self, subject: str, text: str, kind: str, references: Sequence[RegisteredReference] = ()
    ) -> RegisteredSchema:
        """RegistryError REGISTRY_ABSENT."""
        del text, kind, references
        raise RegistryError("REGISTRY_ABSENT", f"{subject} cannot be registered: this run has no registry")

    def set_compatibility(self, subject: str, level: str) -> None:
        """Nothing is checked."""

    def forget(self, entries: Sequence[RegisteredSchema]) -> None:
        """Nothing was registered."""

    def schemas(self) -> tuple[RegisteredSchema, ...]:
        return ()

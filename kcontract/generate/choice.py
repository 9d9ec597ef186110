"""Which kinds a run sends to one receiver."""

from __future__ import annotations

from kcontract.generate.catalogue import checked, kind_of, selects
from kcontract.generate.kind import Kind
from kcontract.model.case import VALID_KIND


class Choice:
    """What `--kinds` asks for, less what the contract excludes and what may not be sent here."""

    def __init__(self, kinds: frozenset[str] | None, excluded: frozenset[str], *, dangerous: bool) -> None:
        """`kinds` None: all. UsageError for an unknown one. `dangerous`: whether bombs may be sent."""
        self.excluded = excluded
        self._kinds = None if kinds is None else checked(kinds)
        self._dangerous = dangerous
        self._asked = frozenset(name.partition(":")[0] for name in self._kinds or ())

    def without(self, kind: Kind) -> str:
        """Why the run leaves a kind out though it may apply; empty if it does not, or if nobody asked for it."""
        if kind.code in self.excluded:
            return "excluded by the contract"
        if kind.dangerous and not self._dangerous:
            return "dangerous, and the cluster is not ours"
        waits = kind.on_request and kind.code not in self._asked
        return f"only where it is asked for: --kinds {kind.code}" if waits else ""

    def wants(self, name: str) -> bool:
        """Whether cases of a code or `code:variant` are to be sent."""
        if selects(self.excluded, name) or (name != VALID_KIND and self.without(kind_of(name))):
            return False
        return self._kinds is None or selects(self._kinds, name)

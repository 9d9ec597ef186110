"""A contract's `generators`: values that are listed, or that a function of the project gives, at their pointers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from kcontract.errors import UsageError
from kcontract.generate.payload import Payload
from kcontract.model.contract import Message

Resolver = Callable[[str], Any]
"""One value of a function, in its JSON form, by the name `module:function`. Raises UsageError."""
_ENOUGH = 5
"""Values that do not fit, after which one who never gave another is named."""


class Generators:
    """Puts values in their places. `resolve` asks functions; None: their places keep what the schema gives."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self._at = dict(message.generated_at)
        self._misfits: dict[str, tuple[int, Any]] = {}
        """How many values of a pointer did not fit, and the first of them."""
        self._fitted: set[str] = set()

    @property
    def pointers(self) -> frozenset[str]:
        return frozenset(pointer for pointer, _ in self._message.generators)

    def put(self, payload: Payload, value: Any, rng: Random, resolve: Resolver | None) -> Any:
        """The payload with a value at each pointer. One that does not fit stays, for the oracle to refuse the record.

        UsageError GENERATE_FUNCTION, with file and line, for a function that is not there or fails.
        """
        for pointer, source in self._message.generators:
            if isinstance(source, list | tuple):
                value = self._placed(payload, value, pointer, rng.choice(source)) if source else value
            elif resolve is not None:
                value = self._placed(payload, value, pointer, self._asked(pointer, source, resolve))
        return value

    def _asked(self, pointer: str, function: str, resolve: Resolver) -> Any:
        try:
            return resolve(function)
        except UsageError as error:
            raise UsageError(error.code, f"{self._place(pointer)}: {error.message}", error.fix) from error

    def _placed(self, payload: Payload, value: Any, pointer: str, new: Any) -> Any:
        changed = payload.put(value, pointer, new)
        there = payload.get(value, pointer)
        lost = changed is value and there is not None and there != new
        if lost or (payload.fits(value) and not payload.fits(changed)):
            count, first = self._misfits.get(pointer, (0, new))
            self._misfits[pointer] = count + 1, first
        elif changed is not value or there == new:
            self._fitted.add(pointer)
        return changed

    def _place(self, pointer: str) -> str:
        at = self._at.get(pointer, self._message.at)
        return f"{at.file}:{at.line}: generators {pointer}"

    def blamed(self, least: int = _ENOUGH) -> UsageError | None:
        """GENERATE_VALUE for a pointer whose values, `least` of them, have never fitted the schema."""
        for pointer, (count, first) in self._misfits.items():
            if pointer not in self._fitted and count >= least:
                what = f"{self._place(pointer)}: the schema does not allow {first!r:.80}"
                return UsageError(
                    "GENERATE_VALUE", what, "give values in the JSON form that the payload's schema allows"
                )
        return None

    @property
    def notes(self) -> Sequence[str]:
        """Values that did not fit though others of their pointer did, in words."""
        told = [(pointer, *found) for pointer, found in self._misfits.items() if pointer in self._fitted]
        return [f"{self._place(p)}: {count} values did not fit the schema, as {one!r:.80}" for p, count, one in told]

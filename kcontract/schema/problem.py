"""What is wrong with bytes: the error of one reading, and the collector that lets a lenient reading go on."""

from __future__ import annotations

from itertools import islice

from kcontract.errors import KcontractError
from kcontract.model.case import Layer, Rejection


class DecodeError(KcontractError):
    """Bytes that a decoder refuses.

    `code` is the kind of MALFORMED.md that describes it (`union_index_bad:negative`), `offset` counts bytes from the
    start of what was decoded, `path` is a pointer into the payload. `soft` says that it is one of the tolerances of
    ORACLE.md §1, which only the strict decoder refuses.
    """

    __slots__ = ("layer", "offset", "path", "reason", "soft")  # half the price, and most cases need one

    def __init__(
        self, layer: Layer, code: str, reason: str, *, offset: int | None = None, path: str = "", soft: bool = False
    ) -> None:
        self.code, self.message, self.fix = code, reason, ""  # the base's part: handing it on would double the price
        self.layer = layer
        self.reason = reason
        self.offset = offset
        self.path = path
        self.soft = soft

    def below(self, step: str | int) -> DecodeError:
        """The same error, seen from one level higher: `step` is a key or index."""
        self.path = f"/{escape(str(step))}{self.path}"
        return self

    def settled(self) -> DecodeError:
        """The same error, to be kept as a value: without the frames that it was raised through.

        Its traceback leads to the frame of whoever keeps it, which leads back to it; through a value that the garbage
        collector does not walk, it would never be freed.
        """
        self.__traceback__ = self.__context__ = self.__cause__ = None
        return self

    def rejection(self) -> Rejection:
        """The value that goes into cases and reports."""
        return Rejection(layer=self.layer, code=self.code, reason=self.reason, offset=self.offset, path=self.path)


def escape(step: str) -> str:
    """One reference token of an RFC 6901 pointer."""
    return step.replace("~", "~0").replace("/", "~1")


class Problems:
    """The problems of one reading that did not end it: the first of each code, so few whatever the bytes.

    A *note* is a tolerance; a *fault* is wrong beyond doubt (bad UTF-8), but what follows can still be read. `stop_at`
    makes the n-th of them an error: readers add their step to an error on its way up, so its path can be told.
    """

    __slots__ = ("keep_faults", "placed", "seen", "stop_at", "uncertain")

    def __init__(self, *, keep_faults: bool = False, stop_at: int | None = None) -> None:
        self.seen: dict[str, DecodeError] = {}
        self.keep_faults = keep_faults
        self.stop_at = stop_at
        self.uncertain = False
        """From here on decoders rightly differ in how they read the rest, so no later error is sure."""
        self.placed = True
        """Whether the paths of all that was noted are known without another reading."""

    def note(self, error: DecodeError) -> None:
        """Remember `error` and go on, or raise it if it is the one that was asked for."""
        if error.code in self.seen:
            return
        if self.stop_at is not None and len(self.seen) >= self.stop_at:
            raise error
        self.seen[error.code] = error

    def place(self, since: int, step: str) -> int:
        """Tell all noted after the first `since` that they were below `step` (`/name`); returns how many are noted."""
        for error in islice(self.seen.values(), since, None):
            error.path = step + error.path
        return len(self.seen)

    def fault(self, error: DecodeError) -> None:
        """Raise `error`, unless faults are to be collected too."""
        if not self.keep_faults:
            raise error
        self.note(error)

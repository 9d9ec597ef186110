"""Functions of the project, in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from kcontract.model.called import Handed, Handled, Style
from kcontract.model.drawn import Drawn, DrawOrder
from kcontract.model.service import Answer, Decision


class Maker(Protocol):
    """Calls functions that return events."""

    def make(self, function: str, payload: Any) -> Answer:
        """The events of `module:function`, as JSON: a list of `{value | bytes, key, headers}` (`make_child.py`).

        `payload`, a valid one in its JSON form, fills the parameters. Status 500 if the function failed, 0 if it gave
        no answer."""
        ...

    def close(self) -> None: ...


class Giver(Protocol):
    """Asks the functions of a contract's `generators`."""

    def give(self, function: str) -> Any:
        """The next value of `module:function`, in its JSON form; of a Hypothesis strategy that it returns, a draw.

        UsageError GENERATE_FUNCTION if it is not there, fails, or gives no answer."""
        ...

    def close(self) -> None: ...


class Drawing(Protocol):
    """Records on their way from somewhere else. They are iterated over once."""

    problem: str
    """Why there were no more, once iterating has ended; empty where all that was ordered has come."""
    fix: str

    def __iter__(self) -> Iterator[Drawn]: ...

    def close(self) -> None: ...


class Drawer(Protocol):
    """Has Hypothesis draw a contract's valid records."""

    def draw(self, order: DrawOrder) -> Drawing:
        """Begin to draw, beside whatever the caller does."""
        ...

    def close(self) -> None: ...


class Handler(Protocol):
    """Hands records to a handler of the project, which runs in a process of its own."""

    def open(self, topics: Sequence[str] = ()) -> Style:
        """Start its process afresh; what it is to be handed. UsageError HANDLER_NOT_LOADED, with the reason: what
        cannot be imported, takes no record, or none of a topic among `topics`."""
        ...

    def run(self, batch: Sequence[Handed], patience: float) -> list[Handled]:
        """What came of the records, one after the other. The first that its process does not survive, or that it takes
        more than `patience` seconds for, is the last that is answered; the next call then starts another process."""
        ...

    def close(self) -> None: ...


class Decider(Protocol):
    """Asks the functions that a contract names."""

    def decide(self, function: str, sent: Any, effect: Any) -> Decision:
        """What `module:function` says of an input's and an effect's payload, both in their JSON form."""
        ...

    def close(self) -> None: ...

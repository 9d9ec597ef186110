"""The faults that can be put on a service's surroundings, and which of them a run is asked for."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import Literal

from kcontract.errors import UsageError
from kcontract.model.value import Value

Effect = Literal["outage", "delivery", "limits", "position"]
"""What is taken away: something that the service needs; the service itself, or its place in the group; the room that
its topics give; the records that its commits point at."""

RegistryFault = Literal["reset", "slow", "500", "deleted"]
"""Connections are reset; answers take three seconds; every answer is a 500; look-ups are answered 404."""


class FaultKind(Value, frozen=True):
    """One fault. `family` is its name in a contract's `faults`, or its own if contracts do not name it."""

    name: str
    effect: Effect
    what: str
    """In words, after "while" or "when"."""

    @property
    def family(self) -> str:
        return self.name.partition(":")[0]

    @property
    def starves(self) -> bool:
        """Nothing that the service writes is answered until it is killed: to end by itself meanwhile is the same."""
        return self.name == "killed:effect"


FAULTS: tuple[FaultKind, ...] = (
    FaultKind("brokerDown", "outage", "the broker is stopped and comes back"),
    FaultKind("brokerDown:killed", "outage", "the broker is killed and comes back"),
    FaultKind("brokerDown:paused", "outage", "the broker is frozen, and thaws"),
    FaultKind("registryDown", "outage", "connections to the schema registry are reset"),
    FaultKind("registryDown:slow", "outage", "the schema registry answers late"),
    FaultKind("registryDown:500", "outage", "the schema registry answers 500"),
    FaultKind("registryDown:deleted", "outage", "the schema registry answers 404 for a moment"),
    FaultKind("network", "outage", "connections to the broker are refused"),
    FaultKind("network:cut", "outage", "connections to the broker are reset"),
    FaultKind("network:slow", "outage", "the network is slow"),
    FaultKind("network:blackHole", "outage", "nothing comes through to the broker"),
    FaultKind("network:lostAck", "outage", "an acknowledgement of the broker is lost"),
    FaultKind("network:commitFails", "outage", "commits fail for a moment"),
    FaultKind("databaseDown", "outage", "the database is down by the contract's command"),
    FaultKind("killed", "delivery", "the service is killed (SIGKILL) amid a batch"),
    FaultKind("killed:commit", "delivery", "the service is killed (SIGKILL) right after a commit"),
    FaultKind("killed:effect", "delivery", "the service is killed (SIGKILL) before what it writes reaches the broker"),
    FaultKind("terminated", "delivery", "the service is ended (SIGTERM) amid a batch"),
    FaultKind("rebalance", "delivery", "a second member joins its group and leaves again"),
    FaultKind("recordLimit", "limits", "the broker refuses what it writes as too large (max.message.bytes)"),
    FaultKind(
        "recordLimit:deadLetter", "limits", "the broker refuses its dead letters as too large (max.message.bytes)"
    ),
    FaultKind("offsetsOutOfRange", "position", "the records that its commits point at are gone"),
)
"""Every fault, in the order in which they are tried."""

WORDS = ("declared", "delivery", "all", "none")
"""What `--faults` takes beside names of faults."""

_BY_NAME = {kind.name: kind for kind in FAULTS}


def fault(name: str) -> FaultKind:
    """The fault of a name; UsageError FAULT_UNKNOWN."""
    if name not in _BY_NAME:
        close = difflib.get_close_matches(name, [*WORDS, *_BY_NAME], 1)
        hint = f"did you mean {close[0]}? " if close else ""
        known = ", ".join([*WORDS, *_BY_NAME])
        raise UsageError("FAULT_UNKNOWN", f"there is no fault {name!r}", f"{hint}known: {known}")
    return _BY_NAME[name]


def check_words(words: Collection[str]) -> None:
    """Whether `--faults` may say this. UsageError FAULT_UNKNOWN, FAULT_NONE."""
    for word in words:
        if word not in WORDS:
            fault(word)
    if "none" in words and len(words) > 1:
        raise UsageError("FAULT_NONE", "`none` and other faults exclude each other", "give either")


def chosen(words: Collection[str], declared: Collection[str]) -> tuple[FaultKind, ...]:
    """The faults that `words` ask for, in a unit whose contracts declare those of the families `declared`."""
    return tuple(kind for kind in FAULTS if _is_chosen(kind, words, declared))


def _is_chosen(kind: FaultKind, words: Collection[str], declared: Collection[str]) -> bool:
    if "all" in words or kind.name in words:
        return True
    if "delivery" in words and kind.effect == "delivery":
        return True
    return "declared" in words and kind.name in declared

"""What happens while a fault or a load is on."""

from __future__ import annotations

from kcontract.model.events.happened import Happened
from kcontract.model.load import EchoFigures, LoadKind


class FaultBegan(Happened, frozen=True):
    """A fault (its name in `model.faults`) is put on, for the `round`-th time in this unit."""

    fault: str
    round: int = 1


class FaultEnded(Happened, frozen=True):
    """The fault is taken off again, and our own clients have found back; a service that had ended runs again."""

    fault: str


class FaultSettled(Happened, frozen=True):
    """What was sent around the fault was waited for long enough: it may be judged."""

    fault: str
    waited: float = 0.0
    """Seconds after the end of the fault."""


class LoadStarted(Happened, frozen=True):
    """A load on an input begins, for the `round`-th time; `echo` is what the harness's own consumer did with it."""

    topic: str
    load: LoadKind
    rate: float
    round: int = 1
    echo: EchoFigures | None = None


class LagSeen(Happened, frozen=True):
    """So many records of the input were not committed."""

    topic: str
    lag: int


class LoadEnded(Happened, frozen=True):
    """Its window is closed; effects were waited for `until` then. `broken`: why it tells nothing, if it does not."""

    topic: str
    until: float
    broken: str = ""

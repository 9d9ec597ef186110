"""The ports of a run in one value, so that nobody hands six of them around."""

from __future__ import annotations

from dataclasses import dataclass

from kcontract.engine.recorder import Recorder
from kcontract.engine.settings import Settings
from kcontract.ports import Cluster, Decider, Launcher, Registry, Tap, Trigger


@dataclass(frozen=True, slots=True)
class Tools:
    """The ports of a run, and what it may do."""

    cluster: Cluster
    registry: Registry
    launcher: Launcher
    trigger: Trigger
    recorder: Recorder
    settings: Settings
    tap: Tap | None = None
    """Between services and broker; None: services are given the broker itself."""
    decider: Decider | None = None
    """Asks functions of the project; None: they are not asked."""

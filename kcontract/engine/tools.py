"""The ports of a run in one value, so that nobody hands six of them around."""

from __future__ import annotations

from dataclasses import dataclass, field

from kcontract.engine.recorder import Recorder
from kcontract.engine.settings import Settings
from kcontract.generate.generators import Resolver
from kcontract.ports import (
    Actions,
    BrokerControl,
    Cluster,
    ClusterControl,
    Commands,
    Decider,
    Echo,
    Giver,
    Launcher,
    Maker,
    Prober,
    Registry,
    RegistryGate,
    Tap,
    Trigger,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Levers:
    """What faults are put on with; None for what this run cannot make fail."""

    broker: BrokerControl | None = None
    registry: RegistryGate | None = None
    commands: Commands | None = None
    cluster: ClusterControl | None = None


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
    levers: Levers = field(default_factory=Levers)
    actions: Actions | None = None
    """Commands and placeholders of senders; None: headers are sent as they are written, and no command is run."""
    maker: Maker | None = None
    giver: Giver | None = None
    """Asks functions of `generators`; None: their places get what the schema allows."""
    prober: Prober | None = None
    """Asks the probes of receivers; None: they are not asked."""
    echo: Echo | None = None
    """What loads are compared with; None: none is judged."""

    @property
    def resolve(self) -> Resolver | None:
        """One value of a function of `generators`."""
        return self.giver.give if self.giver is not None else None

    @property
    def registry_url(self) -> str:
        """What services are given for the registry."""
        return self.levers.registry.url if self.levers.registry else self.registry.url

"""The Protocols that the engine speaks to. Adapters implement them; `wiring` picks the adapters.

All times are seconds. Errors are EnvironmentFailureError and its kin unless said otherwise. The values that cross a
port stand in `model.cluster` and `model.service`, where adapters reach them, and are offered here as well.
"""

from __future__ import annotations

from kcontract.model.cluster import Delivered, GroupView, Member, Outgoing, Sendable, Standing, TopicSpec
from kcontract.model.service import Answer, Decision, ExitInfo, Question, Resources, Sight
from kcontract.model.tap import Lever, Sighting
from kcontract.ports.cluster import BrokerControl, Cluster, ClusterControl, Echo, Reader, Tap, Visitor
from kcontract.ports.functions import Decider, Drawer, Drawing, Giver, Handler, Maker
from kcontract.ports.registry import Registry, RegistryGate
from kcontract.ports.run import Clock, History, StreamItem
from kcontract.ports.services import Actions, Commands, Launcher, Prober, Service, Trigger

__all__ = [
    "Actions",
    "Answer",
    "BrokerControl",
    "Clock",
    "Cluster",
    "ClusterControl",
    "Commands",
    "Decider",
    "Decision",
    "Delivered",
    "Drawer",
    "Drawing",
    "Echo",
    "ExitInfo",
    "Giver",
    "GroupView",
    "Handler",
    "History",
    "Launcher",
    "Lever",
    "Maker",
    "Member",
    "Outgoing",
    "Prober",
    "Question",
    "Reader",
    "Registry",
    "RegistryGate",
    "Resources",
    "Sendable",
    "Service",
    "Sight",
    "Sighting",
    "Standing",
    "StreamItem",
    "Tap",
    "TopicSpec",
    "Trigger",
    "Visitor",
]

"""The harness's own connection to a broker, over confluent-kafka."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kcontract.broker.aside.groups import GroupsAside
from kcontract.broker.client import Admin, Handle, Settings, client_settings
from kcontract.broker.commits import Commits
from kcontract.broker.eviction import evict
from kcontract.broker.groups import Groups
from kcontract.broker.locate import locate
from kcontract.broker.mock_topics import MockTopics
from kcontract.broker.own_control import OwnControl
from kcontract.broker.own_groups import OwnGroups
from kcontract.broker.reader import TopicReader
from kcontract.broker.sender import Sender
from kcontract.broker.topics import Topics
from kcontract.errors import BrokerError
from kcontract.model.cluster import Delivered, GroupView, Sendable, Standing, TopicSpec
from kcontract.model.record import TopicPartition


def _groups(handle: Handle, settings: Settings, admin: Admin) -> OwnGroups | GroupsAside | Groups:
    """How groups are asked: of a broker of ours directly, elsewhere by a client that may end its process; the mock
    moves no coordinator."""
    if not handle.is_broker:
        return Groups(admin)
    return OwnGroups(handle.bootstrap) if handle.ours else GroupsAside(settings)


class KafkaCluster:
    """Implements `ports.Cluster`. One thread at a time."""

    def __init__(self, handle: Handle, settings: Settings | None = None) -> None:
        """Connect to the broker of `handle`; `settings` are further ones of librdkafka (TLS, SASL …)."""
        self._handle = handle
        self._settings = client_settings(handle.bootstrap, settings or {})
        self._admin = admin = Admin(self._settings)
        self._topics = Topics(admin) if handle.is_broker else MockTopics(admin)
        self._groups = _groups(handle, self._settings, admin)
        self._commits = Commits(self._settings)
        self._sender = Sender(self._settings, self._topics.record_limit, self._locate)

    @property
    def label(self) -> str:
        return self._handle.label

    @property
    def bootstrap(self) -> str:
        return self._handle.bootstrap

    @property
    def service_bootstrap(self) -> str:
        return self._handle.service_bootstrap

    @property
    def container_bootstrap(self) -> str:
        return self._handle.container_bootstrap

    @property
    def ours(self) -> bool:
        return self._handle.ours

    @property
    def is_broker(self) -> bool:
        return self._handle.is_broker

    @property
    def control(self) -> OwnControl | None:
        """What faults are put on with; None for a cluster that is not ours, and the mock."""
        if not isinstance(self._groups, OwnGroups) or not isinstance(self._topics, Topics):
            return None
        return OwnControl(self._groups, self._topics)

    def topics(self) -> Mapping[str, int]:
        return self._topics.counts()

    def create_topics(self, specs: Iterable[TopicSpec]) -> None:
        self._topics.create(specs)

    def delete_topics(self, names: Iterable[str]) -> None:
        doomed = tuple(names)
        self._topics.delete(doomed)
        self._sender.forget(doomed)

    def delete_groups(self, names: Iterable[str]) -> None:
        self._groups.delete(names)

    def end_offsets(self, places: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        return self._topics.end_offsets(places)

    def committed(self, group: str, places: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        return self._commits.of(group, places)

    def set_offsets(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        self._groups.set_offsets(group, offsets)

    def describe(self, group: str) -> GroupView:
        return self._groups.describe(group)

    def evict(self, group: str, members: Iterable[str]) -> None:
        """See `Cluster.evict`. EVICT_FOREIGN on a cluster that is not ours."""
        if not self.ours:
            raise BrokerError("EVICT_FOREIGN", f"{self.label} is not ours: nobody is evicted from group {group}")
        leaving = tuple(members)
        if leaving:
            evict(self.bootstrap, group, leaving)

    def send(self, records: Sequence[Sendable], delivered: Delivered, standing: Standing | None = None) -> None:
        self._sender.send(records, delivered, standing)

    def flush(self, timeout: float) -> int:
        return self._sender.flush(timeout)

    def reader(self, topics: Iterable[str]) -> TopicReader:
        """See `Cluster.reader`. TOPIC_UNKNOWN for one that does not exist."""
        starts = self._topics.end_offsets(self._topics.places(topics))
        return TopicReader(self._settings, starts, self._topics.end_offsets, self._topics.places)

    def reconnect(self) -> None:
        self._admin.renew()
        self._groups.close()
        self._commits.close()

    def close(self) -> None:
        self._groups.close()
        self._commits.close()
        self._sender.close()

    def _locate(
        self, topic: str, partition: int, sent: Sequence[Sendable], first: int | None = None, last: int | None = None
    ) -> Sequence[int | None]:
        place = (topic, partition)
        end = self._topics.end_offsets([place])[place] if last is None else last + 1
        return locate(self._settings, place, sent, first, end)

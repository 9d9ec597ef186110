"""A Quix Streams dataframe, by its own `test`; and a library that asks no broker for its topics."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from kcontract.model.called import Handed, Style
from kcontract.testing.handling.faces import message_of
from kcontract.testing.values import Event

_ADMIN = "quixstreams.models.topics.admin"
_RUN = "KCONTRACT_RUN"
"""As `host.sweep` names it, which needs libraries that the project's environment may not have."""


class QuixFace:
    """Implements `faces.Face`. The topic's deserializers are asked first, as in the framework's own loop."""

    style: Style = "record"

    def __init__(self, dataframe: Any) -> None:
        self._dataframe = dataframe
        self._topics = {topic.name: topic for topic in dataframe.topics}
        self._produced: list[Event] = []
        dataframe._producer.produce_row = self._produce_row  # what `to_topic` calls, of each dataframe before this one
        self._assigned: set[int] = set()
        """Partitions whose state is open. It is never committed, for nothing that is sent leaves this process."""
        dataframe.processing_context.init_checkpoint()

    def takes(self, topic: str) -> bool:
        """Any: what the dataframe does not know goes to its first one."""
        del topic
        return True

    def call(self, handed: Handed) -> Any:
        """What was sent by `to_topic`; where nothing is, what comes out at the end."""
        self._produced.clear()
        self._assign(handed.partition)
        topic = self._topics.get(handed.topic) or next(iter(self._topics.values()))
        row = topic.row_deserialize(message_of(handed))
        if row is None:
            return None
        rows = row if isinstance(row, list) else [row]
        came = [
            self._dataframe.test(one.value, one.key, one.timestamp, one.headers, one.context, topic) for one in rows
        ]
        if self._produced:
            return list(self._produced)
        return [value for results in came for value, *_ in results]

    def _assign(self, partition: int) -> None:
        """Let what the dataframe remembers be there, in a directory of this run, not of the project."""
        if partition in self._assigned:
            return
        self._assigned.add(partition)
        place = Path(os.environ.get(_RUN) or tempfile.gettempdir()) / f"state-{os.getpid()}"
        for stores in self._dataframe.processing_context.state_manager.stores.values():
            for store in stores.values():
                if hasattr(store, "_partitions_dir"):
                    store._partitions_dir = place / store.name / (store.stream_id or "")
                store.assign_partition(partition)

    def _produce_row(self, row: Any, topic: Any, key: Any = None, partition: Any = None, timestamp: Any = None) -> None:
        """As the framework's producer: serialized, but not sent."""
        del partition, timestamp
        made = topic.row_serialize(row, row.key if key is None else key)
        headers = made.headers.items() if isinstance(made.headers, dict) else made.headers or ()
        self._produced.append(Event(topic.name, made.value, made.key, list(headers)))


class OfflineTopics(importlib.abc.MetaPathFinder):
    """Lets `app.topic()` believe that each topic is there, without asking a broker that is not there."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's own specification, with a loader that changes it when it is loaded."""
        if name != _ADMIN:
            return None
        with suppress(ValueError):
            sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module
            spec.loader.exec_module = lambda module: _offline(load, module)  # type: ignore[method-assign]
        return spec


def _offline(load: Any, module: Any) -> None:
    """Load it, and let every topic be there."""
    load(module)
    kept = {"retention.ms": "604800000", "retention.bytes": "-1"}  # asked for where there is state: Kafka's defaults
    there = module.TopicConfig(num_partitions=1, replication_factor=1, extra_config=kept)
    module.TopicAdmin.inspect_topics = lambda _admin, names, *_, **__: dict.fromkeys(names, there)

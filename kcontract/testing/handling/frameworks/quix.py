"""A Quix Streams dataframe, by its own `test`; and a library that asks no broker for its topics."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any

from kcontract.model.called import Handed, Style
from kcontract.testing.handling.faces import message_of
from kcontract.testing.values import Event

_ADMIN = "quixstreams.models.topics.admin"


class QuixFace:
    """Implements `faces.Face`. The topic's deserializers are asked first, as in the framework's own loop."""

    style: Style = "record"

    def __init__(self, dataframe: Any) -> None:
        self._dataframe = dataframe
        self._topics = {topic.name: topic for topic in dataframe.topics}
        self._produced: list[Event] = []
        dataframe._producer.produce_row = self._produce_row  # what `to_topic` calls, of each dataframe before this one

    def call(self, handed: Handed) -> Any:
        """What was sent by `to_topic`; where nothing is, what comes out at the end."""
        self._produced.clear()
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
    there = module.TopicConfig(num_partitions=1, replication_factor=1, extra_config={})
    module.TopicAdmin.inspect_topics = lambda _admin, names, *_, **__: dict.fromkeys(names, there)

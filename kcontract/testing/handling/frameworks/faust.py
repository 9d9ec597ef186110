"""A Faust agent, by its own `test_context`: a new one for each record, for a context does not survive an exception."""

from __future__ import annotations

import asyncio
import inspect
from importlib import import_module
from itertools import chain, repeat
from typing import Any

from kcontract.model.called import Handed, Style
from kcontract.testing.handling.faces import record_of
from kcontract.testing.values import Event


class FaustFace:
    """Implements `faces.Face`. Keys and values are decoded as the agent's topic says; what it sends is returned, and
    what it yields."""

    style: Style = "record"

    def __init__(self, agent: Any) -> None:
        self._agent = agent
        self._yields = inspect.isasyncgenfunction(agent.fun)
        self._sent: list[Event] = []
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        agent.app.loop = self._loop
        self._go_nowhere()

    def takes(self, topic: str) -> bool:
        """Any: an agent is handed what its own topic would bring."""
        del topic
        return True

    def call(self, handed: Handed) -> Any:
        """The events that the agent makes of the record."""
        self._sent.clear()
        yielded = self._loop.run_until_complete(self._put(handed))
        return [*self._sent, *yielded]

    async def _put(self, handed: Handed) -> list[Any]:
        record, channel, serializers = record_of(handed), self._agent.channel, self._agent.app.serializers
        schema = channel.schema
        key = serializers.loads_key(channel.key_type, record.key, serializer=schema and schema.key_serializer)
        value = serializers.loads_value(channel.value_type, record.value, serializer=schema and schema.value_serializer)
        async with self._agent.test_context() as context:
            event = await context.put(value, key=key, headers=dict(record.headers), wait=False)
            await _handled(context, event)
            return list(context.results.values()) if self._yields else []

    def _go_nowhere(self) -> None:
        """What is sent to a topic is noted instead."""
        metadata = import_module("faust.types.tuples").RecordMetadata
        place = import_module("faust.types.tuples").TP

        async def publish(topic: Any, future: Any, wait: bool = False) -> Any:
            del wait
            message = future.message
            name = topic._topic_name_or_default(message.channel)
            self._sent.append(Event(name, message.value, message.key, message.headers or []))
            return await topic._finalize_message(future, metadata(name, 0, place(name, 0), 0, 0, 0))

        import_module("faust.topics").Topic.publish_message = publish


async def _handled(context: Any, event: Any) -> None:
    """Return when the agent asks for the next event, or raise what it raised.

    `put` itself would return as soon as an agent that yields nothing has the event, whatever it still waits for, and
    never for one that yields nothing for this event.
    """
    for pause in chain(repeat(0.0, 100), repeat(0.002)):
        acked = event.message.acked
        await asyncio.sleep(pause)
        if context._crash_reason:
            raise context._crash_reason
        if acked:
            return

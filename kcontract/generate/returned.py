"""The events that a handler returned → records of the topics that they go to."""

from __future__ import annotations

import json
from collections.abc import Mapping

from kcontract.errors import KcontractError
from kcontract.generate.from_json import datum_of
from kcontract.model.called import Returned
from kcontract.model.contract import Contract, Receive, SchemaText
from kcontract.model.record import LogRecord, Record
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.nodes import AvroSchema
from kcontract.schema.avro.parse import parse


class ReturnedRecords:
    """Encodes what one receiver returns, as the loop around its handler would."""

    def __init__(self, contract: Contract, receive: Receive) -> None:
        """SchemaError for an illegal schema."""
        texts: dict[str, SchemaText | None] = {emits.topic: emits.payload for emits in receive.emits}
        reply = contract.reply
        self._reply, self._usual = reply, next(iter(texts), "")
        if reply is not None:
            topics = (reply.topic,) if isinstance(reply.topic, str) else reply.topics
            texts.update(dict.fromkeys(topics, reply.payload))
        self._schemas: Mapping[str, AvroSchema] = {
            topic: parse(text.text) for topic, text in texts.items() if text is not None and text.kind == "avro"
        }

    def records(self, returned: tuple[Returned, ...], cause: Record, first: int) -> tuple[LogRecord, ...]:
        """The records, with offsets from `first` on. `cause`: the record that was handed over; its headers are passed
        on where the event has none of its own."""
        if not returned:
            return ()
        usual = self._topic(cause)
        kept = [(event, event.topic or usual) for event in returned if event.topic or usual]
        return tuple(self._record(event, topic, cause, first + number) for number, (event, topic) in enumerate(kept))

    def _topic(self, cause: Record) -> str:
        """Where an event goes that does not name its topic: the answer's, else the first effect's."""
        if self._reply is None:
            return self._usual
        if isinstance(self._reply.topic, str):
            return self._reply.topic
        return (cause.header(self._reply.topic.pointer) or b"").decode("utf-8", "replace")

    def _record(self, event: Returned, topic: str, cause: Record, offset: int) -> LogRecord:
        value = self._encoded(topic, event.value) if event.is_json and event.value is not None else event.value
        headers = cause.headers if event.headers is None else event.headers
        return LogRecord(topic, 0, offset, Record(event.key, value, headers))

    def _encoded(self, topic: str, text: bytes) -> bytes:
        """The Avro bytes of a payload; its JSON form where it does not fit the schema, or the schema is not Avro."""
        schema = self._schemas.get(topic)
        if schema is None:
            return text
        try:
            return encode(schema, datum_of(schema, json.loads(text)))
        except (KcontractError, TypeError, ValueError):
            return text

"""The header in which a request names the topic for its answer (FORMAT.md, `reply`)."""

from __future__ import annotations

from kcontract.model.contract import Contract, Expression
from kcontract.model.record import Headers, Record


class ReplyTo:
    """Sets the header to the run's own reply topics, in turn, so that answers to another's topic show."""

    def __init__(self, contract: Contract) -> None:
        reply = contract.reply
        named = reply.topic if reply is not None and isinstance(reply.topic, Expression) else None
        self._name = named.pointer if named is not None and named.root == "message.header" else ""
        self._topics = tuple(topic.encode() for topic in reply.topics) if reply is not None else ()
        self.active = bool(self._name and self._topics)
        """Whether there is such a header."""

    def given(self, headers: Headers) -> Headers:
        """The headers of a valid record, with the first of the topics."""
        if not self.active:
            return headers
        return (*(pair for pair in headers if pair[0] != self._name), (self._name, self._topics[0]))

    def routed(self, record: Record, identity: str) -> Record:
        """The record for the case of that id, with the topic whose turn it is. A damaged header stays as it is."""
        if not self.active:
            return record
        turn = sum(int(part) for part in identity.split(".") if part.isdigit())
        topic = self._topics[turn % len(self._topics)]
        headers = tuple((name, topic if self._is_ours(name, value) else value) for name, value in record.headers)
        return Record(record.key, record.value, headers, record.timestamp)

    def _is_ours(self, name: str, value: bytes | None) -> bool:
        return name == self._name and value in self._topics

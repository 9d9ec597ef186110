"""Measures the echo: topics of its own, its process, records on a schedule, and the broker's time of each echo."""

from __future__ import annotations

import selectors
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from kcontract.broker.cluster import KafkaCluster
from kcontract.broker.echo.orders import Begin
from kcontract.broker.reader import TopicReader
from kcontract.errors import BrokerError
from kcontract.host.children import end_child, start_child
from kcontract.judge.latency import Echoed, latencies
from kcontract.model.cluster import Outgoing, TopicSpec
from kcontract.model.load import EchoFigures
from kcontract.model.naming import run_prefix
from kcontract.model.record import Record

_READY_S = 20.0
_DRAIN_S = 10.0
_STEP_S = 0.005
_VALUE_BYTES = 300
_TIMED = (("message.timestamp.type", "LogAppendTime"),)


class PlainEcho:
    """Implements `ports.Echo`. Everything that it makes is gone when `measure` returns."""

    def __init__(self, cluster: KafkaCluster, run: str) -> None:
        self._cluster = cluster
        self._source, self._target = (f"{run_prefix(run)}echo.{end}" for end in ("in", "out"))
        self._group = f"{run_prefix(run)}echo"

    def measure(self, rate: float, count: int) -> EchoFigures:
        """See `ports.Echo`. ECHO_SILENT if its process does nothing."""
        self._cluster.create_topics([TopicSpec(self._source, 1), TopicSpec(self._target, 1, _TIMED)])
        try:
            reader = self._cluster.reader([self._target])
            try:
                with self._process():
                    self._run(reader, 0.0, 1, _READY_S)  # the first record waits for metadata
                    return self._run(reader, rate, count, _DRAIN_S)
            finally:
                reader.close()
        finally:
            self._cluster.delete_topics([self._source, self._target])
            self._cluster.delete_groups([self._group])

    def _run(self, reader: TopicReader, rate: float, count: int, patience: float) -> EchoFigures:
        """`count` records at `rate` a second; 0: all at once."""
        begun = time.monotonic() + _STEP_S
        due = [begun + (number / rate if rate else 0.0) for number in range(count)]
        late: list[float] = []
        echoes: dict[int, Echoed] = {}
        deadline = due[-1] + patience
        while len(echoes) < count and (now := time.monotonic()) < deadline:
            ready = [number for number in range(len(late), count) if due[number] <= now]
            late.extend(now - due[number] for number in ready)
            self._send(ready)
            wait = _STEP_S if len(late) == count else min(_STEP_S, max(0.0, due[len(late)] - time.monotonic()))
            for record in reader.poll(wait):
                number = int((record.record.value or b"0").split(b" ", 1)[0])
                echoes[number] = Echoed(due[number], time.monotonic(), record.record.timestamp)
        if len(echoes) < count:
            raise BrokerError("ECHO_SILENT", f"kcontract's own echo returned {len(echoes)} of {count} records")
        took = latencies(list(echoes.values()))
        return EchoFigures(tuple(took), tuple(late), None if rate else count / max(*took, 0.001))

    def _send(self, numbers: list[int]) -> None:
        if numbers:
            records = [Record(None, f"{number} ".encode().ljust(_VALUE_BYTES, b"x")) for number in numbers]
            outgoing = [Outgoing(str(n), self._source, record, 0) for n, record in zip(numbers, records, strict=True)]
            self._cluster.send(outgoing, lambda *_: None)
            self._cluster.flush(_DRAIN_S)

    @contextmanager
    def _process(self) -> Iterator[None]:
        begin = Begin(self._cluster.service_bootstrap, self._source, self._target, self._group)
        process = start_child("kcontract.broker.echo.process", msgspec.json.encode(begin).decode())
        try:
            _await_ready(process)
            yield
        finally:
            end_child(process)


def _await_ready(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(_READY_S) or not process.stdout.readline():
            raise BrokerError("ECHO_SILENT", f"kcontract's own echo did not start within {_READY_S:.0f} s")

"""The harness's side: whatever becomes of librdkafka's admin client, the run goes on.

When an answer about a group comes late, or from a coordinator that moves, it can take its whole process along
(librdkafka 2.16). On a broker of ours no such client is asked; elsewhere, where any version and any security may be
met, it lives in a process of its own, which is started again and asked once more.
"""

from __future__ import annotations

import os
import selectors
import subprocess
from collections.abc import Iterable, Mapping

import msgspec

from kcontract.broker.aside.orders import ANSWERS, Answer, Begin, Delete, Describe, Order, SetOffsets
from kcontract.broker.client import REQUEST_S, Settings
from kcontract.errors import BrokerError
from kcontract.host.children import end_child, start_child
from kcontract.model.cluster import GroupView
from kcontract.model.record import TopicPartition as Place

_ANSWER_S = 4 * REQUEST_S
"""A request, once more over a new connection, each with a wait; then the client hangs."""
_END_S = 2.0


class _GoneError(Exception):
    """The process has ended, or hangs; how, in words."""


class GroupsAside:
    """What may be asked of groups: as `broker.groups`, and BrokerError BROKER_ADMIN_ENDED if the process of the client
    ends twice in a row."""

    def __init__(self, settings: Settings) -> None:
        self._begin = Begin(dict(settings))
        self._process: subprocess.Popen[bytes] | None = None
        self._read = b""

    def set_offsets(self, group: str, offsets: Mapping[Place, int]) -> None:
        """See `Groups.set_offsets`."""
        if offsets:
            told = tuple((topic, number, offset) for (topic, number), offset in offsets.items())
            self._ask(f"set the offsets of group {group}", SetOffsets(group, told))

    def describe(self, group: str) -> GroupView:
        """See `Groups.describe`."""
        return self._ask(f"describe group {group}", Describe(group)).view or GroupView("UNKNOWN")

    def delete(self, groups: Iterable[str]) -> None:
        """See `Groups.delete`."""
        names = tuple(sorted(set(groups)))
        if names:
            self._ask(f"delete group {', '.join(names)}", Delete(names))

    def close(self) -> None:
        """End the process; another one is started when it is needed."""
        process, self._process, self._read = self._process, None, b""
        if process is not None:
            end_child(process)

    def _ask(self, what: str, order: Order) -> Answer:
        """The answer; once more of a new process where the first one ended."""
        why = ""
        for _ in range(2):
            try:
                answer = self._answer(order)
            except _GoneError as gone:
                why = str(gone)
                self.close()
                continue
            if answer.code:
                raise BrokerError(answer.code, answer.message, answer.fix)
            return answer
        message = f"cannot {what}: the process of librdkafka's admin client {why}, twice"
        raise BrokerError("BROKER_ADMIN_ENDED", message, "run it again when the cluster is at rest")

    def _answer(self, order: Order) -> Answer:
        process = self._process = self._process or self._started()
        if process.stdin is None or process.stdout is None:
            raise _GoneError("has no pipes")
        try:
            process.stdin.write(msgspec.json.encode(order) + b"\n")
        except OSError as error:
            raise _GoneError(_end_of(process)) from error
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._read:
                if not selector.select(_ANSWER_S):
                    process.kill()
                    raise _GoneError(f"did not answer within {_ANSWER_S:g} s")
                data = os.read(process.stdout.fileno(), 1 << 16)
                if not data:
                    raise _GoneError(_end_of(process))
                self._read += data
        line, _, self._read = self._read.partition(b"\n")
        return ANSWERS.decode(line)

    def _started(self) -> subprocess.Popen[bytes]:
        process = start_child("kcontract.broker.aside.process")
        if process.stdin is not None:
            process.stdin.write(msgspec.json.encode(self._begin) + b"\n")
        return process


def _end_of(process: subprocess.Popen[bytes]) -> str:
    try:
        code = process.wait(_END_S)
    except subprocess.TimeoutExpired:
        return "closed its output"
    return f"was killed by signal {-code}" if code < 0 else f"ended with {code}"

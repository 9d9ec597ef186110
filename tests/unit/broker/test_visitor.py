"""A visitor against a broker that plays along, and one that does not: it never stays by mistake."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from kcontract.broker.visitor import GroupVisitor
from kcontract.errors import BrokerError
from kcontract.protocol import visiting
from kcontract.protocol.coordinator import FIND_COORDINATOR, Coordinator, encode_find_coordinator_response
from kcontract.protocol.emptied import OFFSET_COMMIT
from kcontract.protocol.frames import LENGTH_BYTES, encode_response, frame_length
from kcontract.protocol.leave_group import LEAVE_GROUP, LeaveGroupResponse, encode_leave_group_response
from kcontract.protocol.primitives import Encoder

Replies = dict[int, list[bytes]]
_ASSIGNED = bytes(Encoder().int16(1).int32(1).string("t").int32(1).int32(2).int32(-1))
NEEDS_ID = bytes(Encoder().int32(0).int16(79).int32(-1).string("").string("").string("m-7").int32(0))
JOINED = bytes(Encoder().int32(0).int16(0).int32(3).string("range").string("other").string("m-7").int32(0))
LEADS = bytes(Encoder().int32(0).int16(0).int32(3).string("range").string("m-7").string("m-7").int32(0))
SYNCED = bytes(Encoder().int32(0).int16(0).int32(len(_ASSIGNED)).raw(_ASSIGNED))
FINE, MOVING, FENCED = b"\0" * 6, b"\0\0\0\0\0\x1b", b"\0\0\0\0\0\x52"
TAKEN, REFUSED = (bytes(Encoder().int32(0).int32(1).string("t").int32(1).int32(2).int16(error)) for error in (0, 27))


class Broker:
    """Answers by kind of request, the last reply again and again; keeps what it was asked."""

    def __init__(self, replies: Replies) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.asked: list[int] = []
        self.replies = {
            visiting.JOIN_GROUP: [NEEDS_ID, JOINED],
            visiting.SYNC_GROUP: [SYNCED],
            visiting.HEARTBEAT: [FINE],
            OFFSET_COMMIT: [TAKEN],
            LEAVE_GROUP: [encode_leave_group_response(LeaveGroupResponse(0))],
            FIND_COORDINATOR: [encode_find_coordinator_response(Coordinator(0, "127.0.0.1", self.port, None, 1))],
            **replies,
        }
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        while head := stream.read(LENGTH_BYTES):
            frame = stream.read(frame_length(head))
            api, number = int.from_bytes(frame[:2], "big"), int.from_bytes(frame[4:8], "big")
            self.asked.append(api)
            left = self.replies[api]
            connection.sendall(encode_response(number, left.pop(0) if len(left) > 1 else left[0]))


@contextmanager
def visit(replies: Replies) -> Iterator[tuple[Broker, GroupVisitor]]:
    broker = Broker(replies)
    visitor = GroupVisitor(f"127.0.0.1:{broker.port}", "g", "range", ["t"])
    try:
        yield broker, visitor
    finally:
        visitor.leave()
        broker.server.close()


def wait_until(condition: Callable[[], object]) -> None:
    for _ in range(3000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come to that")


def test_it_comes_with_the_id_that_it_is_given() -> None:
    """Asked for an id it comes again; it takes its share, commits as a member, and leaves by its id."""
    with visit({}) as (broker, visitor):
        wait_until(lambda: visitor.places)
        assert (visitor.places, visitor.failure) == (frozenset({("t", 2)}), "")
        visitor.commit({("t", 2): 5})
    assert broker.asked[:3] == [visiting.JOIN_GROUP, visiting.JOIN_GROUP, visiting.SYNC_GROUP]
    assert broker.asked[-1] == LEAVE_GROUP
    assert OFFSET_COMMIT in broker.asked
    assert visitor.places is None


def test_it_comes_again_when_others_move() -> None:
    """A heartbeat tells of it, or the answer that gives out the partitions."""
    moved = bytes(Encoder().int32(0).int16(27).int32(0))
    with visit({visiting.HEARTBEAT: [MOVING, FINE], visiting.SYNC_GROUP: [moved, SYNCED]}) as (broker, visitor):
        wait_until(lambda: visitor.places)
        assert broker.asked.count(visiting.JOIN_GROUP) == 3


@pytest.mark.parametrize(
    ("replies", "why"),
    [
        ({visiting.JOIN_GROUP: [NEEDS_ID, LEADS]}, "made the leader"),
        ({visiting.JOIN_GROUP: [NEEDS_ID]}, "error 79"),
        ({visiting.HEARTBEAT: [FENCED]}, "error 82"),
        ({visiting.SYNC_GROUP: [b"\0"]}, "bytes wanted"),
    ],
)
def test_what_goes_wrong_ends_the_visit(replies: Replies, why: str) -> None:
    """A leader that has nothing to give would starve the group: it goes at once, and so after any refusal."""
    with visit(replies) as (_, visitor):
        wait_until(lambda: visitor.failure)
        assert why in visitor.failure
        assert visitor.places is None


def test_a_commit_that_is_refused() -> None:
    """The group has moved on."""
    with visit({OFFSET_COMMIT: [REFUSED]}) as (_, visitor):
        wait_until(lambda: visitor.places)
        with pytest.raises(BrokerError, match="error 27") as caught:
            visitor.commit({("t", 2): 5})
    assert caught.value.code == "VISIT_FAILED"


def test_it_leaves_a_broker_that_does_not_let_it_go() -> None:
    """Nothing is raised: nobody keeps its session up any more."""
    refusal = encode_find_coordinator_response(Coordinator(15, "", -1, "not now", -1))
    with visit({FIND_COORDINATOR: [refusal]}) as (_, visitor):
        wait_until(lambda: visitor.places)
    assert visitor.places is None

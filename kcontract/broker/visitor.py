"""A second member in a service's group: it comes, takes the partitions that it is given, and leaves again.

It reads no record and commits nothing unless it is told to. A plain connection and the classic protocol, which a
KIP-848 group takes as well: no client library would offer any assignor that it does not know itself.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from kcontract.broker.eviction import evict
from kcontract.broker.plain import Connection, address
from kcontract.errors import BrokerError
from kcontract.model.record import TopicPartition as Place
from kcontract.protocol import visiting
from kcontract.protocol.emptied import OFFSET_COMMIT, OFFSET_COMMIT_VERSION, decode_offset_commit_response
from kcontract.protocol.membership import MEMBER_ID_REQUIRED, REBALANCE_IN_PROGRESS
from kcontract.protocol.primitives import Decoder, FrameError
from kcontract.protocol.visiting import Membership

_COOPERATIVE = "cooperative-sticky"
"""Its members keep what they have while the group forms anew; of all others they give everything up."""
ASSIGNORS = frozenset({"range", "roundrobin", "sticky", _COOPERATIVE, "RoundRobinAssigner"})
"""Those whose members need tell each other no more than their topics: a newcomer is understood by all of them."""
_CLIENT = "!visitor"
"""Member ids begin with it; assignors that sort by them give the first one the partition that is left over."""
_SESSION_S, _REBALANCE_S = 10.0, 20.0
_ANSWER_S = 90.0
"""A join is answered when all members have come: a service that is busy comes when it polls next."""
_HEARTBEAT_S = 0.1
_MOVED = frozenset({REBALANCE_IN_PROGRESS, 22})
"""Others join or leave; 22 once that is over, if it was missed."""


class GroupVisitor:
    """Implements `ports.Visitor`. It lives in a thread of its own, for the broker keeps a joining member waiting."""

    def __init__(
        self, bootstrap: str, group: str, assignor: str, topics: Sequence[str], *, modern: bool = False
    ) -> None:
        """Set out for a group, a `modern` one (KIP-848) or a classic one. OSError if the broker cannot be reached."""
        self._bootstrap = bootstrap
        self._assignor, self._topics, self._modern = assignor, tuple(topics), modern
        self._membership = Membership(group)
        self._asking = threading.Lock()
        self._connection = Connection(*address(bootstrap), timeout=_ANSWER_S, client=_CLIENT)
        self._leaving = threading.Event()
        self._places: frozenset[Place] | None = None
        self._failure = ""
        self._thread = threading.Thread(target=self._stay, name=f"visitor of {group}", daemon=True)
        self._thread.start()

    @property
    def places(self) -> frozenset[Place] | None:
        return self._places

    @property
    def failure(self) -> str:
        return self._failure

    def commit(self, offsets: Mapping[Place, int]) -> None:
        """See `Visitor.commit`. VISIT_FAILED if the broker refuses: the group has moved on, say."""
        try:
            answer = self._ask(OFFSET_COMMIT, OFFSET_COMMIT_VERSION, visiting.commit_request(self._membership, offsets))
            errors = set(decode_offset_commit_response(answer).values()) - {0}
        except (OSError, FrameError) as error:
            raise _failed(f"it could not commit: {error}") from error
        if errors:
            raise _failed(f"its commit was refused: error {min(errors)}")

    def leave(self) -> None:
        """See `Visitor.leave`. Its id is made to leave from outside, which also ends a join that hangs.

        Where the broker does not take that, its session ends soon, for nobody keeps it up.
        """
        self._leaving.set()
        if self._membership.member:
            with suppress(BrokerError):
                evict(self._bootstrap, self._membership.group, [self._membership.member])
        self._thread.join(1.0)
        self._connection.close()
        self._places = None

    def _stay(self) -> None:
        try:
            while not self._leaving.is_set():
                self._join()
                while not self._leaving.wait(_HEARTBEAT_S):
                    error = visiting.decode_heartbeat(self._ask_as_member(visiting.HEARTBEAT))
                    if error in _MOVED:
                        break
                    _check(error)
        except (OSError, FrameError, BrokerError) as error:
            self._places = None
            if not self._leaving.is_set():
                self._failure = str(error)

    def _join(self) -> None:
        """Come, or come again, and take what is given. BrokerError if that cannot be."""
        joined = self._ask_to_join()
        if joined.error == MEMBER_ID_REQUIRED:
            self._membership = msgspec.structs.replace(self._membership, member=joined.member)
            joined = self._ask_to_join()
        _check(joined.error)
        self._membership = Membership(self._membership.group, joined.member, joined.generation)
        if joined.leader == joined.member:
            raise _failed("it was made the leader of the group, which was left by everybody else")
        error, places = visiting.decode_synced(self._ask_as_member(visiting.SYNC_GROUP))
        if error not in _MOVED:
            _check(error)
            self._places = frozenset(places)

    def _ask_to_join(self) -> visiting.Joined:
        subscribed = visiting.subscription(self._topics, self._owned())
        request = visiting.join_request(self._membership, self._assignor, subscribed, _SESSION_S, _REBALANCE_S)
        return visiting.decode_joined(self._ask(visiting.JOIN_GROUP, visiting.JOIN_GROUP_VERSION, request))

    def _owned(self) -> frozenset[Place] | None:
        """What is not given up while the group forms anew; None where members do not tell each other."""
        if self._assignor == _COOPERATIVE:
            return self._places or frozenset()
        return frozenset() if self._modern else None

    def _ask_as_member(self, api: int) -> Decoder:
        if api == visiting.SYNC_GROUP:
            return self._ask(api, visiting.SYNC_GROUP_VERSION, visiting.sync_request(self._membership))
        return self._ask(api, visiting.HEARTBEAT_VERSION, visiting.heartbeat_request(self._membership))

    def _ask(self, api: int, version: int, body: bytes) -> Decoder:
        with self._asking:
            return self._connection.ask(api, version, body)


def _check(error: int) -> None:
    if error:
        raise _failed(f"the broker refused it: error {error}")


def _failed(why: str) -> BrokerError:
    return BrokerError("VISIT_FAILED", f"the second member of the group: {why}")

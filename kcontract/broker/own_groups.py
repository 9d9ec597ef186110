"""Consumer groups on a broker of ours, over a plain connection.

Not through the admin client of librdkafka 2.16: when an answer comes after its time, or from a coordinator that moves,
it takes the whole process along (`eonce->refcnt > 0`). Our broker has one node, plain text and known versions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from kcontract.broker.client import REQUEST_S, STEP_S, unreachable
from kcontract.broker.plain import Connection, address
from kcontract.broker.visitor import ASSIGNORS, GroupVisitor
from kcontract.errors import BrokerError
from kcontract.model.cluster import GroupView, Member
from kcontract.model.record import TopicPartition as Place
from kcontract.protocol import describing, emptied
from kcontract.protocol.primitives import Decoder, FrameError

T = TypeVar("T")

_ABSENT = 69
_PASSING = frozenset({3, 14, 15, 16})
"""The topic is not known yet, the coordinator loads, is not there yet, or is another one."""
_OCCUPIED = frozenset({22, 25, 27, 68, 86, 113})
"""The group has members, by all the names that this has."""
_NOT_EMPTY = 68
_AGREED_S = 5.0
_STATES = {"PreparingRebalance": "PREPARING_REBALANCING", "CompletingRebalance": "COMPLETING_REBALANCING"}


class OwnGroups:
    """What may be asked of groups. BrokerError with BROKER_UNREACHABLE or BROKER_REFUSED from every method."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap, self._address = bootstrap, address(bootstrap)
        self._connection: Connection | None = None
        self._classic: set[str] = set()
        """Groups that were seen not to be of the consumer protocol."""

    def set_offsets(self, group: str, offsets: Mapping[Place, int]) -> None:
        """Commit for an empty group, which then exists. GROUP_NOT_EMPTY when it has members."""
        if not offsets:
            return
        what = f"set the offsets of group {group}"
        request = emptied.offset_commit_request(group, offsets)

        def commit() -> tuple[None, int]:
            answer = self._ask(what, emptied.OFFSET_COMMIT, emptied.OFFSET_COMMIT_VERSION, request)
            errors = emptied.decode_offset_commit_response(answer).values()
            return None, max(errors, default=0)

        self._persist(what, commit)

    def describe(self, group: str) -> GroupView:
        """State and members; DEAD for a group that does not exist, UNKNOWN while its coordinator is on its way."""
        found = self._described(group)
        if found.error in _PASSING:
            return GroupView("UNKNOWN")
        if found.error and found.error != _ABSENT:
            raise _refused(f"describe group {group}", found.error)
        members = tuple(Member(id=m.id, client=m.client, host=m.host, partitions=m.partitions) for m in found.members)
        return GroupView(_STATES.get(found.state, found.state.upper()) or "DEAD", members)

    def visit(self, group: str, topics: Sequence[str]) -> GroupVisitor:
        """A second member comes. VISIT_REFUSED if it would not understand the group's members, or they not it."""
        found = self._settled(group)
        modern = group not in self._classic
        assignor = "range" if modern else found.assignor  # of a KIP-848 group the broker itself assigns
        if found.kind != describing.CONSUMER or assignor not in ASSIGNORS:
            what = f"a second member cannot join group {group}: its members use the assignor {assignor or found.state}"
            raise BrokerError("VISIT_REFUSED", what, "only the assignors of Kafka's consumer protocol are spoken")
        try:
            return GroupVisitor(self._bootstrap, group, assignor, topics, modern=modern)
        except OSError as error:
            raise unreachable(f"join group {group}", str(error)) from error

    def _settled(self, group: str) -> describing.DescribedGroup:
        """The group when it has agreed on its assignor, or as it is after a while."""
        deadline = time.monotonic() + _AGREED_S
        while True:
            found = self._described(group)
            if found.state == "Stable" or time.monotonic() >= deadline:
                return found
            time.sleep(STEP_S)

    def delete(self, groups: Iterable[str]) -> None:
        """Delete those that exist and are empty."""
        for group in sorted(set(groups)):
            what = f"delete group {group}"
            request = emptied.delete_groups_request([group])
            answer = self._ask(what, emptied.DELETE_GROUPS, emptied.DELETE_GROUPS_VERSION, request)
            error = emptied.decode_delete_groups_response(answer).get(group, 0)
            if error not in {0, _ABSENT, _NOT_EMPTY}:
                raise _refused(what, error)
            self._classic.discard(group)

    def close(self) -> None:
        """Let go of the connection; it is made anew when it is needed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _described(self, group: str) -> describing.DescribedGroup:
        """A group of the consumer protocol, else a classic one."""
        what = f"describe group {group}"
        if group not in self._classic:
            api, version = describing.CONSUMER_GROUP_DESCRIBE, describing.CONSUMER_GROUP_DESCRIBE_VERSION
            request = describing.consumer_group_describe_request(group)
            found = describing.decode_consumer_group_describe_response(
                self._ask(what, api, version, request, flexible=True)
            )
            if found.error != _ABSENT:
                return found
        api, version = describing.DESCRIBE_GROUPS, describing.DESCRIBE_GROUPS_VERSION
        answer = self._ask(what, api, version, describing.describe_groups_request(group))
        classic = describing.decode_describe_groups_response(answer)
        if classic.members:  # an empty group may become one of the other protocol
            self._classic.add(group)
        else:
            self._classic.discard(group)
        return classic

    def _persist(self, what: str, ask: Callable[[], tuple[T, int]]) -> T:
        """The answer, asked again while its error is one that passes."""
        deadline = time.monotonic() + REQUEST_S
        while True:
            answer, error = ask()
            if not error:
                return answer
            if error not in _PASSING or time.monotonic() >= deadline:
                raise _refused(what, error)
            time.sleep(STEP_S)

    def _ask(self, what: str, api: int, version: int, body: bytes, *, flexible: bool = False) -> Decoder:
        """Over the connection that is there, and once more over a new one: the broker may have been started again."""
        if self._connection is not None:
            try:
                return self._connection.ask(api, version, body, flexible=flexible)
            except (OSError, FrameError):
                self.close()
        try:
            self._connection = Connection(*self._address)
            return self._connection.ask(api, version, body, flexible=flexible)
        except (OSError, FrameError) as error:
            self.close()
            raise unreachable(what, str(error)) from error


def _refused(what: str, error: int) -> BrokerError:
    if error in _OCCUPIED:
        fix = "stop them, or wait for their session to end"
        return BrokerError("GROUP_NOT_EMPTY", f"cannot {what}: it has members (error {error})", fix)
    return BrokerError("BROKER_REFUSED", f"cannot {what}: error {error}")

"""Consumer groups through the admin client: their offsets set, members, removal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import ConsumerGroupDescription  # type: ignore[attr-defined]

from kcontract.broker.client import MOVING, Admin, kafka_error, persist, refused, result
from kcontract.errors import BrokerError
from kcontract.model.cluster import GroupView, Member
from kcontract.model.record import TopicPartition as Place

T = TypeVar("T")
Ask = Callable[[], Future[T]]

_ANSWER_S = 4.0
"""How long a coordinator may take, which answers within milliseconds, before the connection is made anew."""

_ABSENT = frozenset({KafkaError.GROUP_ID_NOT_FOUND})
_OCCUPIED = frozenset({
    KafkaError.NON_EMPTY_GROUP, KafkaError.UNKNOWN_MEMBER_ID, KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError.GROUP_SUBSCRIBED_TO_TOPIC, KafkaError.STALE_MEMBER_EPOCH,
})  # fmt: skip


class Groups:
    """What may be asked of groups. BrokerError with BROKER_UNREACHABLE or BROKER_REFUSED from every method."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin

    def set_offsets(self, group: str, offsets: Mapping[Place, int]) -> None:
        """Commit for an empty group, which then exists. GROUP_NOT_EMPTY when it has members."""
        if not offsets:
            return
        what = f"set the offsets of group {group}"
        wanted = [TopicPartition(*place, offset) for place, offset in offsets.items()]
        question = ConsumerGroupTopicPartitions(group, wanted)
        try:
            answer = self._ask(what, lambda: self._alter(question))
            for tp in answer.topic_partitions or ():
                if tp.error:
                    raise refused(f"{what} at {tp.topic}/{tp.partition}", KafkaException(tp.error))
        except BrokerError as error:
            if _code(error) in _OCCUPIED:
                raise _occupied(group, error) from error
            raise

    def describe(self, group: str) -> GroupView:
        """State and members; DEAD for a group that does not exist, UNKNOWN while its coordinator is on its way, and
        always on the mock."""
        what = f"describe group {group}"
        try:
            return _view(self._answer(what, lambda: self._description(group)))
        except KafkaException as error:
            code = kafka_error(error).code()
            if code in _ABSENT:
                return GroupView("DEAD")
            if code in MOVING or code == KafkaError._UNSUPPORTED_FEATURE:
                return GroupView("UNKNOWN")
            raise refused(what, error) from error

    def delete(self, groups: Iterable[str]) -> None:
        """Delete those that exist and are empty."""
        for name in sorted(set(groups)):
            what = f"delete group {name}"
            try:
                self._answer(what, partial(self._deletion, name))
            except KafkaException as error:
                if kafka_error(error).code() not in _ABSENT | {KafkaError.NON_EMPTY_GROUP}:
                    raise refused(what, error) from error

    def close(self) -> None:
        """Nothing: the admin client is not ours."""

    def _ask(self, what: str, ask: Ask[T]) -> T:
        return persist(self._admin, what, lambda: self._answer(what, ask), passing=MOVING)

    def _answer(self, what: str, ask: Ask[T]) -> T:
        try:
            return result(ask(), what)
        except KafkaException as error:
            if kafka_error(error).code() != KafkaError._TIMED_OUT:
                raise
        self._admin.renew()
        return result(ask(), what)

    def _alter(self, question: ConsumerGroupTopicPartitions) -> Future[ConsumerGroupTopicPartitions]:
        return _only(self._admin.client.alter_consumer_group_offsets([question], request_timeout=_ANSWER_S))

    def _description(self, group: str) -> Future[ConsumerGroupDescription]:
        return _only(self._admin.client.describe_consumer_groups([group], request_timeout=_ANSWER_S))

    def _deletion(self, group: str) -> Future[None]:
        return _only(self._admin.client.delete_consumer_groups([group], request_timeout=_ANSWER_S))


def _only(futures: Mapping[str, Future[T]]) -> Future[T]:
    return next(iter(futures.values()))


def _code(error: BrokerError) -> int | None:
    cause = error.__cause__
    return kafka_error(cause).code() if isinstance(cause, KafkaException) else None


def _occupied(group: str, error: BrokerError) -> BrokerError:
    return BrokerError(
        "GROUP_NOT_EMPTY", f"group {group} has members: {error.message}", "stop them, or wait for their session to end"
    )


def _view(description: ConsumerGroupDescription) -> GroupView:
    members = tuple(
        Member(
            id=each.member_id,
            client=each.client_id or "",
            host=each.host or "",
            partitions=tuple((tp.topic, tp.partition) for tp in each.assignment.topic_partitions or ()),
        )
        for each in description.members
    )
    return GroupView(description.state.name, members)

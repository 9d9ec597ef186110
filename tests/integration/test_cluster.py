"""KafkaCluster on a real Apache Kafka."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from kcontract.broker.choose import ForeignKafka
from kcontract.broker.cluster import KafkaCluster
from kcontract.broker.reader import UNREADABLE
from kcontract.errors import BrokerError
from kcontract.model.cluster import Outgoing, TopicSpec
from kcontract.model.record import LogRecord, Record
from kcontract.ports import Cluster
from tests.integration.raw_produce import produce
from tests.shared_kafka import SharedKafka

pytestmark = pytest.mark.kafka

Unique = Callable[[str], str]
Ack = tuple[str, str, int, int, str]
_SECONDS = 20.0


def send(cluster: Cluster, records: list[Outgoing]) -> dict[str, Ack]:
    """Send and flush; the acknowledgement of each case."""
    acks: list[Ack] = []
    cluster.send(records, lambda *ack: acks.append(ack))
    assert cluster.flush(_SECONDS) == 0
    assert len(acks) == len(records)
    return {ack[0]: ack for ack in acks}


def values(records: list[LogRecord] | tuple[LogRecord, ...]) -> list[bytes | None]:
    return [each.record.value for each in records]


def wait_until(condition: Callable[[], bool]) -> None:
    """Generous, for the other members of a group notice in their own time."""
    deadline = time.monotonic() + 60.0
    while not condition():
        assert time.monotonic() < deadline


def aborted(kafka: SharedKafka, transaction: str, topic: str) -> None:
    """A record that is never to be read, and behind it the marker of its transaction."""
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": transaction})
    producer.init_transactions(_SECONDS)
    producer.begin_transaction()
    producer.produce(topic, b"aborted", partition=0)
    producer.flush(_SECONDS)
    producer.abort_transaction(_SECONDS)


def numbered(topic: str, count: int, size: int = 0) -> list[Outgoing]:
    return [Outgoing(str(n), topic, Record(value=b"%d" % n + b"x" * size), 0) for n in range(count)]


@contextmanager
def member(kafka: SharedKafka, group: str, topic: str, protocol: str = "classic") -> Iterator[subprocess.Popen[str]]:
    """A consumer in a process of its own, with all four partitions."""
    script = Path(__file__).with_name("member.py")
    command = [sys.executable, str(script), kafka.service_bootstrap, group, topic, protocol]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "assigned 4\n"
            yield process
        finally:
            process.kill()


@contextmanager
def writing(kafka: SharedKafka, topic: str) -> Iterator[None]:
    """Somebody else, who writes to all four partitions meanwhile."""
    over = threading.Event()

    def write() -> None:
        producer = Producer({"bootstrap.servers": kafka.bootstrap, "linger.ms": 0})
        while not over.is_set():
            for partition in range(4):
                producer.produce(topic, b"other", partition=partition)
            producer.flush(_SECONDS)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class TestTopics:
    def test_created_topics_are_there_with_their_partitions(self, cluster: Cluster, topic: str) -> None:
        """The partition count is as asked for, all logs are empty, and internal topics are not shown."""
        assert cluster.topics()[topic] == 4
        assert cluster.end_offsets([(topic, n) for n in range(4)]) == {(topic, n): 0 for n in range(4)}
        assert "__consumer_offsets" not in cluster.topics()

    def test_an_existing_topic_stops_the_whole_creation(self, cluster: Cluster, topic: str, unique: Unique) -> None:
        """Nothing is created when one of the topics exists already."""
        other = unique("other")
        with pytest.raises(BrokerError, match="is there already") as caught:
            cluster.create_topics([TopicSpec(other), TopicSpec(topic)])
        assert caught.value.code == "TOPIC_EXISTS"
        assert other not in cluster.topics()

    def test_a_topic_with_an_illegal_name_is_refused(self, cluster: Cluster) -> None:
        """What the broker says about a name reaches the user."""
        with pytest.raises(BrokerError, match="TOPIC_EXCEPTION") as caught:
            cluster.create_topics([TopicSpec("not a name")])
        assert caught.value.code == "BROKER_REFUSED"

    def test_deleting_what_is_not_there_does_nothing(self, cluster: Cluster, unique: Unique) -> None:
        """Only topics that exist are deleted."""
        cluster.delete_topics([unique("never"), unique("made")])

    def test_a_topic_made_again_starts_empty_for_everyone(self, cluster: Cluster, unique: Unique) -> None:
        """Producer and readers find the new topic, not the offsets of the deleted one with its name."""
        name = unique("again")
        for turn in range(5):
            cluster.create_topics([TopicSpec(name, 2)])
            reader = cluster.reader([name])
            acks = send(cluster, [Outgoing(f"{n}", name, Record(value=b"%d" % turn), n % 2) for n in range(6 - turn)])
            records, complete = reader.drain(_SECONDS)
            reader.close()
            cluster.delete_topics([name])
            assert complete
            assert values([*records]) == [b"%d" % turn] * (6 - turn)
            assert {ack[3] for ack in acks.values() if ack[2] == 0} == set(range((7 - turn) // 2))

    def test_a_topic_made_again_may_have_more_partitions(self, cluster: KafkaCluster, unique: Unique) -> None:
        """The producer does not refuse records by what it remembers of the deleted one."""
        name = unique("wider")
        for partitions in (1, 4, 2, 8):
            cluster.create_topics([TopicSpec(name, partitions)])
            acks = send(cluster, [Outgoing(f"{n}", name, Record(value=b"x"), n) for n in range(partitions)])
            cluster.delete_topics([name])
            assert sorted((ack[2], ack[4]) for ack in acks.values()) == [(n, "") for n in range(partitions)]

    def test_a_log_is_cut(self, cluster: KafkaCluster, topic: str) -> None:
        """Records before the offset are gone for whoever comes later."""
        control = cluster.control
        assert control is not None
        send(cluster, numbered(topic, 3))
        control.delete_records({(topic, 0): 2, (topic, 1): 0})
        consumer = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": topic})
        marks = [consumer.get_watermark_offsets(TopicPartition(topic, number), _SECONDS) for number in (0, 1)]
        consumer.close()
        assert marks == [(2, 3), (0, 0)]


class TestSending:
    def test_records_come_back_as_they_were_sent(self, cluster: Cluster, topic: str) -> None:
        """Null and empty keys, values and header values stay apart; repeated headers and their order stay."""
        headers = (("a", b"1"), ("a", None), ("ä", b""), ("", b"\xff"))
        records = [
            Record(key, value, headers if value else (), 1_600_000_000_000)
            for key in (None, b"", b"key")
            for value in (None, b"", b"\x00value")
        ]
        reader = cluster.reader([topic])
        acks = send(cluster, [Outgoing(str(n), topic, record, 3) for n, record in enumerate(records)])
        read, _ = reader.drain(_SECONDS)
        reader.close()
        assert [each.record for each in read] == records
        assert [acks[str(n)] for n in range(9)] == [(str(n), topic, 3, n, "") for n in range(9)]

    def test_keys_go_where_javas_client_puts_them(self, cluster: Cluster, unique: Unique) -> None:
        """The hashes are those of Kafka's own test of Utils.murmur2, and of the empty key."""
        hashes = {
            b"21": -973932308, b"foobar": -790332482, b"a-little-bit-long-string": -985981536,
            b"a-little-bit-longer-string": -1486304829, b"abc": 479470107, b"": 275646681,
            b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
        }  # fmt: skip
        name = unique("keys")
        cluster.create_topics([TopicSpec(name, 7)])
        acks = send(cluster, [Outgoing(key.decode(), name, Record(key, b"")) for key in hashes])
        cluster.delete_topics([name])
        assert {case: ack[2] for case, ack in acks.items()} == {
            key.decode(): (number & 0x7FFFFFFF) % 7 for key, number in hashes.items()
        }

    def test_order_within_a_new_topic_is_kept(self, cluster: Cluster, topic: str) -> None:
        """Offsets follow the order of sending from the very first batch on."""
        acks = send(cluster, numbered(topic, 20_000))
        assert [acks[str(n)][3] for n in range(20_000)] == list(range(20_000))

    @pytest.mark.parametrize("limit", [700, 10_000, 1_048_588])
    def test_only_the_record_over_the_limit_is_refused(self, cluster: Cluster, unique: Unique, limit: int) -> None:
        """A large record does not take the healthy ones along that would share its batch."""
        name = unique("limit")
        cluster.create_topics([TopicSpec(name, 1, (("max.message.bytes", str(limit)),))])
        records = numbered(name, 300, 100)
        records[40] = Outgoing("40", name, Record(value=b"x" * (limit + 1)), 0)
        acks = send(cluster, records)
        cluster.delete_topics([name])
        assert [case for case, ack in acks.items() if ack[4]] == ["40"]
        assert "MSG_SIZE_TOO_LARGE" in acks["40"][4]
        assert sorted(ack[3] for ack in acks.values()) == [-1, *range(299)]

    @pytest.mark.parametrize(
        ("record", "partition", "reason"),
        [
            (Record(headers=(("a\0b", b""),)), 0, "NUL"),
            (Record(headers=(("\ud800", b""),)), 0, "surrogates not allowed"),
            (Record(timestamp=0), 0, "timestamp 0"),
            (Record(timestamp=1 << 70), 0, "not sendable"),
            (Record(), 4, "_UNKNOWN_PARTITION"),
        ],
    )
    def test_what_cannot_be_sent_is_told_and_harms_nobody(
        self, cluster: Cluster, topic: str, record: Record, partition: int, reason: str
    ) -> None:
        """The record is refused with its reason, and its neighbours arrive."""
        good = Record(value=b"good")
        acks = send(
            cluster,
            [Outgoing("a", topic, good, 0), Outgoing("b", topic, record, partition), Outgoing("c", topic, good, 0)],
        )
        assert reason in acks["b"][4]
        assert [acks[case][3:] for case in "ac"] == [(0, ""), (1, "")]

    def test_a_limit_is_set_and_lifted(self, cluster: KafkaCluster, unique: Unique) -> None:
        """In force on return, on open connections as well; afterwards it is what it was."""
        name = unique("narrow")
        cluster.create_topics([TopicSpec(name, 1, (("max.message.bytes", "5000"),))])
        control = cluster.control
        assert control is not None
        errors = []
        for size in (1, None, 1, None):
            control.limit_records([name], size)
            errors.append(produce(cluster.bootstrap, name, b"x" * 3000, []))
        cluster.delete_topics([name])
        assert errors == [10, 0, 10, 0]  # 10: MESSAGE_TOO_LARGE

    def test_records_to_a_topic_that_is_not_there_make_it(self, cluster: Cluster, unique: Unique) -> None:
        """Our broker creates topics on demand, so that a record on an undeclared one is evidence."""
        topic = unique("nowhere")
        acks = send(cluster, [Outgoing("1", topic, Record(), None)])
        assert acks["1"][4] == ""
        assert topic in cluster.topics()

    def test_lost_places_are_found_in_the_log(self, cluster: KafkaCluster, topic: str) -> None:
        """Records whose acknowledgement named no offset are found by their bytes, the latest of equal ones."""
        same, other = Record(value=b"same"), Record(b"k", b"other", (("h", None),))
        send(cluster, [Outgoing(str(n), topic, record, 1) for n, record in enumerate((same, other, same, same))])
        wanted = [Outgoing("x", topic, record, 1) for record in (other, same, Record(value=b"never"))]
        assert cluster._locate(topic, 1, wanted) == [1, 3, None]

    def test_rows_are_where_they_are_told_to_be(self, cluster: KafkaCluster, kafka: SharedKafka, topic: str) -> None:
        """Each record stands at its place in the log: in rows at first, then beside another writer, by key as well."""
        told: dict[str, tuple[int, int]] = {}
        rows: list[int] = []

        def standing(_topic: str, partition: int, offset: int, cases: Sequence[str]) -> None:
            rows.append(len(cases))
            told.update({case: (partition, offset + number) for number, case in enumerate(cases)})

        def delivered(case: str, _topic: str, partition: int, offset: int, error: str) -> None:
            assert not error
            told[case] = (partition, offset)

        def volley(first: int) -> None:
            numbers = [b"%d" % n for n in range(first, first + 10_000)]
            cluster.send([Outgoing(each.decode(), topic, Record(each, each)) for each in numbers], delivered, standing)
            assert cluster.flush(_SECONDS) == 0

        reader = cluster.reader([topic])
        volley(0)
        assert sum(rows) == 10_000
        with writing(kafka, topic):
            volley(10_000)
            volley(20_000)
        records, complete = reader.drain(_SECONDS)
        reader.close()
        assert complete
        ours = {each.record.key.decode(): (each.partition, each.offset) for each in records if each.record.key}
        assert len(ours) == 30_000
        assert told == ours


class TestReading:
    def test_a_reader_starts_at_the_end(self, cluster: Cluster, topic: str) -> None:
        """What was there before is not read, what is written right after it was made is, without any poll before."""
        send(cluster, numbered(topic, 3))
        reader = cluster.reader([topic])
        send(cluster, numbered(topic, 2))
        records, complete = reader.drain(_SECONDS)
        reader.close()
        assert complete
        assert [each.offset for each in records] == [3, 4]

    def test_a_reader_of_many_records_gets_each_once(self, cluster: Cluster, topic: str) -> None:
        """A drain reads everything over all partitions, in the order of each."""
        reader = cluster.reader([topic])
        send(cluster, [Outgoing(str(n), topic, Record(value=b"%d" % n), n % 4) for n in range(12_000)])
        records, complete = reader.drain(_SECONDS)
        reader.close()
        assert complete
        for place in range(4):
            assert [each.offset for each in records if each.partition == place] == list(range(3_000))

    def test_a_reader_that_gathers_now_and_then_gets_each_once(
        self, kafka: SharedKafka, cluster: Cluster, topic: str, unique: Unique
    ) -> None:
        """Whenever it begins to gather or ceases to, or is made anew, nothing is lost and nothing comes twice: not with
        records on their way, behind a transaction that was aborted, or of a topic that was added meanwhile."""
        reader, added = cluster.reader([topic]), unique("added")
        records: list[LogRecord] = []
        for turn in range(6):
            send(cluster, [Outgoing(str(n), topic, Record(value=b"%d" % n), n % 4) for n in range(2_000)])
            records += reader.poll(1.0)
            reader.gather(turn % 2 == 0)
            if turn in (1, 4):
                reader.renew()
            if turn == 2:
                aborted(kafka, unique("tx"), topic)
                cluster.create_topics([TopicSpec(name=added, partitions=1)])
                send(cluster, [Outgoing("new", added, Record(value=b"new"))])
                reader.add([added])
        rest, complete = reader.drain(_SECONDS)
        reader.close()
        assert complete
        seen = [int(each.record.value or b"") for each in (*records, *rest) if each.topic == topic]
        for place in range(4):
            own = [each for each in (*records, *rest) if (each.topic, each.partition) == (topic, place)]
            assert [int(each.record.value or b"") for each in own] == 6 * list(range(place, 2_000, 4))
        assert len(seen) == 12_000
        assert [each.record.value for each in (*records, *rest) if each.topic == added] == [b"new"]

    def test_silence_takes_the_time_it_is_given(self, cluster: Cluster, topic: str) -> None:
        """A poll without records returns empty, after its timeout and not much later."""
        reader = cluster.reader([topic])
        reader.drain(_SECONDS)
        before = time.monotonic()
        assert reader.poll(0.2) == []
        assert 0.19 <= time.monotonic() - before < 5
        reader.close()

    def test_a_poll_returns_as_soon_as_records_are_there(self, cluster: Cluster, topic: str) -> None:
        """It does not wait for its timeout."""
        reader = cluster.reader([topic])
        send(cluster, numbered(topic, 1))
        before = time.monotonic()
        assert len(reader.poll(60)) == 1
        assert time.monotonic() - before < 30
        reader.close()

    def test_an_unknown_topic_is_an_error(self, cluster: Cluster, topic: str, unique: Unique) -> None:
        """A reader is not made for a topic that is not there."""
        with pytest.raises(BrokerError) as caught:
            cluster.reader([topic, unique("missing")])
        assert caught.value.code == "TOPIC_UNKNOWN"

    def test_a_topic_that_appears_later_is_read_from_its_beginning(
        self, cluster: Cluster, topic: str, unique: Unique
    ) -> None:
        """Adding a topic loses neither its first records nor those of the topics read already."""
        late = unique("late")
        reader = cluster.reader([topic])
        send(cluster, numbered(topic, 2))
        cluster.create_topics([TopicSpec(late, 1)])
        send(cluster, numbered(late, 3))
        reader.add([late, topic])
        records, complete = reader.drain(_SECONDS)
        reader.close()
        cluster.delete_topics([late])
        assert complete
        assert sorted((each.topic == late, each.offset) for each in records) == [
            (False, 0), (False, 1), (True, 0), (True, 1), (True, 2)
        ]  # fmt: skip

    def test_transactions_show_when_they_are_committed(
        self, cluster: Cluster, kafka: SharedKafka, topic: str, unique: Unique
    ) -> None:
        """Aborted records never show, an open transaction keeps a drain from being complete, markers do not."""
        producer = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": unique("tx")})
        producer.init_transactions(_SECONDS)
        reader = cluster.reader([topic])
        producer.begin_transaction()
        producer.produce(topic, b"aborted", partition=0)
        producer.flush(_SECONDS)
        producer.abort_transaction(_SECONDS)
        assert reader.drain(_SECONDS) == ([], True)
        producer.begin_transaction()
        producer.produce(topic, b"committed", partition=0)
        producer.flush(_SECONDS)
        assert reader.drain(0.2) == ([], False)
        producer.commit_transaction(_SECONDS)
        records, complete = reader.drain(_SECONDS)
        reader.close()
        assert (values([*records]), complete) == ([b"committed"], True)

    def test_a_header_name_that_is_not_utf8_does_not_stop_the_reader(
        self, cluster: Cluster, kafka: SharedKafka, topic: str
    ) -> None:
        """The record shows with a stand-in for its headers, and so does the one behind it."""
        reader = cluster.reader([topic])
        assert produce(kafka.bootstrap, topic, b"bad", [(b"\xff", b"1")]) == 0
        assert produce(kafka.bootstrap, topic, b"good", [(b"name", b"1")]) == 0
        records, _ = reader.drain(_SECONDS)
        reader.close()
        assert [each.record.headers for each in records] == [((UNREADABLE, None),), (("name", b"1"),)]


class TestGroups:
    def test_offsets_of_an_empty_group_are_set_and_read(self, cluster: Cluster, topic: str, unique: Unique) -> None:
        """Places without a commit are left out, and a group that is not there has none."""
        group = unique("group")
        places = [(topic, n) for n in range(4)]
        assert cluster.committed(group, places) == {}
        cluster.set_offsets(group, {(topic, 0): 5, (topic, 2): 0})
        assert cluster.committed(group, places) == {(topic, 0): 5, (topic, 2): 0}
        assert cluster.describe(group).state == "EMPTY"
        assert cluster.committed(group, []) == {}

    def test_groups_of_a_foreign_cluster_are_asked_aside(
        self, kafka: SharedKafka, cluster: Cluster, topic: str, unique: Unique
    ) -> None:
        """By a client in a process of its own: what it is asked comes out as on a cluster of ours."""
        foreign, group, used = KafkaCluster(ForeignKafka(kafka.bootstrap)), unique("group"), unique("used")
        foreign.set_offsets(group, {(topic, 0): 5})
        assert foreign.committed(group, [(topic, 0)]) == {(topic, 0): 5}
        with member(kafka, used, topic):
            assert foreign.describe(used) == cluster.describe(used)
            with pytest.raises(BrokerError) as caught:
                foreign.set_offsets(used, {(topic, 0): 1})
        foreign.delete_groups([group])
        foreign.reconnect()
        assert (foreign.describe(group).state, caught.value.code) == ("DEAD", "GROUP_NOT_EMPTY")
        foreign.close()

    def test_groups_are_deleted_unless_they_are_used(
        self, cluster: Cluster, kafka: SharedKafka, topic: str, unique: Unique
    ) -> None:
        """Unknown groups and groups with members are passed over."""
        idle, used = unique("idle"), unique("used")
        cluster.set_offsets(idle, {(topic, 0): 1})
        with member(kafka, used, topic):
            cluster.delete_groups([idle, used, unique("unknown")])
            assert cluster.describe(idle).state == "DEAD"
            assert cluster.describe(used).state == "STABLE"

    @pytest.mark.parametrize("protocol", ["classic", "consumer"])
    def test_members_are_described_with_their_assignment(
        self, cluster: Cluster, kafka: SharedKafka, topic: str, unique: Unique, protocol: str
    ) -> None:
        """Both group protocols show members, and refuse offsets while there are any."""
        group = unique("group")
        with member(kafka, group, topic, protocol):
            view = cluster.describe(group)
            with pytest.raises(BrokerError) as caught:
                cluster.set_offsets(group, {(topic, 0): 1})
        assert view.assigned() == {(topic, n) for n in range(4)}
        assert len(view.members) == 1
        assert caught.value.code == "GROUP_NOT_EMPTY"

    @pytest.mark.parametrize("protocol", ["classic", "consumer"])
    def test_a_dead_member_is_evicted(
        self, cluster: Cluster, kafka: SharedKafka, topic: str, unique: Unique, protocol: str
    ) -> None:
        """The group is empty at once, takes offsets, and a new member gets everything long before the session ends."""
        group = unique("group")
        with member(kafka, group, topic, protocol) as process:
            process.kill()
            process.wait()
        dead = [each.id for each in cluster.describe(group).members]
        before = time.monotonic()
        cluster.evict(group, dead)
        assert cluster.describe(group).members == ()
        cluster.set_offsets(group, {(topic, 0): 7})
        with member(kafka, group, topic, protocol):
            assert time.monotonic() - before < (40 if protocol == "classic" else 5.9)
        cluster.evict(group, dead)  # they are gone already: no error

    @pytest.mark.parametrize("protocol", ["classic", "cooperative", "consumer"])
    def test_a_visitor_comes_and_goes(
        self, cluster: KafkaCluster, kafka: SharedKafka, topic: str, unique: Unique, protocol: str
    ) -> None:
        """It is given partitions of the running member, commits for them, and leaves them to it again."""
        group, everything = unique("group"), {(topic, n) for n in range(4)}
        control = cluster.control
        assert control is not None
        with member(kafka, group, topic, protocol):
            visitor = control.visit(group, [topic])
            wait_until(lambda: bool(visitor.places) or bool(visitor.failure))
            assert visitor.failure == ""
            places = visitor.places or frozenset()
            assert set() < places < everything
            visitor.commit(dict.fromkeys(places, 7))
            visitor.leave()
            assert visitor.places is None
            wait_until(lambda: cluster.describe(group).assigned() == everything)
            assert len(cluster.describe(group).members) == 1
            visitor.leave()  # it has left already: no error
        assert cluster.committed(group, everything) == dict.fromkeys(places, 7)

    def test_nobody_visits_a_group_that_speaks_no_known_assignor(self, cluster: KafkaCluster, unique: Unique) -> None:
        """One that has no members yet has agreed on none."""
        group = unique("group")
        control = cluster.control
        assert control is not None
        with pytest.raises(BrokerError) as caught:
            control.visit(group, [unique("topic")])
        assert caught.value.code == "VISIT_REFUSED"

    def test_nobody_is_evicted_from_a_foreign_cluster(self, kafka: SharedKafka) -> None:
        """Only a cluster that we started may be treated so."""
        foreign = KafkaCluster(ForeignKafka(kafka.bootstrap))
        with pytest.raises(BrokerError) as caught:
            foreign.evict("group", ["member"])
        assert foreign.control is None
        foreign.close()
        assert caught.value.code == "EVICT_FOREIGN"

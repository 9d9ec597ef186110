"""What is read of Kafka's messages, against Kafka's own definitions of them, in every version."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kcontract.broker.local.broker import prepare
from kcontract.protocol.addresses import find_addresses, replace_addresses, without_hint
from kcontract.protocol.apis import KNOWN, Api
from kcontract.protocol.clamp import clamp_versions
from kcontract.protocol.fetch import Fetched, FetchRequest, Position, read_fetch, read_fetched
from kcontract.protocol.frames import LENGTH_BYTES, RequestHeader, encode_request, encode_response
from kcontract.protocol.membership import read_member, read_member_answer
from kcontract.protocol.offset_commit import Mark, encode_commit_refusal, read_commit_answer, read_offset_commit
from kcontract.protocol.produce import Taken, read_produce, read_produced
from kcontract.protocol.topic_ids import read_topic_ids

from .definitions import Definitions, Tree

pytestmark = pytest.mark.kafka
_EACH = 10
_MEMBERSHIP = (Api.JOIN_GROUP, Api.SYNC_GROUP, Api.HEARTBEAT, Api.LEAVE_GROUP, Api.CONSUMER_GROUP_HEARTBEAT)


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    installation, _ = prepare()
    (jar,) = [path for path in map(Path, installation.jars) if path.name.startswith("kafka-clients-")]
    return Definitions(jar)


def name_of(api: int) -> str:
    return "".join(word.title() for word in Api(api).name.split("_"))


def check(definitions: Definitions, api: int, side: str, compare: Callable[[bytes, int, Tree], None]) -> None:
    """Compare what is read of random messages with what they say, in every version that is known."""
    name = name_of(api) + side
    rng = random.Random(api)  # noqa: S311 - test data
    versions = [version for version in definitions.versions(name) if version <= KNOWN[api].highest]
    for version in versions:
        flexible = definitions.flexible(name, version)
        for _ in range(_EACH):
            body, tree = definitions.encode(name, version, rng)
            if side == "Request":
                frame = encode_request(RequestHeader(api, version, 7, "é", flexible), body)
            else:
                frame = encode_response(7, body, flexible=flexible and api != Api.API_VERSIONS)
            compare(frame[LENGTH_BYTES:], version, tree)


def topic(part: Tree) -> str | bytes:
    found: str | bytes = next(part[name] for name in ("TopicId", "Topic", "Name") if part.get(name) is not None)
    return found


def flat(tree: Tree, topics: str, make: Callable[[Any, Any], Any]) -> tuple[Any, ...]:
    """What `make` says of every partition."""
    return tuple(
        make(topic(one), part)
        for one in tree.get(topics) or ()
        for part in one.get("Partitions") or one.get("PartitionData") or one.get("PartitionResponses") or ()
    )


@pytest.mark.parametrize("api", KNOWN, ids=lambda api: Api(api).name)
def test_all_versions_are_known(definitions: Definitions, api: int) -> None:
    """As many as Kafka has, flexible since the same one: what a broker offers is read."""
    name = name_of(api) + "Request"
    assert definitions.versions(name)[-1] == KNOWN[api].highest
    assert next(v for v in definitions.versions(name) if definitions.flexible(name, v)) == max(
        KNOWN[api].flexible, definitions.versions(name)[0]
    )


def test_produce(definitions: Definitions) -> None:
    """Acknowledgement, transaction and places of a request; errors of an answer."""

    def request(frame: bytes, version: int, tree: Tree) -> None:
        read = read_produce(frame, version)
        assert read.acks == tree["Acks"]
        assert read.transactional == (tree["TransactionalId"] is not None)
        parts = [(part.topic, part.partition) for part in read.parts]
        assert parts == list(flat(tree, "TopicData", lambda name, part: (name, part["Index"])))

    def answer(frame: bytes, version: int, tree: Tree) -> None:
        wanted = flat(tree, "Responses", lambda name, part: Taken(name, part["Index"], part["ErrorCode"]))
        assert read_produced(frame, version) == wanted

    check(definitions, Api.PRODUCE, "Request", request)
    check(definitions, Api.PRODUCE, "Response", answer)


def test_fetch(definitions: Definitions) -> None:
    """Positions and forgotten partitions of a request; sizes of an answer."""

    def request(frame: bytes, version: int, tree: Tree) -> None:
        positions = flat(tree, "Topics", lambda name, part: Position(name, part["Partition"], part["FetchOffset"]))
        forgotten = flat(tree, "ForgottenTopicsData", lambda name, number: (name, number))
        full = version < 7 or tree["SessionEpoch"] <= 0
        assert read_fetch(frame, version) == FetchRequest(full, positions, forgotten)

    def answer(frame: bytes, version: int, tree: Tree) -> None:
        def fetched(name: str | bytes, part: Tree) -> Fetched:
            return Fetched(name, part["PartitionIndex"], part["ErrorCode"], len(part["Records"] or b""))

        assert read_fetched(frame, version) == flat(tree, "Responses", fetched)

    check(definitions, Api.FETCH, "Request", request)
    check(definitions, Api.FETCH, "Response", answer)


@pytest.mark.parametrize("api", [Api.OFFSET_COMMIT, Api.TXN_OFFSET_COMMIT], ids=lambda api: Api(api).name)
def test_commits(definitions: Definitions, api: int) -> None:
    """Every mark of a request, the errors of an answer, and our own refusal in the same form."""

    def request(frame: bytes, version: int, tree: Tree) -> None:
        marks = flat(tree, "Topics", lambda name, part: Mark(name, part["PartitionIndex"], part["CommittedOffset"]))
        assert read_offset_commit(frame, api, version) == marks
        refusal = encode_commit_refusal(7, api, version, marks, 27)
        assert read_commit_answer(refusal[LENGTH_BYTES:], api, version) == (27,) * len(marks)

    def answer(frame: bytes, version: int, tree: Tree) -> None:
        wanted = flat(tree, "Topics", lambda _, part: part["ErrorCode"])
        assert read_commit_answer(frame, api, version) == wanted

    check(definitions, api, "Request", request)
    check(definitions, api, "Response", answer)


@pytest.mark.parametrize("api", _MEMBERSHIP, ids=lambda api: api.name)
def test_membership(definitions: Definitions, api: int) -> None:
    """The group, and KIP-848's epoch; the error and the generation."""

    def request(frame: bytes, version: int, tree: Tree) -> None:
        read = read_member(frame, api, version)
        assert (read.group, read.epoch) == (
            tree["GroupId"],
            tree["MemberEpoch"] if api == Api.CONSUMER_GROUP_HEARTBEAT else None,
        )

    def answer(frame: bytes, version: int, tree: Tree) -> None:
        read = read_member_answer(frame, api, version)
        assert read.error == tree["ErrorCode"]
        assert read.generation == tree.get("GenerationId", tree.get("MemberEpoch", -1))

    check(definitions, api, "Request", request)
    check(definitions, api, "Response", answer)


@pytest.mark.parametrize("api", [Api.METADATA, Api.FIND_COORDINATOR, Api.DESCRIBE_CLUSTER], ids=lambda api: api.name)
def test_addresses(definitions: Definitions, api: int) -> None:
    """Every address is found and replaced, and nothing else is touched."""

    def answer(frame: bytes, version: int, tree: Tree) -> None:
        nodes = tree.get("Brokers") or tree.get("Coordinators") or ([tree] if "Host" in tree else [])
        wanted = [(node["Host"], node["Port"]) for node in nodes]
        places = find_addresses(frame, api, version)
        assert [place.address for place in places] == wanted
        changed = replace_addresses(frame, places, lambda address: (address[0] * 40, 9))
        again = find_addresses(changed, api, version)
        assert [place.address for place in again] == [(host * 40, 9) for host, _ in wanted]
        back = iter(wanted)
        assert replace_addresses(changed, again, lambda _: next(back)) == frame

    check(definitions, api, "Response", answer)


def test_topic_ids(definitions: Definitions) -> None:
    """Names by id."""

    def answer(frame: bytes, version: int, tree: Tree) -> None:
        topics = tree["Topics"] if version >= 10 else []
        named = {one["TopicId"]: one["Name"] for one in topics if one["Name"]}
        assert read_topic_ids(frame, version) == named

    check(definitions, Api.METADATA, "Response", answer)


@pytest.mark.parametrize("api", [Api.PRODUCE, Api.FETCH], ids=lambda api: api.name)
def test_hints_are_taken_out(definitions: Definitions, api: int) -> None:
    """What is left reads as before, without the endpoint of a new leader."""
    read = read_produced if api == Api.PRODUCE else read_fetched

    def answer(frame: bytes, version: int, tree: Tree) -> None:
        if version < (10 if api == Api.PRODUCE else 16):
            return
        left = without_hint(frame, api, version)
        assert read(left, version) == read(frame, version)
        assert (len(left) < len(frame)) == ("NodeEndpoints" in tree)
        assert without_hint(left, api, version) == left

    check(definitions, api, "Response", answer)


def test_clamping(definitions: Definitions) -> None:
    """No version above what is known is offered for a request whose answer names brokers; the length stays."""

    def answer(frame: bytes, version: int, tree: Tree) -> None:
        clamped = clamp_versions(frame, version)
        assert len(clamped) == len(frame)
        if tree["ErrorCode"]:
            assert clamped == frame

    check(definitions, Api.API_VERSIONS, "Response", answer)

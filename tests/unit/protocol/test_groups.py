"""What is asked of groups, byte for byte as Kafka's definitions say."""

from __future__ import annotations

import pytest

from kcontract.protocol.describing import (
    DescribedGroup,
    DescribedMember,
    consumer_group_describe_request,
    decode_consumer_group_describe_response,
    decode_describe_groups_response,
    describe_groups_request,
)
from kcontract.protocol.emptied import (
    decode_delete_groups_response,
    decode_offset_commit_response,
    delete_groups_request,
    offset_commit_request,
)
from kcontract.protocol.primitives import Decoder, Encoder, FrameError

ASSIGNED = bytes(
    Encoder().int16(3).array([("t", (0, 2))], lambda e, x: e.string(x[0]).array(x[1], Encoder.int32)).int32(-1)
)


def classic(assignment: bytes) -> bytes:
    """The answer for one stable group with one member."""
    encoder = Encoder().int32(0).int32(1).int16(0).string("g").string("Stable").string("consumer").string("range")
    encoder.int32(1).string("m-1").string(None).string("client").string("/127.0.0.1").int32(-1)
    return bytes(encoder.int32(len(assignment)).raw(assignment).int32(-2147483648))


def test_a_classic_group_with_its_assignment() -> None:
    """ConsumerProtocolAssignment names topics and partitions."""
    group = decode_describe_groups_response(Decoder(classic(ASSIGNED)))
    member = DescribedMember("m-1", "client", "/127.0.0.1", (("t", 0), ("t", 2)))
    assert group == DescribedGroup(0, "Stable", (member,), assignor="range")


@pytest.mark.parametrize("assignment", [b"", b"\0", b"\0\3\0\0\0\x09"])
def test_an_assignment_of_another_protocol_names_nothing(assignment: bytes) -> None:
    """Kafka Connect keeps its own bytes there."""
    (member,) = decode_describe_groups_response(Decoder(classic(assignment))).members
    assert member.partitions == ()


def test_a_group_of_the_consumer_protocol() -> None:
    """KIP-848: what is assigned counts, not what is to become of it."""
    place = Encoder().uvarint(2).raw(bytes(16)).compact_string("t").uvarint(2).int32(1).no_tags().no_tags()
    member = Encoder().compact_string("m-1").compact_string(None).compact_string(None).int32(4)
    member.compact_string("client").compact_string("/::1").uvarint(2).compact_string("t").compact_string(None)
    member.raw(bytes(place)).uvarint(1).no_tags().no_tags()
    group = Encoder().int16(0).compact_string(None).compact_string("g").compact_string("Stable").int32(4).int32(4)
    group.compact_string("uniform").uvarint(2).raw(bytes(member)).int32(0).no_tags()
    answer = Encoder().int32(0).uvarint(2).raw(bytes(group)).no_tags()
    found = decode_consumer_group_describe_response(Decoder(bytes(answer)))
    member_ = DescribedMember("m-1", "client", "/::1", (("t", 1),))
    assert found == DescribedGroup(0, "Stable", (member_,), assignor="uniform")


def test_a_group_of_the_other_protocol_is_an_error() -> None:
    """69, GROUP_ID_NOT_FOUND: it may be a classic one."""
    group = Encoder().int16(69).compact_string("no").compact_string("g").compact_string("").int32(0).int32(0)
    group.compact_string("").uvarint(1).int32(0).no_tags()
    answer = Encoder().int32(0).uvarint(2).raw(bytes(group)).no_tags()
    assert decode_consumer_group_describe_response(Decoder(bytes(answer))) == DescribedGroup(69)


def test_two_answers_to_one_question_are_none() -> None:
    """Nobody asked for a second group."""
    with pytest.raises(FrameError):
        decode_describe_groups_response(Decoder(bytes(Encoder().int32(0).int32(0))))


def test_requests() -> None:
    """Each names its group once, and authorized operations are not asked for."""
    assert describe_groups_request("g") == b"\0\0\0\1\0\1g\0"
    assert consumer_group_describe_request("g") == b"\2\2g\0\0"
    assert delete_groups_request(["g"]) == b"\0\0\0\1\0\1g"


def test_offsets_are_committed_from_outside() -> None:
    """Generation -1, no member, places gathered by topic."""
    request = Decoder(offset_commit_request("g", {("t", 0): 5, ("u", 1): 7, ("t", 2): 6}))
    assert (request.string(), request.int32(), request.string(), request.string()) == ("g", -1, "", None)
    read = request.array(lambda d: (d.string(), d.array(lambda e: (e.int32(), e.int64(), e.int32(), e.string()))))
    assert read == (("t", ((0, 5, -1, ""), (2, 6, -1, ""))), ("u", ((1, 7, -1, ""),)))
    request.end()


def test_answers_tell_errors() -> None:
    """One a place, one a group."""
    commit = Encoder().int32(0).array(["t"], lambda e, t: e.string(t).array([3], lambda o, n: o.int32(n).int16(25)))
    assert decode_offset_commit_response(Decoder(bytes(commit))) == {("t", 3): 25}
    deleted = Encoder().int32(0).array(["g"], lambda e, g: e.string(g).int16(68))
    assert decode_delete_groups_response(Decoder(bytes(deleted))) == {"g": 68}

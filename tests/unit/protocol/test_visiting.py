"""What a visiting member says and is told, byte for byte as Kafka's definitions say."""

from __future__ import annotations

import pytest

from kcontract.protocol import visiting
from kcontract.protocol.primitives import Decoder, Encoder, FrameError
from kcontract.protocol.visiting import Joined, Membership

ME = Membership("g", "m-1", 4)
WHO = b"\0\1g\0\0\0\4\0\3m-1\xff\xff"


def test_a_member_comes() -> None:
    """One assignor with its subscription; times in milliseconds; no instance."""
    request = visiting.join_request(Membership("g"), "range", b"xyz", 10.0, 0.5)
    assert request == (b"\0\1g\0\0\x27\x10\0\0\1\xf4\0\0\xff\xff\0\x08consumer\0\0\0\1\0\5range\0\0\0\3xyz")


@pytest.mark.parametrize(
    ("owned", "version", "end"),
    [
        (None, b"\0\0", b""),
        ((), b"\0\1", b"\0\0\0\0"),
        (
            [("u", 2), ("t", 1), ("t", 0)],
            b"\0\1",
            b"\0\0\0\2\0\1t\0\0\0\2\0\0\0\0\0\0\0\1\0\1u\0\0\0\1\0\0\0\2",
        ),
    ],
)
def test_a_subscription_says_what_is_not_given_up(
    owned: list[tuple[str, int]] | None, version: bytes, end: bytes
) -> None:
    """Where it must: librdkafka's cooperative assignor dies of version 0, and kafka-go takes no other."""
    told = visiting.subscription(["t", "u"], owned)
    assert told == version + b"\0\0\0\2\0\1t\0\1u\xff\xff\xff\xff" + end


def test_the_answer_to_coming() -> None:
    """Generation, leader, and the id that the broker gave; what it says of other members is passed over."""
    members = Encoder().int32(1).string("m-0").string(None).int32(2).raw(b"ab")
    answer = Encoder().int32(0).int16(0).int32(5).string("range").string("m-0").string("m-1").raw(bytes(members))
    assert visiting.decode_joined(Decoder(bytes(answer))) == Joined(0, 5, "m-0", "m-1")
    with pytest.raises(FrameError):
        visiting.decode_joined(Decoder(bytes(answer) + b"\0"))


def test_what_a_member_asks_begins_alike() -> None:
    """Group, generation, member; then nothing, an assignment for nobody, or offsets."""
    assert visiting.heartbeat_request(ME) == WHO
    assert visiting.sync_request(ME) == WHO + b"\0\0\0\0"
    commit = visiting.commit_request(ME, {("t", 3): 9})
    assert commit == WHO + b"\0\0\0\1\0\1t\0\0\0\1\0\0\0\3" + (9).to_bytes(8, "big") + b"\xff" * 4 + b"\0\0"


def test_the_answers_of_a_member() -> None:
    """The error, and what it is assigned: any version, or nothing."""
    assigned = bytes(Encoder().int16(3).int32(1).string("t").int32(2).int32(0).int32(2).int32(-1))
    told = Encoder().int32(0).int16(0).int32(len(assigned)).raw(assigned)
    assert visiting.decode_synced(Decoder(bytes(told))) == (0, (("t", 0), ("t", 2)))
    assert visiting.decode_synced(Decoder(bytes(Encoder().int32(0).int16(27).int32(0)))) == (27, ())
    assert visiting.decode_heartbeat(Decoder(b"\0\0\0\0\0\x1b")) == 27

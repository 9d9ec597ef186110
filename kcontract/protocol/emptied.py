"""What is done with groups that have no members: OffsetCommit (key 8), version 7, and DeleteGroups (42), version 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kcontract.protocol.primitives import Decoder, Encoder

OFFSET_COMMIT, OFFSET_COMMIT_VERSION = 8, 7
DELETE_GROUPS, DELETE_GROUPS_VERSION = 42, 1
_NO_GENERATION, _NO_EPOCH = -1, -1

Place = tuple[str, int]


def offset_commit_request(group: str, offsets: Mapping[Place, int]) -> bytes:
    """Body of the request that commits for an empty group, from outside of it."""
    return bytes(offset_commit_body(Encoder().string(group).int32(_NO_GENERATION).string("").string(None), offsets))


def offset_commit_body(head: Encoder, offsets: Mapping[Place, int]) -> Encoder:
    """The same behind another `head`: group, generation, member and instance."""
    topics = tuple(dict.fromkeys(topic for topic, _ in offsets))
    return head.array(topics, lambda each, topic: _write_topic(each, topic, offsets))


def decode_offset_commit_response(decoder: Decoder) -> dict[Place, int]:
    """The error of each place, 0 for none. FrameError if it is no such response."""
    decoder.int32()  # throttle time
    topics = decoder.array(lambda each: (each.string() or "", each.array(lambda one: (one.int32(), one.int16()))))
    decoder.end()
    return {(topic, number): error for topic, answers in topics for number, error in answers}


def delete_groups_request(groups: Sequence[str]) -> bytes:
    """Body of the request."""
    return bytes(Encoder().array(groups, lambda encoder, each: encoder.string(each)))


def decode_delete_groups_response(decoder: Decoder) -> dict[str, int]:
    """The error of each group, 0 for none. FrameError if it is no such response."""
    decoder.int32()  # throttle time
    answers = decoder.array(lambda each: (each.string() or "", each.int16()))
    decoder.end()
    return dict(answers)


def _write_topic(encoder: Encoder, topic: str, offsets: Mapping[Place, int]) -> None:
    own = [(number, offset) for (name, number), offset in offsets.items() if name == topic]
    encoder.string(topic).array(own, _write_offset)


def _write_offset(encoder: Encoder, placed: tuple[int, int]) -> None:
    number, offset = placed
    encoder.int32(number).int64(offset).int32(_NO_EPOCH).string("")

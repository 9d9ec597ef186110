"""Frames and requests: known bytes, the way there and back, and damaged input."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcontract.protocol.api_versions import (
    API_VERSIONS,
    ApiRange,
    ApiVersionsResponse,
    api_versions_request,
    decode_api_versions_response,
    encode_api_versions_response,
)
from kcontract.protocol.coordinator import (
    FIND_COORDINATOR,
    Coordinator,
    decode_find_coordinator_response,
    encode_find_coordinator_response,
    find_coordinator_request,
)
from kcontract.protocol.frames import (
    RequestHeader,
    decode_request,
    decode_response,
    encode_request,
    encode_response,
    frame_length,
)
from kcontract.protocol.leave_group import (
    LEAVE_GROUP,
    LEAVE_GROUP_VERSION,
    LeaveGroupRequest,
    LeaveGroupResponse,
    Leaving,
    decode_leave_group_request,
    decode_leave_group_response,
    encode_leave_group_response,
    leave_group_request,
)
from kcontract.protocol.primitives import Decoder, FrameError

RANGES = (ApiRange(LEAVE_GROUP, 0, 5), ApiRange(FIND_COORDINATOR, 0, 6))


def test_the_frame_of_a_leave_group_request() -> None:
    """Byte by byte as the protocol guide has it."""
    body = leave_group_request("g", ["m1"])
    frame = encode_request(RequestHeader(LEAVE_GROUP, LEAVE_GROUP_VERSION, 7, "c"), body)
    assert frame == bytes.fromhex(
        "00000018"  # length
        "000d 0003 00000007 0001 63"  # key, version, correlation id, client
        "0001 67"  # group
        "00000001 0002 6d31 ffff"  # one member, without an instance
    )


@pytest.mark.parametrize("flexible", [False, True])
def test_requests_and_responses_go_there_and_back(flexible: bool) -> None:
    """With and without tagged fields in the header."""
    header = RequestHeader(API_VERSIONS, 3, 5, "client", flexible)
    frame = encode_request(header, b"body")
    assert frame_length(frame[:4]) == len(frame) - 4
    decoded, body = decode_request(frame[4:], flexible=flexible)
    assert (decoded, body.raw(4), body.remaining) == (header, b"body", 0)
    answer = encode_response(5, b"body", flexible=flexible)
    assert decode_response(answer[4:], 5, flexible=flexible).raw(4) == b"body"


def test_an_answer_to_another_request_is_refused() -> None:
    """The correlation id must be the one that was sent."""
    with pytest.raises(FrameError, match="request 6, not to 5"):
        decode_response(encode_response(6, b"")[4:], 5)


@pytest.mark.parametrize("prefix", [b"HTTP", b"\xff\xff\xff\xff", b"\x16\x03\x01\x02", b"\0\0"])
def test_what_does_not_speak_kafka_is_noticed(prefix: bytes) -> None:
    """HTTP, TLS and nonsense announce frames that no Kafka server sends."""
    with pytest.raises(FrameError):
        frame_length(prefix)


def test_leaving_goes_there_and_back() -> None:
    """Request and response of LeaveGroup."""
    request = decode_leave_group_request(Decoder(leave_group_request("group", ["a", "b"])))
    assert request == LeaveGroupRequest("group", (Leaving("a"), Leaving("b")))
    response = LeaveGroupResponse(0, (Leaving("a", "static", 0), Leaving("b", None, 25)))
    assert decode_leave_group_response(Decoder(encode_leave_group_response(response))) == response


def test_the_coordinator_goes_there_and_back() -> None:
    """The request's bytes, and a response with and without an error."""
    assert find_coordinator_request("g") == b"\0\1g\0"
    for found in (Coordinator(0, "host", 9092, None, 3), Coordinator(15, "", -1, "not yet")):
        assert decode_find_coordinator_response(Decoder(encode_find_coordinator_response(found))) == found


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_api_versions_go_there_and_back(version: int) -> None:
    """All versions of the response, and which requests are taken."""
    response = ApiVersionsResponse(0, RANGES)
    decoded = decode_api_versions_response(version, Decoder(encode_api_versions_response(version, response)))
    assert decoded == response
    assert decoded.takes(LEAVE_GROUP, 3)
    assert not decoded.takes(LEAVE_GROUP, 6)
    assert not decoded.takes(99, 0)


def test_the_api_versions_request_names_the_client_from_version_3_on() -> None:
    """KIP-511."""
    assert api_versions_request(2) == b""
    assert api_versions_request(3, software="a", software_version="b") == b"\2a\2b\0"


def test_an_unsupported_version_is_told_by_the_error() -> None:
    """The answer then has the form of version 0 whatever was asked."""
    assert decode_api_versions_response(3, Decoder(b"\0\x23\0\0\0\0")) == ApiVersionsResponse(35, ())


DECODERS: tuple[Callable[[Decoder], object], ...] = (
    decode_leave_group_request,
    decode_leave_group_response,
    decode_find_coordinator_response,
    lambda decoder: decode_api_versions_response(3, decoder),
    lambda decoder: decode_request(decoder.raw(decoder.remaining), flexible=True),
)


@given(st.binary(max_size=200), st.sampled_from(DECODERS))
def test_any_bytes_decode_or_are_a_frame_error(data: bytes, decode: Callable[[Decoder], object]) -> None:
    """A broker, or what pretends to be one, can make us fail in one way only."""
    try:
        decode(Decoder(data))
    except FrameError:
        return

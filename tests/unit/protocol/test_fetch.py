"""A fetch whose longest wait is cut: in every version the one number changes, and nothing else."""

from __future__ import annotations

import pytest

from kcontract.protocol.apis import Api
from kcontract.protocol.fetch import hastened, read_fetch
from kcontract.protocol.frames import LENGTH_BYTES, RequestHeader, encode_request
from kcontract.protocol.primitives import Encoder


def fetch(version: int, wait: int, fewest: int = 1) -> bytes:
    """A request that wants nothing new of its session, without its length."""
    body = Encoder()
    if version <= 14:
        body.int32(-1)
    body.int32(wait).int32(fewest).int32(1 << 20).int8(0).int32(0).int32(5)
    if version >= 12:
        body.raw(bytes([1, 1, 1, 0]))  # no topics, none forgotten, no rack, no tagged fields
    else:
        body.int32(0).int32(0).string("")
    return encode_request(RequestHeader(Api.FETCH, version, 7, "client", version >= 12), bytes(body))[LENGTH_BYTES:]


@pytest.mark.parametrize("version", [11, 12, 14, 15, 17])
def test_the_wait_is_cut(version: int) -> None:
    """A replica's id stands before it up to version 14."""
    cut = hastened(fetch(version, 500), version, 50)
    assert cut == fetch(version, 50)
    assert read_fetch(cut, version) == read_fetch(fetch(version, 500), version)


@pytest.mark.parametrize("version", [11, 15])
def test_who_means_the_time_keeps_it(version: int) -> None:
    """A shorter wait is not stretched, and who waits for more than a byte wants them together."""
    assert hastened(fetch(version, 20), version, 50) == fetch(version, 20)
    assert hastened(fetch(version, 500, fewest=2), version, 50) == fetch(version, 500, fewest=2)

"""Lowering, in an answer to ApiVersions, the versions that a broker offers to those that can be read here.

Only for answers that name brokers: a client that speaks a newer version would learn addresses that cannot be replaced.
"""

from __future__ import annotations

from kcontract.protocol.apis import KNOWN, Api
from kcontract.protocol.body import Body

NAMING = frozenset({Api.PRODUCE, Api.FETCH, Api.METADATA, Api.FIND_COORDINATOR, Api.DESCRIBE_CLUSTER})


def clamp_versions(frame: bytes, version: int) -> bytes:
    """An answer's frame without its length, as long as before. FrameError if it is none."""
    body = Body.of_response(frame, Api.API_VERSIONS, version)
    if body.int16():
        return frame  # an error, told in version 0
    patched = bytearray(frame)
    body.list(lambda: _clamp(body, patched))
    return bytes(patched)


def _clamp(body: Body, patched: bytearray) -> None:
    api = body.int16()
    body.skip(2)
    at, highest = body.at, body.int16()
    if api in NAMING and highest > KNOWN[api].highest:
        patched[at : at + 2] = KNOWN[api].highest.to_bytes(2, "big")
    body.close()

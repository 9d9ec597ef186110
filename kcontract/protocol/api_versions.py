"""ApiVersions (key 18): which requests a broker takes, in which versions (KIP-35)."""

from __future__ import annotations

from kcontract.model.value import Value
from kcontract.protocol.primitives import Decoder, Encoder

API_VERSIONS = 18


class ApiRange(Value, frozen=True):
    """The versions of one request that a broker takes, both ends included."""

    api: int
    lowest: int
    highest: int


class ApiVersionsResponse(Value, frozen=True):
    error: int
    apis: tuple[ApiRange, ...]

    def takes(self, api: int, version: int) -> bool:
        return any(known.api == api and known.lowest <= version <= known.highest for known in self.apis)


def api_versions_request(version: int, *, software: str = "kcontract", software_version: str = "1") -> bytes:
    """Body of the request, versions 0 to 3; from 3 on (flexible) it names the client's software (KIP-511)."""
    if version < 3:
        return b""
    return bytes(Encoder().compact_string(software).compact_string(software_version).no_tags())


def encode_api_versions_response(version: int, response: ApiVersionsResponse) -> bytes:
    """Body of the response, versions 0 to 3. Its header is never flexible (KIP-511)."""
    encoder = Encoder().int16(response.error)
    if version < 3:
        encoder.array(response.apis, _write_range)
    else:
        encoder.uvarint(len(response.apis) + 1)
        for known in response.apis:
            _write_range(encoder, known).no_tags()
    if version >= 1:
        encoder.int32(0)  # throttle time
    if version >= 3:
        encoder.no_tags()
    return bytes(encoder)


def decode_api_versions_response(version: int, decoder: Decoder) -> ApiVersionsResponse:
    """The response, versions 0 to 3. FrameError if it is none.

    A broker that does not know the version asked for answers in version 0 with error 35: its first field is read
    alone then.
    """
    error = decoder.int16()
    if error:
        return ApiVersionsResponse(error, ())
    apis = decoder.array(_read_range) if version < 3 else decoder.compact_array(_read_tagged_range)
    if version >= 1:
        decoder.int32()
    if version >= 3:
        decoder.tags()
    decoder.end()
    return ApiVersionsResponse(error, apis)


def _write_range(encoder: Encoder, known: ApiRange) -> Encoder:
    return encoder.int16(known.api).int16(known.lowest).int16(known.highest)


def _read_range(decoder: Decoder) -> ApiRange:
    return ApiRange(decoder.int16(), decoder.int16(), decoder.int16())


def _read_tagged_range(decoder: Decoder) -> ApiRange:
    known = _read_range(decoder)
    decoder.tags()
    return known

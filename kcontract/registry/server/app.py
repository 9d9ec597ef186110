"""The registry as an ASGI application: bytes in, one operation, bytes out."""

from __future__ import annotations

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kcontract.registry.server.refusals import RefusalError, http_error
from kcontract.registry.server.requests import Request
from kcontract.registry.server.routes import Answer, answer, error
from kcontract.registry.server.store import Store

_MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
_ACCEPTED = (_MEDIA_TYPE, "application/vnd.schemaregistry+json", "application/json", "application/octet-stream")
_MAX_BODY = 4_000_000


def app(store: Store) -> ASGIApp:
    """An ASGI application over `store`, which it alone writes to."""

    async def registry(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        http = HttpRequest(scope, receive)
        try:
            reply = answer(store, await _read(http))
        except RefusalError as refusal:
            reply = error(refusal)
        except ClientDisconnect:
            return
        await _response(http.method, reply)(scope, receive, send)

    return registry


def _response(method: str, reply: Answer) -> Response:
    response = Response(reply.body, reply.status, media_type=_MEDIA_TYPE)
    if method == "HEAD":
        response.body = b""
    return response


async def _read(http: HttpRequest) -> Request:
    scope = http.scope
    body = b""
    if http.method in ("POST", "PUT"):
        kind = http.headers.get("content-type", _MEDIA_TYPE).partition(";")[0].strip().lower()
        if kind not in _ACCEPTED:
            raise http_error(415, "Unsupported Media Type")
        async for chunk in http.stream():
            body += chunk
            if len(body) > _MAX_BODY:
                raise http_error(413, "Request Entity Too Large")
    return Request.of(http.method, scope["raw_path"], scope["query_string"], body)

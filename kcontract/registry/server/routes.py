"""The table of operations, and the one place where a request meets its operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from kcontract.registry.server import operations
from kcontract.registry.server.refusals import RefusalError, http_error
from kcontract.registry.server.requests import Request
from kcontract.registry.server.store import Store

Operation = Callable[[Store, Request], Any]
ANY = "*"


class Route(NamedTuple):
    """A method and a path; `*` stands for any one segment."""

    method: str
    segments: tuple[str, ...]
    operation: Operation


class Answer(NamedTuple):
    """What goes back: status and JSON."""

    status: int
    body: bytes


ROUTES = (
    Route("GET", (), operations.root),
    Route("POST", (), operations.root),
    Route("GET", ("schemas",), operations.list_schemas),
    Route("GET", ("schemas", "types"), operations.types),
    Route("GET", ("schemas", "ids", ANY), operations.by_id),
    Route("GET", ("schemas", "ids", ANY, "schema"), operations.by_id_schema),
    Route("GET", ("schemas", "ids", ANY, "subjects"), operations.by_id_subjects),
    Route("GET", ("schemas", "ids", ANY, "versions"), operations.by_id_versions),
    Route("GET", ("schemas", "guids", ANY), operations.by_guid),
    Route("GET", ("schemas", "guids", ANY, "ids"), operations.by_guid_ids),
    Route("GET", ("subjects",), operations.list_subjects),
    Route("POST", ("subjects", ANY), operations.look_up),
    Route("GET", ("subjects", ANY, "versions"), operations.list_versions),
    Route("POST", ("subjects", ANY, "versions"), operations.register),
    Route("GET", ("subjects", ANY, "versions", ANY), operations.get_version),
    Route("GET", ("subjects", ANY, "versions", ANY, "schema"), operations.get_version_schema),
    Route("GET", ("subjects", ANY, "versions", ANY, "referencedby"), operations.referenced_by),
    Route("GET", ("config",), operations.get_config),
    Route("PUT", ("config",), operations.put_config),
    Route("GET", ("config", ANY), operations.get_config),
    Route("PUT", ("config", ANY), operations.put_config),
    Route("GET", ("mode",), operations.get_mode),
    Route("GET", ("mode", ANY), operations.get_mode),
    Route("GET", ("contexts",), operations.contexts),
)
_BY_SHAPE = {
    shape: tuple(route for route in ROUTES if (len(route.segments), route.segments[:1]) == shape)
    for shape in {(len(route.segments), route.segments[:1]) for route in ROUTES}
}


def answer(store: Store, request: Request) -> Answer:
    """What the registry says to a request. Never raises for a hostile one."""
    try:
        result = _operation(request)(store, request)
    except RefusalError as refusal:
        return error(refusal)
    return Answer(200, msgspec.json.encode(result))


def error(refusal: RefusalError) -> Answer:
    """The body that Confluent's clients read."""
    message = refusal.message.encode("utf-8", "replace").decode()
    return Answer(refusal.status, msgspec.json.encode({"error_code": refusal.code, "message": message}))


def _operation(request: Request) -> Operation:
    method = "GET" if request.method == "HEAD" else request.method
    shape = (len(request.segments), request.segments[:1])
    fitting = [route for route in _BY_SHAPE.get(shape, ()) if _fits(route.segments, request.segments)]
    if not fitting:
        raise http_error(404, "Not Found")
    found = next((route.operation for route in fitting if route.method == method), None)
    if found is None:
        raise http_error(405, "Method Not Allowed")
    return found


def _fits(pattern: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return len(pattern) == len(segments) and all(
        wanted in (ANY, given) for wanted, given in zip(pattern, segments, strict=True)
    )

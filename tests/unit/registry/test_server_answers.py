"""The embedded registry's answers, without a socket: the pure dispatch from request to answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcontract.registry.server.requests import Request
from kcontract.registry.server.routes import answer
from kcontract.registry.server.store import MemoryStore, Store

RECORD = '{"type": "record", "name": "A", "fields": [{"name": "a", "type": "int"}]}'
OTHER = '{"type": "record", "name": "B", "fields": []}'


def ask(store: Store, method: str, path: str, body: Any = None, query: str = "") -> tuple[int, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    status, text = answer(store, Request.of(method, path.encode(), query.encode(), raw))
    return status, json.loads(text)


def register(store: Store, subject: str, text: str = RECORD, **more: Any) -> tuple[int, Any]:
    return ask(store, "POST", f"/subjects/{subject}/versions", {"schema": text, **more})


def code(answered: tuple[int, Any]) -> tuple[int, int]:
    return answered[0], answered[1]["error_code"]


def test_ids_belong_to_content() -> None:
    """One id per content, from 1, whatever the subject, the white space and the order of Avro attributes."""
    store = MemoryStore()
    same = '{"name":"A","type":"record","fields":[{"type":"int","name":"a"}]}'
    answers = [register(store, "a"), register(store, "b", same), register(store, "a", OTHER), register(store, "a")]
    assert [(each["id"], each["version"]) for _, each in answers] == [(1, 1), (1, 1), (2, 2), (1, 1)]
    assert ask(store, "GET", "/schemas/ids/1/versions") == (
        200,
        [{"subject": "a", "version": 1}, {"subject": "b", "version": 1}],
    )


def test_texts_come_back_as_they_were_registered() -> None:
    """The schema's text is the author's, white space included, by id, guid, version and as a bare document."""
    store = MemoryStore()
    guid = register(store, "a")[1]["guid"]
    for path in ("/schemas/ids/1", f"/schemas/guids/{guid}", "/subjects/a/versions/latest"):
        assert ask(store, "GET", path)[1]["schema"] == RECORD
    assert ask(store, "GET", "/schemas/ids/1/schema") == (200, json.loads(RECORD))
    assert ask(store, "GET", "/subjects/a/versions/1/schema") == (200, json.loads(RECORD))


@pytest.mark.parametrize("version", ["latest", "LATEST", "-1", "2"])
def test_latest_version(version: str) -> None:
    """The latest version has four names."""
    store = MemoryStore()
    register(store, "a")
    register(store, "a", OTHER)
    assert ask(store, "GET", f"/subjects/a/versions/{version}")[1]["version"] == 2


@pytest.mark.parametrize("version", ["0", "-2", "abc", "2147483648", "١", "9" * 5000])
def test_versions_that_are_none(version: str) -> None:
    """42202, checked before whether the subject exists."""
    assert code(ask(MemoryStore(), "GET", f"/subjects/none/versions/{version}")) == (422, 42202)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/subjects/none/versions", (404, 40401)),
        ("GET", "/subjects/none/versions/1", (404, 40401)),
        ("GET", "/subjects/a/versions/9", (404, 40402)),
        ("GET", "/schemas/ids/9", (404, 40403)),
        ("GET", "/schemas/ids/9/versions", (404, 40403)),
        ("GET", "/schemas/guids/none", (404, 40403)),
        ("GET", "/schemas/ids/4294967295", (404, 404)),
        ("GET", "/schemas/ids/abc", (404, 404)),
        ("GET", "/config/a", (404, 40408)),
        ("GET", "/mode/a", (404, 40409)),
        ("GET", "/associations/resources/-/topic", (404, 404)),
        ("GET", "/nothing/here", (404, 404)),
        ("DELETE", "/config", (405, 405)),
        ("PATCH", "/subjects/a/versions", (405, 405)),
        ("POST", "/subjects/%00/versions", (422, 42208)),
    ],
)
def test_error_codes(method: str, path: str, expected: tuple[int, int]) -> None:
    """Each refusal has Confluent's status and error code."""
    store = MemoryStore()
    register(store, "a")
    assert code(ask(store, method, path, {"schema": RECORD})) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (422, 42201)),
        ({"schema": " "}, (422, 42201)),
        ({"schema": "{"}, (422, 42201)),
        ({"schema": '{"type": "recor"}'}, (422, 42201)),
        ({"schema": "[" * 100_000}, (422, 42201)),
        ({"schema": '{"type": "array", "items":' * 500 + '"int"' + "}" * 500}, (422, 42201)),
        ({"schema": '"\ud800"'}, (422, 42201)),
        ({"schema": "NaN", "schemaType": "JSON"}, (422, 42201)),
        ({"schema": '{"type": "strin"}', "schemaType": "JSON"}, (422, 42201)),
        ({"schema": '{"$schema": "http://a.invalid/b"}', "schemaType": "JSON"}, (422, 42201)),
        ({"schema": "message A {}", "schemaType": "PROTOBUF"}, (422, 42201)),
        ({"schema": RECORD, "references": [{"name": "x", "subject": "none", "version": 1}]}, (422, 42201)),
        ({"schema": RECORD, "id": 7}, (422, 42205)),
        ({"schema": RECORD, "version": 5}, (422, 42201)),
        ({"schema": 5}, (422, 422)),
        ([], (422, 422)),
        (b"", (400, 400)),
        (b"{", (400, 400)),
        (b"\xff\xff", (400, 400)),
        (b"[" * 100_000, (400, 400)),
    ],
)
def test_registrations_that_are_refused(body: Any, expected: tuple[int, int]) -> None:
    """What is no schema is refused, and leaves nothing behind."""
    store = MemoryStore()
    assert code(ask(store, "POST", "/subjects/a/versions", body)) == expected
    assert store.all() == ()


def test_bodies_in_utf16() -> None:
    """JSON in UTF-16 is JSON to Confluent's registry too."""
    body = json.dumps({"schema": RECORD}).encode("utf-16")
    assert ask(MemoryStore(), "POST", "/subjects/a/versions", body)[0] == 200


def test_references() -> None:
    """A type of another subject can be used, at any distance, and is asked for by `referencedby`."""
    store = MemoryStore()
    register(store, "b", OTHER)
    middle = '{"type": "record", "name": "M", "fields": [{"name": "b", "type": "B"}]}'
    outer = '{"type": "record", "name": "O", "fields": [{"name": "m", "type": "M"}]}'
    to_b = {"name": "B", "subject": "b", "version": 1}
    to_m = {"name": "M", "subject": "m", "version": 1}
    assert code(register(store, "m", middle)) == (422, 42201)
    assert register(store, "m", middle, references=[to_b])[0] == 200
    assert register(store, "o", outer, references=[to_m])[1]["references"] == [to_m]
    assert ask(store, "GET", "/subjects/b/versions/1/referencedby") == (200, [2])


def test_look_up() -> None:
    """A look-up finds the version that holds a schema, and tells a missing subject from a missing schema."""
    store = MemoryStore()
    register(store, "a")
    assert ask(store, "POST", "/subjects/a", {"schema": RECORD})[1]["version"] == 1
    assert code(ask(store, "POST", "/subjects/a", {"schema": OTHER})) == (404, 40403)
    assert code(ask(store, "POST", "/subjects/none", {"schema": OTHER})) == (404, 40401)


def test_levels_are_kept_and_not_pretended() -> None:
    """A level that is set is answered; the default is NONE, since registration enforces nothing yet."""
    store = MemoryStore()
    assert ask(store, "GET", "/config")[1] == {"compatibilityLevel": "NONE"}
    assert ask(store, "PUT", "/config/a", {"compatibility": "full"})[1] == {"compatibility": "FULL"}
    assert ask(store, "GET", "/config/a")[1] == {"compatibilityLevel": "FULL"}
    assert ask(store, "PUT", "/config/a", {})[0] == 200
    assert ask(store, "GET", "/config/a")[0] == 200
    assert ask(store, "PUT", "/config/a", {"compatibility": None})[0] == 200
    assert code(ask(store, "GET", "/config/a")) == (404, 40408)
    assert ask(store, "GET", "/config/a", query="defaultToGlobal=true")[1] == {"compatibilityLevel": "NONE"}
    assert code(ask(store, "PUT", "/config", {"compatibility": "some"})) == (422, 42203)


def test_lists() -> None:
    """Subjects, versions and schemas come in order, by prefix and in pages."""
    store = MemoryStore()
    for subject in ("b", "a", "ab"):
        register(store, subject)
    register(store, "a", OTHER)
    assert ask(store, "GET", "/subjects")[1] == ["a", "ab", "b"]
    assert ask(store, "GET", "/subjects", query="subjectPrefix=a&offset=1&limit=5")[1] == ["ab"]
    assert ask(store, "GET", "/subjects/a/versions", query="limit=-1&offset=x")[1] == [1, 2]
    latest = ask(store, "GET", "/schemas", query="latestOnly=TRUE")[1]
    assert [(each["subject"], each["version"]) for each in latest] == [("a", 2), ("ab", 1), ("b", 1)]
    assert ask(store, "GET", "/schemas/types")[1] == ["JSON", "AVRO"]


def test_subjects_with_slashes_and_contexts() -> None:
    """An encoded slash is part of the name; the default context's prefix is not."""
    store = MemoryStore()
    register(store, "a%2Fb")
    register(store, ":.:c")
    assert ask(store, "GET", "/subjects")[1] == ["a/b", "c"]


WORDS = st.sampled_from(
    ["schemas", "ids", "guids", "subjects", "versions", "config", "mode", "a", "1", "-1", "latest", "", "%00", "%ff"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["schema", "schemaType", "id", "x"]), inner),
)
BODIES = st.one_of(
    st.binary(max_size=50),
    JSON.map(lambda value: json.dumps(value).encode()),
    JSON.map(lambda value: json.dumps({"schema": json.dumps(value), "schemaType": "JSON"}).encode()),
    JSON.map(lambda value: json.dumps({"schema": json.dumps(value)}).encode()),
)


@given(
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "X"]),
    st.lists(WORDS | st.text(max_size=5).map(repr), max_size=6).map("/".join),
    st.sampled_from([b"", b"limit=9" + b"9" * 30, b"&&=%ff", b"subject=\xff"]),
    BODIES,
)
def test_hostile_requests(method: str, path: str, query: bytes, body: bytes) -> None:
    """Whatever is asked, the answer is JSON and never a server's error."""
    store = MemoryStore()
    register(store, "a")
    status, text = answer(store, Request.of(method, path.encode("latin-1", "replace"), query, body))
    assert status in (200, 400, 404, 405, 422)
    assert status == 200 or json.loads(text)["error_code"] >= status


def test_what_is_forgotten_was_never_there_and_its_id_is_not_given_again() -> None:
    """A schema of a while: gone by subject, id and GUID; another one gets another id."""
    store = MemoryStore()
    register(store, "s")
    register(store, "s", OTHER)
    first, second = store.all()
    store.remove([second])
    assert store.all() == store.versions("s") == (first,)
    assert store.places(second.id) == ()
    assert store.by_guid(second.guid or "") is None
    register(store, "s", OTHER)
    again = store.versions("s")[1]
    assert (again.version, again.id) == (second.version, second.id + 1)

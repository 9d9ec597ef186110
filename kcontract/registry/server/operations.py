"""The operations of the embedded registry: a request and the store in, a JSON answer out, or a RefusalError."""

from __future__ import annotations

from typing import Any

import msgspec

from kcontract.model.registry import RegisteredReference, RegisteredSchema
from kcontract.registry.server.refusals import (
    invalid_level,
    invalid_schema,
    level_not_configured,
    mode_not_configured,
    not_permitted,
    schema_not_found,
    subject_not_found,
    version_not_found,
)
from kcontract.registry.server.requests import (
    ConfigBody,
    Request,
    SchemaBody,
    schema_id,
    subject_name,
    version_number,
)
from kcontract.registry.server.store import GLOBAL, Content, Store
from kcontract.registry.server.validity import content

LEVELS = (
    "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE", "NONE",
)  # fmt: skip
UNENFORCED = "NONE"
"""The global level until one is set: Confluent's is BACKWARD, but registration does not check compatibility yet."""


def root(_store: Store, _request: Request) -> Any:
    return {}


def types(_store: Store, _request: Request) -> Any:
    return ["JSON", "AVRO"]


def register(store: Store, request: Request) -> Any:
    """A new version, or the one that the subject has already."""
    subject = subject_name(request.segments[1])
    body = request.parsed(SchemaBody)
    wanted = _content(store, body)
    found = _find(store.versions(subject), wanted)
    if found is None:
        _check_numbers(store, subject, body)
        found = store.add(subject, wanted)
    return {"id": found.id, "version": found.version, "guid": found.guid, **_schema(found)}


def look_up(store: Store, request: Request) -> Any:
    """The version of a subject that holds the schema of the body."""
    subject = subject_name(request.segments[1])
    wanted = _content(store, request.parsed(SchemaBody))
    versions = _versions(store, subject)
    found = _find(versions, wanted)
    if found is None:
        raise schema_not_found()
    return _version(found)


def list_subjects(store: Store, request: Request) -> Any:
    prefix = request.query.get("subjectPrefix", "")
    return request.page(tuple(sorted(each for each in store.subjects() if each.startswith(prefix))))


def list_versions(store: Store, request: Request) -> Any:
    subject = subject_name(request.segments[1])
    return request.page(tuple(each.version for each in _versions(store, subject)))


def get_version(store: Store, request: Request) -> Any:
    return _version(_one_version(store, request))


def get_version_schema(store: Store, request: Request) -> Any:
    return msgspec.Raw(_one_version(store, request).text.encode())


def referenced_by(store: Store, request: Request) -> Any:
    """Ids of the schemas that refer to a version."""
    target = _one_version(store, request)
    return sorted(
        {
            each.id
            for each in store.all()
            for reference in each.references
            if (reference.subject, reference.version) == (target.subject, target.version)
        }
    )


def list_schemas(store: Store, request: Request) -> Any:
    prefix = request.query.get("subjectPrefix", "")
    chosen = [each for each in store.all() if each.subject.startswith(prefix)]
    if request.query.get("latestOnly", "").lower() == "true":
        chosen = list({each.subject: each for each in chosen}.values())
    return request.page(tuple(_version(each) for each in sorted(chosen, key=lambda one: (one.subject, one.version))))


def by_id(store: Store, request: Request) -> Any:
    found = _places(store, request)[0]
    return {**_schema(found), "guid": found.guid}


def by_id_schema(store: Store, request: Request) -> Any:
    return msgspec.Raw(_places(store, request)[0].text.encode())


def by_id_subjects(store: Store, request: Request) -> Any:
    return request.page(tuple(each.subject for each in _places(store, request)))


def by_id_versions(store: Store, request: Request) -> Any:
    wanted = request.query.get("subject")
    places = [each for each in _places(store, request) if wanted in (None, each.subject)]
    return request.page(tuple({"subject": each.subject, "version": each.version} for each in places))


def by_guid(store: Store, request: Request) -> Any:
    found = _by_guid(store, request)
    return {**_schema(found), "guid": found.guid}


def by_guid_ids(store: Store, request: Request) -> Any:
    return [{"context": ".", "id": _by_guid(store, request).id}]


def get_config(store: Store, request: Request) -> Any:
    """The level that is stored. It is not enforced, so that the default is NONE."""
    if len(request.segments) == 1:
        return {"compatibilityLevel": store.level(GLOBAL) or UNENFORCED}
    subject = subject_name(request.segments[1])
    level = store.level(subject)
    if level is None and request.query.get("defaultToGlobal", "").lower() == "true":
        level = store.level(GLOBAL) or UNENFORCED
    if level is None:
        raise level_not_configured(subject)
    return {"compatibilityLevel": level}


def put_config(store: Store, request: Request) -> Any:
    subject = subject_name(request.segments[1]) if len(request.segments) > 1 else GLOBAL
    level = request.parsed(ConfigBody).compatibility
    if level is msgspec.UNSET:
        return {}
    if isinstance(level, str):
        level = level.upper()
        if level not in LEVELS:
            raise invalid_level()
    store.set_level(subject, level)
    return {"compatibility": level}


def get_mode(_store: Store, request: Request) -> Any:
    if len(request.segments) > 1 and request.query.get("defaultToGlobal", "").lower() != "true":
        raise mode_not_configured(subject_name(request.segments[1]))
    return {"mode": "READWRITE"}


def contexts(_store: Store, _request: Request) -> Any:
    return ["."]


def _content(store: Store, body: SchemaBody) -> Content:
    references = body.references or ()
    return content(body.schema_type or "AVRO", body.schema or "", references, _referenced(store, references))


def _referenced(store: Store, references: tuple[RegisteredReference, ...]) -> dict[str, str]:
    """Name → text of everything that is referred to, at any distance."""
    texts: dict[str, str] = {}
    waiting = list(references)
    while waiting:
        reference = waiting.pop()
        if reference.name in texts:
            continue
        found = _exact(store.versions(reference.subject), reference.version)
        if found is None:
            where = f'subject "{reference.subject}" and version {reference.version}'
            raise invalid_schema(f"No schema reference found for {where}")
        texts[reference.name] = found.text
        waiting += found.references
    return texts


def _check_numbers(store: Store, subject: str, body: SchemaBody) -> None:
    if body.id is not None and body.id >= 0:
        raise not_permitted(f"Subject {subject} is not in import mode")
    following = len(store.versions(subject)) + 1
    if body.version is not None and body.version > 0 and body.version != following:
        raise invalid_schema(f"Version is not one more than previous version {following - 1}")


def _find(versions: tuple[RegisteredSchema, ...], wanted: Content) -> RegisteredSchema | None:
    guid = wanted.guid
    return next((each for each in reversed(versions) if each.guid == guid), None)


def _exact(versions: tuple[RegisteredSchema, ...], number: int) -> RegisteredSchema | None:
    if number == -1:
        return versions[-1] if versions else None
    return next((each for each in versions if each.version == number), None)


def _versions(store: Store, subject: str) -> tuple[RegisteredSchema, ...]:
    versions = store.versions(subject)
    if not versions:
        raise subject_not_found(subject)
    return versions


def _one_version(store: Store, request: Request) -> RegisteredSchema:
    number = version_number(request.segments[3])
    versions = _versions(store, subject_name(request.segments[1]))
    found = _exact(versions, -1 if number is None else number)
    if found is None:
        raise version_not_found(number or 0)
    return found


def _places(store: Store, request: Request) -> tuple[RegisteredSchema, ...]:
    number = schema_id(request.segments[2])
    places = store.places(number)
    if not places:
        raise schema_not_found(number)
    return places


def _by_guid(store: Store, request: Request) -> RegisteredSchema:
    found = store.by_guid(request.segments[2].lower())
    if found is None:
        raise schema_not_found(request.segments[2])
    return found


def _schema(found: RegisteredSchema) -> dict[str, Any]:
    answer: dict[str, Any] = {"schemaType": found.kind.upper(), "schema": found.text}
    if found.references:
        answer["references"] = list(found.references)
    return answer


def _version(found: RegisteredSchema) -> dict[str, Any]:
    return {
        "subject": found.subject,
        "version": found.version,
        "id": found.id,
        "guid": found.guid,
        **_schema(found),
    }

"""A client for any registry that speaks Confluent's REST API, with the calls that kcontract needs and no more."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Literal
from urllib.parse import quote

import httpx

from kcontract.errors import RegistryError
from kcontract.model.registry import RegisteredReference, RegisteredSchema

Kind = Literal["avro", "json", "protobuf"]
_MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
_CODES = {
    401: "REGISTRY_UNAUTHORIZED",
    403: "REGISTRY_UNAUTHORIZED",
    404: "REGISTRY_NOT_FOUND",
    409: "REGISTRY_INCOMPATIBLE",
}


class RegistryClient:
    """Talks to the registry at `url`. `auth` is a (user, password) pair or a bearer token. Close it after use.

    Every method raises RegistryError: `status` is the registry's error code (40401 …), or the HTTP status where the
    body has none, or 0 where nothing answered.
    """

    def __init__(self, url: str, *, auth: tuple[str, str] | str | None = None, timeout: float = 10.0) -> None:
        self.url = url.rstrip("/")
        headers = {"Accept": f"{_MEDIA_TYPE}, application/json", "Content-Type": _MEDIA_TYPE}
        if isinstance(auth, str):
            headers["Authorization"] = f"Bearer {auth}"
        basic = auth if isinstance(auth, tuple) else None
        self._http = httpx.Client(headers=headers, auth=basic, timeout=timeout, follow_redirects=False)

    def register(
        self, subject: str, text: str, kind: str, references: Sequence[RegisteredReference] = ()
    ) -> RegisteredSchema:
        """Register a schema (`kind`: avro, json or protobuf), or find it where it is registered already.

        Asks for the version that it got, since not every registry says it at once.
        """
        body = _schema_body(text, kind, references)
        self._call("POST", f"/subjects/{_quoted(subject)}/versions", body)
        return _registered(self._call("POST", f"/subjects/{_quoted(subject)}", body))

    def by_id(self, schema_id: int) -> RegisteredSchema:
        """The schema with an id, with the first subject and version that the registry names for it."""
        answer = self._call("GET", f"/schemas/ids/{schema_id}")
        places = self._call("GET", f"/schemas/ids/{schema_id}/versions")
        place = places[0] if isinstance(places, list) and places else {}
        return _registered({**place, **_object(answer), "id": schema_id})

    def versions(self, subject: str) -> tuple[int, ...]:
        """The version numbers of a subject, oldest first."""
        answer = self._call("GET", f"/subjects/{_quoted(subject)}/versions")
        if not isinstance(answer, list) or not all(isinstance(each, int) for each in answer):
            raise _bad_answer(answer)
        return tuple(answer)

    def version(self, subject: str, number: int | None = None) -> RegisteredSchema:
        """One version of a subject, the latest without a number."""
        wanted = "latest" if number is None else number
        return _registered(self._call("GET", f"/subjects/{_quoted(subject)}/versions/{wanted}"))

    def set_compatibility(self, subject: str, level: str) -> None:
        """Set the level that the registry holds a subject to."""
        self._call("PUT", f"/config/{_quoted(subject)}", {"compatibility": level})

    def subjects(self) -> tuple[str, ...]:
        """Every subject."""
        answer = self._call("GET", "/subjects")
        if not isinstance(answer, list) or not all(isinstance(each, str) for each in answer):
            raise _bad_answer(answer)
        return tuple(answer)

    def all(self) -> tuple[RegisteredSchema, ...]:
        """Every version of every subject: one call for each, since not every registry lists them at once."""
        return tuple(self.version(subject, number) for subject in self.subjects() for number in self.versions(subject))

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> RegistryClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        try:
            response = self._http.request(method, self.url + path, json=body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RegistryError(
                "REGISTRY_UNREACHABLE",
                f"no answer from the schema registry at {self.url}: {str(error) or type(error).__name__}",
                "check the address, and that the registry runs and can be reached from here",
            ) from error
        answer = _json(response)
        if response.is_success:
            return answer
        raise self._refusal(response.status_code, answer, f"{method} {path}")

    def _refusal(self, status: int, answer: Any, request: str) -> RegistryError:
        body = answer if isinstance(answer, dict) else {}
        code = body.get("error_code")
        code = code if isinstance(code, int) else status
        name = "REGISTRY_INVALID_SCHEMA" if code == 42201 else _CODES.get(status, "REGISTRY_REFUSED")
        message = str(body.get("message", f"HTTP {status}"))[:500]
        return RegistryError(name, f"the schema registry at {self.url} refused {request}: {message}", status=code)


def _schema_body(text: str, kind: str, references: Sequence[RegisteredReference]) -> dict[str, Any]:
    body: dict[str, Any] = {"schema": text, "schemaType": kind.upper()}
    if references:
        body["references"] = [
            {"name": each.name, "subject": each.subject, "version": each.version} for each in references
        ]
    return body


def _registered(answer: Any) -> RegisteredSchema:
    body = _object(answer)
    kind = str(body.get("schemaType") or "AVRO").lower()
    try:
        return RegisteredSchema(
            id=int(body["id"]),
            subject=str(body["subject"]),
            version=int(body["version"]),
            kind=_kind(kind),
            text=str(body["schema"]),
            references=tuple(_reference(each) for each in body.get("references") or ()),
            guid=body.get("guid"),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise _bad_answer(answer) from error


def _kind(text: str) -> Kind:
    for kind in ("avro", "json", "protobuf"):
        if text == kind:
            return kind
    raise ValueError(text)


def _reference(answer: dict[str, Any]) -> RegisteredReference:
    return RegisteredReference(str(answer["name"]), str(answer["subject"]), int(answer["version"]))


def _object(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise _bad_answer(answer)
    return answer


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _bad_answer(answer: Any) -> RegistryError:
    return RegistryError(
        "REGISTRY_BAD_ANSWER",
        f"the schema registry answered with something else than its API promises: {str(answer)[:200]}",
        "check that the address is that of a registry with Confluent's API (Apicurio: …/apis/ccompat/v7)",
    )


def _quoted(subject: str) -> str:
    return quote(subject, safe="")

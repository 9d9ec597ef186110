"""`kcontract init`: first contracts from schema files, or from the records of a live topic."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from glob import glob, has_magic
from pathlib import Path

from kcontract.document.drafts.draft import Draft, Payload, Referred, Seen, Wire
from kcontract.document.drafts.fields import key_guess, text_fields
from kcontract.document.drafts.habits import correlation, identity
from kcontract.document.drafts.writing import contract_text
from kcontract.document.paths import find_root
from kcontract.errors import SchemaError, UsageError
from kcontract.model.value import Value
from kcontract.schema.avro.parse import parse
from kcontract.schema.json.validate import JsonSchema
from kcontract.store.new_files import exists, write_new
from kcontract.wiring.referring import reached, read_schema, referred_of

_TOPIC = re.compile(r"[a-zA-Z0-9._-]{1,249}")
_ADD = "name the file that defines it: --reference FILE"
_SUFFIXES = (".avsc", ".json", ".schema", "-value")


class InitOptions(Value, frozen=True):
    """What the command line says."""

    schemas: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    topic: str | None = None
    from_topic: str | None = None
    bootstrap: str | None = None
    registry: str | None = None
    out: str | None = None
    samples: int = 200
    seconds: float = 10.0
    service: str = "my-service"
    command: tuple[str, ...] = ()


def from_schemas(options: InitOptions) -> tuple[Path, ...]:
    """Write one contract for each schema file; their paths. Raises UsageError and SchemaError; then nothing is written:
    INIT_NOTHING, INIT_TOPIC_ONE, SCHEMA_MISSING, SCHEMA_OUTSIDE, TOPIC_ILLEGAL, FILE_EXISTS, FILE_UNWRITABLE."""
    files = schema_files(options.schemas)
    given = referred_of(schema_files(options.references)) if options.references else ()
    if options.topic is not None and len(files) > 1:
        raise UsageError(
            "INIT_TOPIC_ONE", f"--topic names one topic, but there are {len(files)} schemas", "leave it out"
        )
    drafts = []
    for file in files:
        payload = payload_of(file, given)
        drafts.append(draft_of(options, legal(options.topic or _topic_of(file)), (payload,)))
    return save(options, drafts, {})


def draft_of(
    options: InitOptions, topic: str, payloads: tuple[Payload, ...], wire: Wire | None = None, seen: Seen | None = None
) -> Draft:
    """The draft of one contract. Without `wire` the default of the schema's kind."""
    paths = _common([text_fields(payload.kind, payload.text, payload.referred) for payload in payloads])
    same = identity(paths)
    tie = correlation(seen.headers if seen is not None else (), paths)
    framed = bool(payloads) and payloads[0].kind == "avro"
    return Draft(
        topic=topic,
        payloads=payloads,
        wire=wire or ("confluent" if framed else "plain"),
        service=options.service,
        command=options.command,
        seen=seen,
        correlation=tie,
        identity=same,
        key_guess=key_guess(tuple(path for path in paths if not tie.endswith(f"#{path}")), same),
    )


def _common(lists: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(path for path in lists[0] if all(path in other for other in lists)) if lists else ()


def schema_files(names: Sequence[str]) -> list[Path]:
    """The files that names and patterns mean. Raises UsageError INIT_NOTHING, SCHEMA_MISSING."""
    found: dict[Path, None] = {}
    for name in names:
        # not Path.glob: a pattern may be absolute
        matches = sorted(glob(name, recursive=True)) if has_magic(name) else [name]  # noqa: PTH207
        if not matches or not all(Path(match).is_file() for match in matches):
            raise UsageError("SCHEMA_MISSING", f"{name} is no file", "name .avsc or JSON Schema files")
        found.update(dict.fromkeys(map(Path, matches)))
    if not found:
        fix = "name a schema file, or a topic with --from-topic and --bootstrap-servers"
        raise UsageError("INIT_NOTHING", "there is nothing to draft a contract from", fix)
    return list(found)


def payload_of(file: Path, given: Sequence[Referred] = ()) -> Payload:
    """The schema in a file of the project, with those of `given` that it refers to. Raises UsageError SCHEMA_OUTSIDE,
    SCHEMA_MISSING, SchemaError."""
    path, text = read_schema(file)
    avro = file.suffix == ".avsc"
    others = [one for one in given if one.path.endswith(".avsc") is avro and one.path != path]
    texts = {one.name: one.text for one in others}
    try:
        if avro:
            schema = parse(text, texts)
            used = tuple(one for one in others if one.name in schema.named)
            return Payload(schema.record_name, "avro", text, path, references=used)
        JsonSchema(text, texts)
    except SchemaError as error:
        fix = _ADD if _is_unknown(error) else error.fix or "correct the schema"
        raise SchemaError(error.code, f"{path}: {error.message}", fix) from error
    return Payload("", "json", text, path, references=reached(text, others))


def _is_unknown(error: SchemaError) -> bool:
    """Whether a schema names one that is not there."""
    return error.code == "AVRO_UNKNOWN_TYPE" or "is not present in a registry" in error.message


def _topic_of(file: Path) -> str:
    """`patient.created-value.avsc` is of patient.created."""
    name = file.name
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def legal(topic: str) -> str:
    """The topic's name. Raises UsageError TOPIC_ILLEGAL."""
    if not _TOPIC.fullmatch(topic) or topic in (".", ".."):
        fix = "up to 249 letters, digits, dots, underscores and hyphens: --topic NAME"
        raise UsageError("TOPIC_ILLEGAL", f"{topic!r} cannot be a topic's name", fix)
    return topic


def save(options: InitOptions, drafts: Sequence[Draft], schemas: dict[str, str]) -> tuple[Path, ...]:
    """Write contracts, and schemas by their path from the project's root; what was written. A schema file that holds
    the same already is left as it is."""
    root = find_root(Path.cwd())
    out = Path(options.out) if options.out is not None else root / "contracts"
    files = {root / path: text for path, text in schemas.items() if not _holds(root / path, text)}
    for draft in drafts:
        target = out / f"{draft.topic}.yaml"
        if target in files:
            raise UsageError("INIT_TOPIC_ONE", f"two schemas for the topic {draft.topic}", "draft them one by one")
        files[target] = contract_text(draft)
    there = [path for path in files if path.exists()]
    if there:
        raise exists([_short(path) for path in there])
    write_new(files)
    return tuple(map(_short, files))


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _short(path: Path) -> Path:
    shown = Path(os.path.relpath(path))
    return path if shown.parts[:1] == ("..",) else shown

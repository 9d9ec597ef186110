"""One shooting: payloads made, read by our decoders, by fastavro where they are valid, and by Java's."""

from __future__ import annotations

import gc
import io
import json
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import fastavro

from kcontract.schema.avro.nodes import Branch, Datum
from kcontract.schema.avro.parse import parse
from tests.decoders.avro_schemas import avro_schemas
from tests.decoders.classes import AVRO, JSON, Tally, avro_reads, json_reads
from tests.decoders.json_schemas import json_schemas
from tests.decoders.payloads import Damaged, payloads
from tests.decoders.trial import Cost, Said, avro_reader, inconsistent, json_reader, tried

_ANYTHING = "true"


@dataclass(slots=True)
class Round:
    """What came of one decoder."""

    name: str
    tally: Tally
    cost: Cost = field(default_factory=Cost)
    said: list[Said] = field(default_factory=list)
    schemas: int = 0


def fire(total: int, schemas: int, seed: str, *, java: ModuleType | None) -> tuple[Round, Round]:
    """`total` payloads on that many Avro schemas, and a tenth of them as JSON. `java`: tests.decoders.java_side."""
    texts = avro_schemas(schemas)
    return _avro(texts, total // schemas, seed, java), _json(total // 10, seed, java)


def _avro(texts: list[str], each: int, seed: str, java: ModuleType | None) -> Round:
    done = Round("Avro", Tally(AVRO), schemas=len(texts))
    shots = [(text, list(payloads("avro", text, each, seed))) for text in texts]
    gc.freeze()  # or collecting these over and over would count as the decoder's time
    ours = [_avro_said(text, shot, done) for text, shot in shots]
    if java is not None:
        answers = java.avro((text, [one.data for one in shot]) for text, shot in shots)
        for (text, shot), said, answer in zip(shots, ours, answers, strict=True):
            done.tally.add(text, shot, said, answer, avro_reads(parse(text)))
    done.said = [said for some in ours for said in some]
    return done


def _avro_said(text: str, shot: list[Damaged], done: Round) -> list[Said]:
    schema, theirs = parse(text), fastavro.parse_schema(_without_logical(json.loads(text)))
    said = tried(avro_reader(text), shot, done.cost)
    for payload, one in zip(shot, said, strict=True):
        words = inconsistent(schema, payload.data, one)
        if not words and one.word == "valid":
            words = _unlike(theirs, payload.data, one.datum)
        if words:
            done.cost.faults.append(f"{words}: {payload.origin} {payload.data[:60].hex()} {text}")
    return said


def _unlike(theirs: Any, data: bytes, datum: Datum) -> str:
    stream = io.BytesIO(data)
    try:
        read = fastavro.schemaless_reader(stream, theirs, None)
    except Exception as error:  # its refusals have no class of their own
        return f"fastavro refuses: {error!r}"
    if stream.tell() != len(data):
        return "fastavro leaves bytes"
    return "" if read == plain(datum) else "fastavro reads another value"


def plain(datum: Datum) -> Any:
    """A datum without the branches of its unions, as fastavro reads it."""
    match datum:
        case Branch(value=value):
            return plain(value)
        case list():
            return [plain(item) for item in datum]
        case dict():
            return {key: plain(item) for key, item in datum.items()}
    return datum


def _without_logical(raw: Any) -> Any:
    """The schema without logical types, which fastavro would apply."""
    if isinstance(raw, dict):
        return {key: _without_logical(value) for key, value in raw.items() if key != "logicalType"}
    return [_without_logical(item) for item in raw] if isinstance(raw, list) else raw


def _json(total: int, seed: str, java: ModuleType | None) -> Round:
    texts = json_schemas()
    done = Round("JSON", Tally(JSON), schemas=len(texts))
    shots = [(text, list(payloads("json", text, total // len(texts), seed))) for text in texts]
    gc.freeze()
    for text, shot in shots:
        done.said += tried(json_reader(text), shot, done.cost)
    if java is not None:
        every = [one for _, shot in shots for one in shot]
        answers = java.json(one.data for one in every)
        done.tally.add("", every, tried(json_reader(_ANYTHING), every, Cost()), answers, json_reads)
    return done

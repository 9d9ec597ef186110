"""Invented runs: one finding for each judged verdict, as the judge would put it."""

from __future__ import annotations

from kcontract.model.case import Expectation
from kcontract.model.contract import Contract, Malformed, Message, RegistryRules, SchemaText
from kcontract.model.events import UnitStarted
from kcontract.model.finding import CaseVerdict, Finding
from kcontract.model.location import Location
from kcontract.model.record import LogRecord, Record
from kcontract.model.registry import RegisteredSchema
from kcontract.report.book import Book

FILE = "contracts/patient.created.yaml"
PATIENT = "8f14e45f-ceea-467f-a8a5-0d3b2f1c9e11"
AVRO = """{"type": "record", "name": "PatientCreated", "namespace": "clinic", "fields": [
  {"name": "patient_id", "type": {"type": "string", "logicalType": "uuid"}},
  {"name": "name", "type": "string"},
  {"name": "born", "type": {"type": "int", "logicalType": "date"}},
  {"name": "weight", "type": ["null", "double"]}
]}"""
DEAD_LETTER = (
    "for an invalid record billing writes a dead letter to patient.created.dlq with value, key, headers unchanged"
)
ONE_EVENT = "for each valid record billing sends one event to invoice.opened"
TRACEBACK = """Traceback (most recent call last):
  File "/app/billing/consumer.py", line 63, in <module>
    main()
  File "/app/billing/consumer.py", line 41, in main
    patient = deserializer(message.value(), context)
  File "/venv/lib/python3.11/site-packages/confluent_kafka/schema_registry/avro.py", line 455, in __call__
    obj_dict = schemaless_reader(payload, writer_schema)
  File "/venv/lib/python3.11/site-packages/fastavro/_read_py.py", line 301, in read_data
    return reader_fn(decoder, writer_schema)
  File "/venv/lib/python3.11/site-packages/fastavro/_read_py.py", line 188, in read_union
    return schema[index]
  File "/venv/lib/python3.11/site-packages/fastavro/_read_py.py", line 12, in more
    raise_it()
IndexError: list index out of range
"""


def text(value: str) -> bytes:
    """An Avro string of at most 63 bytes."""
    data = value.encode()
    return bytes([len(data) * 2]) + data


def patient(name: str = "Ada Lovelace", tail: bytes = b"\x00") -> bytes:
    """A value on the Confluent wire with schema id 3; `tail` is the union `weight`."""
    return b"\x00\x00\x00\x00\x03" + text(PATIENT) + text(name) + b"\x80\x04" + tail


def record(value: bytes | None, key: bytes | None = PATIENT.encode()) -> Record:
    """A record with a correlation id."""
    return Record(key=key, value=value, headers=(("correlation_id", b"c-131"),))


def at(line: int) -> Location:
    """A line of the contract."""
    return Location(FILE, line, 5)


def book() -> Book:
    """What a report knows after the unit's start."""
    made = Book()
    made.remember(started())
    return made


def started() -> UnitStarted:
    """The unit billing: Avro in, JSON out."""
    avro = Contract(
        at=at(1),
        topic="patient.created",
        message=Message(at=at(6), payload=SchemaText("avro", AVRO, at(9)), wire="confluent"),
        registry=RegistryRules(at=at(15)),
        malformed=Malformed(),
    )
    schema = RegisteredSchema(id=3, subject="patient.created-value", version=2, kind="avro", text=AVRO)
    return UnitStarted(at=0.0, unit="billing", contracts=(avro,), schemas=(schema,), group="billing")


def verdict(code: str, kind: str, value: bytes | None, **more: object) -> CaseVerdict:
    """A verdict on case 131 with the usual facts; `more` replaces or adds fields."""
    fields: dict[str, object] = {
        "code": code,
        "case": "131",
        "kind": kind,
        "topic": "patient.created",
        "at": at(31),
        "promised": DEAD_LETTER,
        "seen": ("sent to patient.created/2@131",),
        "record": record(value),
        "expectation": Expectation.VALID if kind == "valid" else Expectation.INVALID,
    }
    return CaseVerdict(**{**fields, **more})  # type: ignore[arg-type]


def log(topic: str, found: Record, offset: int = 17) -> LogRecord:
    """A record as it stands in partition 0."""
    return LogRecord(topic=topic, partition=0, offset=offset, record=found)


def event(value: str, key: bytes | None = PATIENT.encode()) -> LogRecord:
    """An event of the service on invoice.opened."""
    return log("invoice.opened", Record(key=key, value=value.encode()))


def finding(
    first: CaseVerdict, count: int = 1, unit: str = "billing", kinds: tuple[str, ...] = (), id_: str = "3f9a01c2"
) -> Finding:
    """A finding with a fixed id."""
    return Finding(id=id_, unit=unit, first=first, count=count, kinds=kinds or (first.kind,))

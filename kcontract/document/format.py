"""The contract format, version 1, and the project file, as shapes (FORMAT.md is the reference)."""

from __future__ import annotations

from kcontract.document import codes
from kcontract.document.format_services import FAULTS, RECEIVE, RUN, SEND
from kcontract.document.format_topic import MALFORMED, MESSAGE, REGISTRY, REPLY
from kcontract.document.leaves import DURATION, NAME, PATH, TEXT, TOPIC, WRITTEN, choice, constant, whole_number
from kcontract.document.shape import Form, Items, Key, Table

_VERSION = constant(1, codes.VALUE_UNKNOWN, "write kcontract: 1")

CONTRACT = Form(
    "a contract",
    (
        Key("kcontract", _VERSION, "Version of the format.", required=True),
        Key("topic", TOPIC, "Name of the topic; required unless taken by `from`."),
        Key("from", PATH, "Another contract file whose topic, message, registry and reply are taken as they are."),
        Key("description", TEXT, "What the topic carries, for people and the catalogue."),
        Key("owner", TEXT, "The team that answers for the topic."),
        Key("tags", Items(NAME), "Words to find the contract by."),
        Key("partitions", whole_number(1, 10_000), "Number of partitions of the topic; default 1."),
        Key("cleanup", choice("delete", "compact"), "compact: a tombstone is a valid record; default delete."),
        Key("config", Table(WRITTEN), "Topic settings such as `max.message.bytes`."),
        Key("message", MESSAGE, "What each record looks like."),
        Key("registry", REGISTRY, "How the schemas are registered and may evolve."),
        Key("malformed", MALFORMED, "Which tolerances are withdrawn or granted."),
        Key("reply", REPLY, "The answer to each record of a request topic."),
        Key("send", Table(SEND), "Senders by name, with what makes them send."),
        Key("receive", Table(RECEIVE), "Receivers by name, with what they promise."),
        Key("faults", FAULTS, "What is promised while a part of the environment is down."),
    ),
)

PROJECT = Form(
    "kcontract.yaml",
    (
        Key("kcontract", _VERSION, "Version of the format."),
        Key("services", Table(RUN), "Services that stand in several contracts, by name."),
        Key("contracts", Items(NAME), "Globs of contract files; default contracts/**/*.yaml."),
        Key("broker", NAME, "auto, local, docker, mock or bootstrap servers; default auto."),
        Key("registry", NAME, "URL of the schema registry; default: the embedded one."),
        Key("malformed", MALFORMED, "Defaults for all contracts."),
        Key("maxExamples", whole_number(1, 10_000_000), "Most cases a receiver is sent."),
        Key("maxTime", DURATION, "Longest time of a run."),
    ),
)

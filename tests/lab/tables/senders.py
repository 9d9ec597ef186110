"""Senders over HTTP, by command, at their start and as functions: what a request leads to."""

from __future__ import annotations

from tests.lab.twin import Twin, earns


def _sender(contract: str, variant: str = "good", *verdicts: str, besides: str = "") -> Twin:
    return Twin(
        f"{contract}-{variant}",
        "python",
        "confluent-kafka",
        f"tests/lab/senders/{contract}.yaml",
        variant,
        earns(*verdicts),
        earns(*besides.split()),
        examples=15,
        flags=("--faults", "none"),
    )


SENDERS = (
    _sender("shop"),
    _sender("shop", "transactional"),
    _sender("shop", "duplicate", "DUPLICATE_EVENT"),
    _sender("shop", "wrong_topic", "WRONG_TOPIC", besides="UNDECLARED_EVENT"),
    _sender("shop", "refuses", "REFUSED_VALID"),
    _sender("shop", "dies", "CRASHED"),  # of what is no JSON
    _sender("shop", "renames", "INVALID_EVENT"),  # its events hold another id than its answers
    _sender("shop", "mixes_up", "INVALID_EVENT"),  # of requests that come together only
    _sender("shop", "shrugs", "NO_EVENT"),
    _sender("kiosk"),
    _sender("kiosk", "unordered", "WRONG_ORDER"),
    _sender("loose", "rolled_back", "PHANTOM_EVENT", besides="INVALID_EVENT"),
    _sender("framed", "framed"),
    _sender("framed", "unregistered", "UNREGISTERED_SCHEMA"),
    _sender("renamed", "wrong_subject", "WRONG_SUBJECT"),
    _sender("once"),
    _sender("once", "silent", "NO_EVENT"),
    _sender("started"),
    _sender("started", "silent", "NO_EVENT"),
    _sender("started", "nameless", "INVALID_EVENT"),
    _sender("made"),
    _sender("misnumbered", "good", "INVALID_EVENT"),
)

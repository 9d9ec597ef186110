"""What the contract asks of a patient event beyond its Avro schema, and its values as they go into JSON."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from examples.patients.common.worker import Record, Rejected

LONGEST_NAME = 200


def check_created(event: dict[str, Any], record: Record) -> None:
    """The rules of schemas/patients/limits.json, and of key and header. Raises Rejected."""
    if event["event_type"] != "patient.created":
        raise Rejected("event_type is not patient.created")
    if not 1 <= len(event["name"]) <= LONGEST_NAME:
        raise Rejected(f"name is not 1 to {LONGEST_NAME} characters long")
    if event["visits"] < 0:
        raise Rejected("visits is negative")
    if not math.isfinite(event["weight_kg"]):
        raise Rejected("weight_kg is not a number")
    if text(record.key, "key").lower() != str(event["patient_id"]):
        raise Rejected("the key is not the patient's id")


def correlation_id(record: Record) -> str:
    """The last header of that name; it is required and not empty. Raises Rejected."""
    values = [value for name, value in record.headers if name == "correlation_id"]
    found = text(values[-1], "correlation_id") if values else ""
    if not found:
        raise Rejected("header correlation_id is missing")
    return found


def text(value: bytes | None, what: str) -> str:
    """UTF-8 text. Raises Rejected."""
    try:
        return (value or b"").decode()
    except UnicodeDecodeError as error:
        raise Rejected(f"{what} is not UTF-8") from error


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, with milliseconds."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"

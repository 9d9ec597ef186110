"""The schemas that a topic's records were written with, by the id that stands in each record."""

from __future__ import annotations

import json
from typing import Any

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError
from fastavro.schema import parse_schema

from examples.patients.common.worker import Rejected, TryLater


def registry_client(url: str) -> SchemaRegistryClient:
    """A client that gives up soon enough for the consumer to stay in its group."""
    return SchemaRegistryClient({"url": url, "timeout": 3, "max.retries": 1})


class WriterSchemas:
    """Schemas of one subject. Ids of other subjects are refused: their records do not belong on this topic."""

    def __init__(self, registry: SchemaRegistryClient, subject: str) -> None:
        self.registry = registry
        self.subject = subject
        self.known: dict[int, Any] = {}

    def get(self, schema_id: int) -> Any:
        """The parsed schema. Raises Rejected for an id that is not the subject's, TryLater without an answer."""
        if schema_id not in self.known:
            self.known[schema_id] = self._fetch(schema_id)
        return self.known[schema_id]

    def _fetch(self, schema_id: int) -> Any:
        try:
            places = self.registry.get_schema_versions(schema_id)
            schema = self.registry.get_schema(schema_id, self.subject)
        except SchemaRegistryError as error:
            if error.http_status_code == 404:
                raise Rejected(f"schema id {schema_id} is not known to the registry") from error
            raise TryLater(f"registry: {error}") from error
        except Exception as error:  # no answer at all: whatever its HTTP client raises
            raise TryLater(f"registry: {error!r}") from error
        if self.subject not in [place.subject for place in places]:
            raise Rejected(f"schema id {schema_id} is not a version of {self.subject}")
        if schema.schema_type != "AVRO":
            raise Rejected(f"schema id {schema_id} is {schema.schema_type}, not Avro")
        return parse_schema(json.loads(schema.schema_str or ""))

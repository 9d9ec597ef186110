"""Every record is read with the newest schema, whatever id stands in it: older ones are refused or misread."""

from __future__ import annotations

from typing import Any

from examples.patients.billing.service import READER, Billing
from examples.patients.common.worker import Settings, main


class AnyId:
    def get(self, _schema_id: int) -> Any:
        return READER


class SchemaIdIgnored(Billing):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.schemas = AnyId()  # type: ignore[assignment]


if __name__ == "__main__":
    main(SchemaIdIgnored)

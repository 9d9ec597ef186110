"""The key is the event's correlation id, where the contract promises the patient's id."""

from __future__ import annotations

from typing import Any

from examples.patients.patient_api.__main__ import main
from examples.patients.patient_api.events import Headers, Publisher


class WrongKey(Publisher):
    def send(self, topic: str, _key: bytes, value: dict[str, Any], headers: Headers) -> None:
        super().send(topic, value["correlation_id"].encode(), value, headers)


if __name__ == "__main__":
    main(publisher=WrongKey)

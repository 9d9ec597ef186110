"""Publishes without the header that the contract requires."""

from __future__ import annotations

from typing import Any

from examples.patients.patient_api.__main__ import main
from examples.patients.patient_api.events import Headers, Publisher


class InvalidEvent(Publisher):
    def send(self, topic: str, key: bytes, value: dict[str, Any], _headers: Headers) -> None:
        super().send(topic, key, value, [])


if __name__ == "__main__":
    main(publisher=InvalidEvent)

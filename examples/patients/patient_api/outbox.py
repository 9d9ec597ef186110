"""Publishes what stands in the outbox, in order, in a thread of its own: requests do not wait for the broker."""

from __future__ import annotations

import logging
import threading
import time

from examples.patients.patient_api.database import Patients
from examples.patients.patient_api.events import NotPublishedError, Publisher

log = logging.getLogger("patients")
PAUSE = 0.3  # seconds before an event is tried again
LAST_WORDS = 5.0  # seconds in which a service that is told to stop publishes what it has accepted


class Outbox:
    """An event leaves the outbox when the broker has acknowledged it."""

    def __init__(self, patients: Patients, publisher: Publisher) -> None:
        self.patients = patients
        self.publisher = publisher
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There is something to publish."""
        self._news.set()

    def stop(self) -> None:
        """Publish what is left, as long as that takes no longer than LAST_WORDS."""
        deadline = time.monotonic() + LAST_WORDS
        while self.patients.waiting() and time.monotonic() < deadline:
            time.sleep(0.05)
        self._stopping.set()
        self._news.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._news.clear()
            if self._publish_all():
                self._news.wait(1.0)
            else:
                self._stopping.wait(PAUSE)

    def _publish_all(self) -> bool:
        """Whether the outbox is empty now."""
        while (first := self.patients.first_event()) is not None:
            number, event = first
            try:
                self.publisher.publish(event)
            except NotPublishedError as error:
                log.warning("waits in the outbox: %s", error)
                return False
            self.patients.forget_event(number)
        return True

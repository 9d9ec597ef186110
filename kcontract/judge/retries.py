"""Declared retries: how often a record came to the retry topic, and when that is more than promised."""

from __future__ import annotations

from collections.abc import Iterator

from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.promises import Input
from kcontract.judge.symptoms import Shown, Symptom


def retry_seconds(source: Input) -> float:
    """How long the declared retries with their back-off may take, generously: no standing still."""
    retry = source.receive.retry
    return 2 * retry.attempts * retry.backoff if retry else 0.0


def patience_with(source: Input) -> float:
    """Seconds that replies and declared retries may take."""
    reply = source.contract.reply
    return max(reply.within if reply else 0.0, retry_seconds(source))


def retried_too_often(delivery: Delivery) -> bool:
    """Whether it came to the retry topic more often than `retry.attempts`, counted in either way: with the first
    reading or without."""
    retry = delivery.source.receive.retry
    return retry is not None and delivery.attempts > retry.attempts


def is_being_retried(delivery: Delivery) -> bool:
    """Whether it came to the retry topic, and further attempts may follow."""
    return delivery.attempts > 0 and not retried_too_often(delivery)


def note_retries(window: Window) -> None:
    """After an exit or a start a record's attempts begin anew: only those of one process are counted."""
    if window.exits or window.starts:
        return
    for delivery in window.deliveries:
        if delivery.attempts:
            delivery.endless = retried_too_often(delivery)


def retry_symptoms(delivery: Delivery) -> Iterator[Shown]:
    """ENDLESS for a record that was tried again more often than promised."""
    retry = delivery.source.receive.retry
    if delivery.endless and retry is not None:
        times = f"{delivery.attempts} times, and {retry.attempts} attempts are declared"
        fact = f"it came to {', '.join(retry.topics)} {times}"
        yield Shown(symptom=Symptom.ENDLESS, facts=(fact,), cause="retry topic")

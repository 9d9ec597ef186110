"""Blind spots: verdicts that a unit's contracts give no way to reach, and the line that would (ORACLE.md §8)."""

from __future__ import annotations

from collections.abc import Iterator

from kcontract.judge.promises import Input, Product, Promises


def blind_spots(promises: Promises) -> Iterator[tuple[str, str]]:
    """What cannot be seen or is not judged by this version, and the remedy."""
    for source in promises.inputs.values():
        yield from _of_input(source)
    for product in promises.triggers.values():
        yield from _of_product(product)


def _of_input(source: Input) -> Iterator[tuple[str, str]]:
    receive, topic = source.receive, source.topic
    if not source.shows_effects:
        what = f"{topic}: no effect of a valid record can be seen, so no record can be found lost, skipped or misread"
        yield what, "add `emits`, `reply` or `probe` to the receiver"
    elif receive.emits and not any(emits.where for emits in receive.emits):
        yield f"{topic}: what an effect says is not compared with its input", "add `emits.where` or `emits.copies`"
    if receive.idempotent and not source.shows_events:
        yield (
            f"{topic}: a probe does not tell how often a record was handled: `idempotent` is not judged",
            "add `emits`",
        )
    if receive.slo and not source.shows_events:
        yield f"{topic}: no effect shows how long a record takes, so `slo` is not judged", "add `emits` or `reply`"
    if receive.health and not any(fault.health for fault in source.contract.faults):
        yield f"{topic}: `health` is judged in faults only", "say under `faults` what it says meanwhile"
    if receive.order == "key" and not source.pools_keys:
        what = f"{topic}: every record has a key of its own, for the key is its identity: no order of a key's events"
        yield what, "name another `message.identity` or `correlationId`"
    if source.contract.message.payload is None and not source.contract.message.one_of:
        yield f"{topic}: without a payload schema every value is valid", "add `message.payload`"


def _of_product(product: Product) -> Iterator[tuple[str, str]]:
    send, topic = product.send, product.contract.topic
    if send.action is None and send.run.make is None:
        yield f"{topic}: nothing makes {send.name} send", "add `action` to the sender"
    elif not product.takes_any and (send.where is None or not send.where.pairs):
        yield f"{topic}: no event can be tied to its request", "add `where` to the sender"

"""Placeholders that have no meaning where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kcontract.document import codes
from kcontract.document.expressions import MESSAGE_ROOTS, parse_expression
from kcontract.document.placeholders import placeholders
from kcontract.document.pointer_check import check_expression
from kcontract.document.reading import Reading
from kcontract.document.shape import Found, Section
from kcontract.model.contract import Message, Receive, Reply


def check_receiver(reading: Reading, section: Section, receive: Receive, message: Message, reply: Reply | None) -> None:
    """Note placeholders for topics that the receiver has none of, expressions where no record exists yet, and those
    that lead to nothing `message` has."""
    absent = {
        "deadLetter": receive.on_invalid.dead_letter is None,
        "retry": receive.retry is None,
        "reply": reply is None,
        "emits": not receive.emits,
    }
    run = section.found.get("run")
    starting = [] if run is None else list(_texts(run, ("command", "env", "ready")))
    looking = [found for name in ("probe", "health") if name in section.found for found in _looked_at(section, name)]
    check_run(reading, run)
    _check_topics(reading, [*starting, *looking], {name for name, missing in absent.items() if missing})
    for found in looking:
        _check_expressions(reading, found, message)


def check_run(reading: Reading, run: Found | None) -> None:
    """Note expressions in how a service is started: there is no record yet."""
    for found in () if run is None else _texts(run, ("command", "env", "ready")):
        for name in placeholders(found.value):
            if name.startswith("$"):
                message = f"`{{{name[:80]}}}`: no record exists when a service starts"
                reading.notebook.add(codes.EXPRESSION_PLACE, found.at, message, "remove it")


def _looked_at(section: Section, name: str) -> Iterator[Found]:
    found = section.found[name]
    if isinstance(found.value, str):
        yield found
    else:
        yield from _texts(found, ("http", "command"))


def _texts(holder: Found, names: Iterable[str]) -> Iterator[Found]:
    section: Section = holder.value
    for name in names:
        found = section.found.get(name)
        if found is None:
            continue
        if isinstance(found.value, str):
            yield found
        else:
            yield from found.value.values() if isinstance(found.value, dict) else found.value


def _check_topics(reading: Reading, items: Iterable[Found], absent: set[str]) -> None:
    for found in items:
        for name in placeholders(found.value):
            if name in absent:
                message = f"`{{{name}}}`: the receiver declares no such topic"
                reading.notebook.add(codes.PLACEHOLDER_UNKNOWN, found.at, message, f"declare it, or remove {{{name}}}")


def _check_expressions(reading: Reading, found: Found, message: Message) -> None:
    for name in placeholders(found.value):
        if not name.startswith("$"):
            continue
        expression = parse_expression(name)
        if expression.root in MESSAGE_ROOTS:
            check_expression(reading, found.at, expression, message)
        else:
            told = f"`{{{name[:80]}}}`: a receiver has no request"
            reading.notebook.add(codes.EXPRESSION_PLACE, found.at, told, "use $message")

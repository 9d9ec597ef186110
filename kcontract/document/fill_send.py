"""Senders: what makes them send, and what their events must equal."""

from __future__ import annotations

from kcontract.document import codes
from kcontract.document.fill_run import fill_run, texts
from kcontract.document.mistakes import Refused, did_you_mean
from kcontract.document.placeholder_check import check_run
from kcontract.document.placeholders import check_template, placeholders
from kcontract.document.pointer_check import check_expression, check_pointer_in, payloads_of
from kcontract.document.reading import Reading
from kcontract.document.shape import Found, Section
from kcontract.model.contract import Action, Expression, Message, Send, Where


def fill_send(reading: Reading, name: str, found: Found, message: Message) -> Send:
    """One sender."""
    section: Section = found.value
    action = section.found.get("action")
    done = None if action is None else _action(reading, action)
    check_run(reading, section.found.get("run"))
    return Send(
        at=found.key_at,
        name=name,
        run=fill_run(reading, section.found.get("run"), "send"),
        action=done,
        given=tuple(_action(reading, given) for given in section.get("given", ())),
        where=_where(reading, section.found.get("where"), message, done),
        invalid_request=section.get("invalidRequest", "refused"),
    )


def _action(reading: Reading, found: Found) -> Action:
    section: Section = found.value
    _check_http(reading, section)
    for beside, forms in (("body", ("http", "command")), ("headers", ("http",))):
        if beside in section.found and not any(form in section.found for form in forms):
            at, owners = section.found[beside].key_at, " and ".join(f"`{form}`" for form in forms)
            reading.notebook.add(codes.KEY_UNKNOWN, at, f"`{beside}` belongs to {owners} only", "remove it")
    return Action(
        at=found.key_at,
        http=section.get("http"),
        body=reading.json_schema(section.found.get("body")),
        headers=tuple((name, value.value) for name, value in section.get("headers", {}).items()),
        command=texts(section.get("command", ())),
        start=section.get("start", False),
        bind=tuple((name, value.value) for name, value in section.get("bind", {}).items()),
    )


def _check_http(reading: Reading, section: Section) -> None:
    """Only placeholders that are expressions are checked: any other name is a part of the path."""
    path = section.get("http", "")
    for part in path.split("{$")[1:]:
        try:
            check_template("{$" + part.partition("}")[0] + "}")
        except Refused as refused:
            reading.notebook.add(refused.code, section.place("http"), refused.message, refused.fix)


def _where(reading: Reading, found: Found | None, message: Message, action: Action | None) -> Where | None:
    if found is None:
        return None
    if isinstance(found.value, str):
        return Where(at=found.key_at, function=found.value)
    for pointer, pair in found.value.items():
        check_pointer_in(reading, pair.key_at, pointer, payloads_of(message), message.references)
        _check_source(reading, pair, message, action)
    return Where(at=found.key_at, pairs=tuple((pointer, pair.value) for pointer, pair in found.value.items()))


def _check_source(reading: Reading, pair: Found, message: Message, action: Action | None) -> None:
    expression: Expression = pair.value
    if expression.root == "request.body" and action is not None and action.body is not None:
        check_pointer_in(reading, pair.at, expression.pointer, (action.body,))
    elif expression.root == "request.path":
        _check_path_part(reading, pair, expression, action)
    else:
        check_expression(reading, pair.at, expression, message)


def _check_path_part(reading: Reading, pair: Found, expression: Expression, action: Action | None) -> None:
    parts = list(placeholders(action.http)) if action is not None and action.http is not None else []
    if expression.pointer not in parts:
        fix = did_you_mean(expression.pointer, parts) or f"write {{{expression.pointer}}} in the action's path"
        message = f"the action's path has no `{{{expression.pointer}}}`"
        reading.notebook.add(codes.POINTER_UNKNOWN, pair.at, message, fix)

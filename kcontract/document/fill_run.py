"""How a service is run: which form it takes, and what it takes over from kcontract.yaml."""

from __future__ import annotations

from typing import Literal

import msgspec

from kcontract.document import codes
from kcontract.document.mistakes import did_you_mean
from kcontract.document.reading import Reading
from kcontract.document.shape import Found, Section
from kcontract.model.contract import Run

Side = Literal["send", "receive", "project"]

_PROCESS = frozenset({"env", "ready", "group", "startTimeout", "stopTimeout", "instances"})
_FORMS: dict[str, frozenset[str]] = {
    "command": _PROCESS | {"cwd"},
    "image": _PROCESS,
    "compose": _PROCESS | {"service"},
    "handler": frozenset({"env", "rejects"}),
    "make": frozenset(),
    "service": frozenset(),
}
"""Each form's key, and the keys that may stand beside it."""
_NOT_HERE: dict[Side, tuple[str, str]] = {
    "send": ("handler", "`handler` is for receivers"),
    "receive": ("make", "`make` is for senders"),
    "project": ("service", "a service of kcontract.yaml cannot refer to another one"),
}


def fill_run(reading: Reading, found: Found | None, side: Side) -> Run:
    """The run. With `{service: NAME}` the other keys are those of kcontract.yaml, and `service` keeps the name."""
    if found is None:
        return Run(at=reading.start)
    section: Section = found.value
    form = _form(reading, section)
    if form is None:
        return Run(at=found.key_at)
    _check_form(reading, section, form, side)
    if form == "service":
        return _declared(reading, section, found)
    return _own(reading, section, found, form)


def _form(reading: Reading, section: Section) -> str | None:
    given = [form for form in _FORMS if form in section.given]
    if "compose" in given and "service" in given:
        given.remove("service")
    if not given and section.given == {"group"}:
        return "group"
    if len(given) == 1:
        return given[0]
    has = f"has {' and '.join(given)}" if given else "has no form"
    fix = "give exactly one of command, service, image, compose, group alone, handler, make"
    reading.notebook.add(codes.RUN_FORM, section.at, f"the run {has}", fix)
    return None


def _check_form(reading: Reading, section: Section, form: str, side: Side) -> None:
    foreign, why = _NOT_HERE[side]
    if form == foreign:
        reading.notebook.add(codes.RUN_FORM, section.place(form), why, "choose another form")
    if form == "compose" and "service" not in section.given:
        reading.notebook.add(codes.KEY_REQUIRED, section.at, "`compose` needs `service`", "add `service:`")
    for name in section.found.keys() - _FORMS.get(form, frozenset()) - {form}:
        message = f"`{name}` has no meaning beside `{form}`"
        where = "give it in kcontract.yaml" if form == "service" else "remove it"
        reading.notebook.add(codes.RUN_FORM, section.found[name].key_at, message, where)


def _own(reading: Reading, section: Section, found: Found, form: str) -> Run:
    return Run(
        at=found.key_at,
        command=texts(section.get("command", ())),
        image=section.get("image"),
        compose=reading.path(section.found.get("compose")),
        compose_service=section.get("service"),
        observed=form == "group",
        handler=section.get("handler"),
        rejects=texts(section.get("rejects", ())),
        make=section.get("make"),
        env=tuple((name, value.value) for name, value in section.get("env", {}).items()),
        cwd=reading.path(section.found.get("cwd")),
        ready=section.get("ready"),
        group=section.get("group"),
        start_timeout=section.get("startTimeout", 60.0),
        stop_timeout=section.get("stopTimeout", 10.0),
        instances=section.get("instances", 1),
    )


def texts(items: tuple[Found, ...]) -> tuple[str, ...]:
    """The values of a list of texts."""
    return tuple(item.value for item in items)


def _declared(reading: Reading, section: Section, found: Found) -> Run:
    name, services = section.get("service"), dict(reading.project.services)
    if name not in services:
        fix = did_you_mean(name, services) or "add it under `services` in kcontract.yaml"
        reading.notebook.add(codes.SERVICE_UNKNOWN, section.place("service"), f"no service `{name}` is declared", fix)
        return Run(at=found.key_at, service=name)
    return msgspec.structs.replace(services[name], at=found.key_at, service=name)

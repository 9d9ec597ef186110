"""Fills the placeholders of `env`, `command` and URLs (FORMAT.md)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping

from kcontract.errors import UsageError
from kcontract.model.contract import Run
from kcontract.model.value import Value

NAMES = ("bootstrap", "registry", "topic", "deadLetter", "retry", "reply", "emits", "group", "port", "run")
MASK = "***"

_TOKEN = re.compile(
    r"\$\{(?P<variable>[A-Za-z_]\w*)\}"  # ${NAME}
    r"|(?P<literal>\{\{|\}\})"
    r"|\{(?P<expression>\$[^{}]*)\}"
    r"|\{(?P<name>[^{}]*)\}"
    r"|(?P<open>\{)"
)

Resolve = Callable[[str], str]


class Filled(Value, frozen=True):
    """A text with its placeholders filled; `secrets` came from the caller's environment and are masked in reports."""

    text: str
    secrets: frozenset[str] = frozenset()


class FilledRun(Value, frozen=True):
    """What a service is started with."""

    command: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    secrets: frozenset[str] = frozenset()


def fill(
    text: str, values: Mapping[str, str], environment: Mapping[str, str], resolve: Resolve | None = None
) -> Filled:
    """`text` with `{name}` from `values`, `${NAME}` from `environment`, `{$message…}` as `resolve` answers it, and
    `{{`, `}}` as braces.

    UsageError PLACEHOLDER_UNKNOWN, PLACEHOLDER_EMPTY (a name without a value here), PLACEHOLDER_VARIABLE (not set),
    PLACEHOLDER_EXPRESSION (none may stand here), PLACEHOLDER_OPEN (a brace that is not closed).
    """
    secrets: set[str] = set()

    def replace(found: re.Match[str]) -> str:
        match found.lastgroup:
            case "variable":
                value = _variable(found["variable"], environment)
                secrets.add(value)
                return value
            case "literal":
                return found["literal"][0]
            case "expression":
                return _expression(found["expression"], resolve)
            case "name":
                return _named(found["name"], values)
        raise UsageError("PLACEHOLDER_OPEN", f"a brace without its end in {text!r}", "write {{ for a literal brace")

    return Filled(_TOKEN.sub(replace, text), frozenset(secrets - {""}))


def fill_run(run: Run, values: Mapping[str, str], environment: Mapping[str, str]) -> FilledRun:
    """Command and environment of a run, filled. UsageError as from `fill`, with the line of the run."""
    try:
        command = [fill(part, values, environment) for part in run.command]
        env = [(name, fill(text, values, environment)) for name, text in run.env]
    except UsageError as error:
        raise UsageError(error.code, f"{run.at}: {error.message}", error.fix) from error
    filled = (*command, *(value for _, value in env))
    return FilledRun(
        command=tuple(part.text for part in command),
        env=tuple((name, value.text) for name, value in env),
        secrets=frozenset().union(*(each.secrets for each in filled)),
    )


def mask(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret replaced, long ones first, for one may hold another."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def _variable(name: str, environment: Mapping[str, str]) -> str:
    if name not in environment:
        raise UsageError("PLACEHOLDER_VARIABLE", f"the environment has no {name}", f"set {name} where kcontract runs")
    return environment[name]


def _expression(text: str, resolve: Resolve | None) -> str:
    if resolve is None:
        raise UsageError("PLACEHOLDER_EXPRESSION", f"no expression may stand here: {{{text}}}", "use a fixed value")
    return resolve(text)


def _named(name: str, values: Mapping[str, str]) -> str:
    if name in values:
        return values[name]
    if name in NAMES:
        known = ", ".join(f"{{{each}}}" for each in NAMES if each in values)
        raise UsageError("PLACEHOLDER_EMPTY", f"{{{name}}} has no value here", f"these have one: {known or 'none'}")
    close = difflib.get_close_matches(name, NAMES, 1)
    hint = f"did you mean {{{close[0]}}}? " if close else ""
    known = ", ".join(f"{{{each}}}" for each in NAMES)
    raise UsageError(
        "PLACEHOLDER_UNKNOWN", f"unknown placeholder {{{name}}}", f"{hint}known: {known}; a literal brace is {{{{"
    )

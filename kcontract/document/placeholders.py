"""Placeholders in `env`, `command` and URLs: which ones a text holds, and whether each is known."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kcontract.document import codes
from kcontract.document.expressions import parse_expression
from kcontract.document.mistakes import Refused, did_you_mean
from kcontract.harness.placeholders import NAMES

_TOKEN = re.compile(r"\$\{(?P<env>[^}]*)\}|\{\{|(?P<open>\{)(?:(?P<name>[^{}]*)\})?")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def placeholders(text: str) -> Iterator[str]:
    """The names and expressions between single braces, without `${NAME}` and `{{`."""
    for match in _TOKEN.finditer(text):
        if match["name"] is not None:
            yield match["name"]


def check_template(text: str) -> str:
    """`text`, if every placeholder in it is known. Raises Refused (PLACEHOLDER_UNKNOWN)."""
    for match in _TOKEN.finditer(text):
        _check(match)
    return text


def _check(match: re.Match[str]) -> None:
    if match["env"] is not None and not _ENV_NAME.fullmatch(match["env"]):
        raise Refused(codes.PLACEHOLDER_UNKNOWN, f"`{match[0][:80]}` names no environment variable", "write ${NAME}")
    if match["open"] is None:
        return
    name = match["name"]
    if name is None:
        raise Refused(codes.PLACEHOLDER_UNKNOWN, "a `{` is not closed", "write `{{` for a literal brace")
    if name.startswith("$"):
        parse_expression(name)
    elif name not in NAMES:
        fix = f"{did_you_mean(name, NAMES)}; write `{{{{` for a literal brace"
        raise Refused(codes.PLACEHOLDER_UNKNOWN, f"`{{{name[:80]}}}` is not a placeholder", fix)

"""The single values of the format: text, numbers, durations, topics, expressions and so on."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from kcontract.document import codes
from kcontract.document.expressions import MESSAGE_ROOTS, ROOTS, parse_expression
from kcontract.document.mistakes import Refused, did_you_mean
from kcontract.document.placeholders import check_template
from kcontract.document.pointers import check_pointer
from kcontract.document.shape import Leaf
from kcontract.document.yaml_nodes import ScalarNode, describe

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,6})?"
_DURATION = re.compile(rf"({_NUMBER})(ms|s|m)")
_RATE = re.compile(rf"({_NUMBER})/s")
_SHARE = re.compile(rf"({_NUMBER})%")
_TOPIC = re.compile(r"[a-zA-Z0-9._-]{1,249}")
_FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_EXCEPTION = re.compile(r"([A-Za-z_]\w*(\.[A-Za-z_]\w*)*:)?[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_HTTP_ACTION = re.compile(r"(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) +((?:/|https?://)\S*)")


def text_of(node: ScalarNode, expected: str) -> str:
    """The text of a node; raises Refused (TYPE_WRONG) for a number, boolean or nothing."""
    if isinstance(node.value, str):
        return node.value
    quotable = node.value is not None and "such as" not in expected
    fix = f'quote it: "{node.text[:40]}"' if quotable else f"write {expected}"
    raise Refused(codes.TYPE_WRONG, f"expected {expected}, found {describe(node)}", fix)


def _written(node: ScalarNode, expected: str) -> str:
    """The text as written, so that `8080` and `true` need no quotes where only text can be meant."""
    text = text_of(node, expected) if node.value is None or isinstance(node.value, str) else node.text
    if "\0" in text:
        raise Refused(codes.TYPE_WRONG, "no process can be given a NUL character", "remove the \\0")
    return text


def _text_leaf(name: str, check: Callable[[str], Any], schema: dict[str, Any] | None = None) -> Leaf:
    return Leaf(name, lambda node: check(text_of(node, name)), {"type": "string", **(schema or {})})


def _boolean(node: ScalarNode) -> bool:
    if isinstance(node.value, bool):
        return node.value
    raise Refused(codes.TYPE_WRONG, f"expected true or false, found {describe(node)}", "write true or false")


def whole_number(least: int, most: int) -> Leaf:
    """A leaf for integers from `least` to `most`."""
    name = f"a whole number from {least} to {most}"

    def parse(node: ScalarNode) -> int:
        if isinstance(node.value, bool) or not isinstance(node.value, int):
            raise Refused(codes.TYPE_WRONG, f"expected {name}, found {describe(node)}", f"write {name}")
        if not least <= node.value <= most:
            raise Refused(codes.VALUE_RANGE, f"{node.text[:40]} is not {name}", f"write {name}")
        return node.value

    return Leaf(name, parse, {"type": "integer", "minimum": least, "maximum": most})


def choice(*values: str) -> Leaf:
    """A leaf for one of these texts."""
    name = f"one of {', '.join(values)}"

    def check(text: str) -> str:
        if text not in values:
            raise Refused(codes.VALUE_UNKNOWN, f"`{text[:80]}` is not {name}", did_you_mean(text, values))
        return text

    return Leaf(name, lambda node: check(text_of(node, name)), {"enum": list(values)})


def constant(value: Any, code: codes.Code, fix: str) -> Leaf:
    """A leaf for one value only."""

    def parse(node: ScalarNode) -> Any:
        if node.value != value or type(node.value) is not type(value):
            raise Refused(code, f"expected {value}, found {describe(node)}", fix)
        return value

    return Leaf(str(value), parse, {"const": value})


def _quantity(pattern: re.Pattern[str], code: codes.Code, name: str) -> Callable[[str], re.Match[str]]:
    def match(text: str) -> re.Match[str]:
        found = pattern.fullmatch(text)
        if found is None:
            raise Refused(code, f"`{text[:80]}` is not {name}", f"write {name}")
        return found

    return match


_duration = _quantity(_DURATION, codes.DURATION_INVALID, "a duration such as 100ms, 5s or 2m")
_rate = _quantity(_RATE, codes.RATE_INVALID, "a rate such as 200/s")
_share = _quantity(_SHARE, codes.SHARE_INVALID, "a share such as 0.1%")


def duration(text: str) -> float:
    """Seconds of `100ms`, `5s`, `2m`. Raises Refused."""
    match = _duration(text)
    return float(match[1]) * _UNITS[match[2]]


def rate(text: str) -> float:
    """Events a second of `200/s`. Raises Refused."""
    value = float(_rate(text)[1])
    if value == 0:
        raise Refused(codes.RATE_INVALID, "a rate of 0 is no load", "write a rate such as 200/s")
    return value


def share(text: str) -> float:
    """Fraction of 1 of `0.1%`. Raises Refused."""
    value = float(_share(text)[1]) / 100
    if value > 1:
        raise Refused(codes.SHARE_INVALID, f"`{text[:80]}` is more than all", "write a share from 0% to 100%")
    return value


def topic_name(text: str) -> str:
    """`text`, if Kafka allows it as a topic's name (org.apache.kafka.common.internals.Topic). Raises Refused."""
    if not _TOPIC.fullmatch(text) or text in (".", ".."):
        fix = "use 1 to 249 characters of a-z A-Z 0-9 . _ - (not `.` or `..`)"
        raise Refused(codes.TOPIC_INVALID, f"`{text[:80]}` is not a topic's name", fix)
    return text


def _topic_or_expression(text: str) -> Any:
    return parse_expression(text, MESSAGE_ROOTS) if text.startswith("$") else topic_name(text)


def function_name(text: str) -> str:
    """`text`, if it is `module:function`. Raises Refused; nothing is imported."""
    if not _FUNCTION.fullmatch(text):
        raise Refused(codes.FUNCTION_INVALID, f"`{text[:80]}` is not a function's name", "write module:function")
    return text


def _exception_name(text: str) -> str:
    """`text`, if it can name an exception. Raises Refused; nothing is imported."""
    if not _EXCEPTION.fullmatch(text) or (":" not in text and not hasattr(builtins, text)):
        fix = "write module:Class, or the name of a built-in exception"
        raise Refused(codes.FUNCTION_INVALID, f"`{text[:80]}` is not an exception's name", fix)
    return text


def regular_expression(text: str) -> str:
    """`text`, if it compiles as a regular expression. Raises Refused."""
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise Refused(codes.REGEX_INVALID, f"`{text[:80]}`: {error}", "correct the regular expression") from None
    return text


def url(text: str) -> str:
    """`text`, if it is an http URL, placeholders allowed. Raises Refused."""
    check_template(text)
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"\s", text)
    except ValueError:
        good = False
    if not good:
        raise Refused(codes.URL_INVALID, f"`{text[:80]}` is not a URL", "write http://localhost:{port}/path")
    return text


def _ready(text: str) -> str:
    return url(text) if text.startswith(("http://", "https://")) else regular_expression(text)


def _http_action(text: str) -> str:
    if not _HTTP_ACTION.fullmatch(text):
        raise Refused(codes.HTTP_ACTION_INVALID, f"`{text[:80]}` is not an action", "write METHOD /path")
    return text


def _variable(text: str) -> str:
    if not text or re.search(r"[=\0]", text):
        raise Refused(codes.TYPE_WRONG, f"`{text[:80]}` names no environment variable", "write NAME: value")
    return text


def _not_empty(text: str) -> str:
    if not text.strip():
        raise Refused(codes.LIST_EMPTY, "the text is empty", "fill it, or remove the key")
    return text


TEXT = _text_leaf("a text", str)
NAME = _text_leaf("a name", _not_empty, {"minLength": 1})
BOOLEAN = Leaf("true or false", _boolean, {"type": "boolean"})
DURATION = _text_leaf("a duration such as 100ms, 5s or 2m", duration, {"pattern": f"^{_DURATION.pattern}$"})
RATE = _text_leaf("a rate such as 200/s", rate, {"pattern": f"^{_RATE.pattern}$"})
SHARE = _text_leaf("a share such as 0.1%", share, {"pattern": f"^{_SHARE.pattern}$"})
TOPIC = _text_leaf("a topic's name", topic_name, {"pattern": f"^{_TOPIC.pattern}$"})
TOPIC_OR_EXPRESSION = _text_leaf("a topic's name or an expression", _topic_or_expression)
PATH = _text_leaf("a path", _not_empty, {"minLength": 1})
POINTER = _text_leaf("a pointer such as /id", check_pointer, {"pattern": "^(/.*)?$"})
EXPRESSION = _text_leaf(
    "an expression such as $message.payload#/id",
    lambda text: parse_expression(text, MESSAGE_ROOTS),
    {"pattern": r"^\$message\.(key|payload|header)"},
)
SENDER_EXPRESSION = _text_leaf(
    "an expression such as $request.body#/id",
    lambda text: parse_expression(text, ROOTS),
    {"pattern": r"^\$(message\.(key|payload|header)|request\.(body|path)|response\.(status|body))"},
)
FUNCTION = _text_leaf("a function such as module:name", function_name, {"pattern": f"^{_FUNCTION.pattern}$"})
EXCEPTION = _text_leaf(
    "an exception such as ValueError or module:Class", _exception_name, {"pattern": f"^{_EXCEPTION.pattern}$"}
)
REGEX = _text_leaf("a regular expression", regular_expression, {"format": "regex"})
URL = _text_leaf("a URL", url, {"pattern": "^https?://"})
READY = _text_leaf("a URL or a regular expression", _ready)
HTTP_ACTION = _text_leaf("METHOD /path", _http_action, {"pattern": f"^{_HTTP_ACTION.pattern}$"})
VARIABLE = _text_leaf("the name of an environment variable", _variable, {"pattern": "^[^=]+$"})
WRITTEN = Leaf("a text", lambda node: _written(node, "a text"), {"type": ["string", "number", "boolean"]})
TEMPLATE = Leaf(
    "a text", lambda node: check_template(_written(node, "a text")), {"type": ["string", "number", "boolean"]}
)

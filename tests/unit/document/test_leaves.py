"""Single values: what they are read as, and what is refused."""

from __future__ import annotations

import pytest

from kcontract.document import leaves
from kcontract.document.mistakes import Refused
from kcontract.document.shape import Leaf
from kcontract.document.yaml_nodes import ScalarNode
from kcontract.model.contract import Expression
from kcontract.model.location import Location


def scalar(value: str | int | float | bool | None) -> ScalarNode:
    """A node with this value."""
    return ScalarNode(Location("f"), value, str(value))


@pytest.mark.parametrize(
    ("leaf", "text", "value"),
    [
        (leaves.DURATION, "100ms", 0.1),
        (leaves.DURATION, "5s", 5.0),
        (leaves.DURATION, "2m", 120.0),
        (leaves.DURATION, "1.5s", 1.5),
        (leaves.RATE, "200/s", 200.0),
        (leaves.SHARE, "0.1%", 0.001),
        (leaves.SHARE, "100%", 1.0),
        (leaves.TOPIC, "a" * 249, "a" * 249),
        (leaves.TOPIC_OR_EXPRESSION, "$message.header#/reply_to", Expression("message.header", "reply_to")),
        (leaves.FUNCTION, "tests.ids:existing", "tests.ids:existing"),
        (leaves.HTTP_ACTION, "PUT /api/{id}", "PUT /api/{id}"),
        (leaves.URL, "http://localhost:{port}/health", "http://localhost:{port}/health"),
        (leaves.READY, "Started in [0-9.]+ s", "Started in [0-9.]+ s"),
        (leaves.EXPRESSION, "$message.payload", Expression("message.payload")),
        (leaves.EXPRESSION, "$message.payload#/a~1b/0", Expression("message.payload", "/a~1b/0")),
        (leaves.SENDER_EXPRESSION, "$response.status", Expression("response.status")),
        (leaves.TEMPLATE, "{{literal} {port} ${HOME}", "{{literal} {port} ${HOME}"),
    ],
)
def test_a_value_is_read(leaf: Leaf, text: str, value: object) -> None:
    """Durations are seconds, shares fractions, expressions are parsed."""
    assert leaf.parse(scalar(text)) == pytest.approx(value)


@pytest.mark.parametrize(
    ("leaf", "value", "code"),
    [
        (leaves.DURATION, "5", "DURATION_INVALID"),
        (leaves.DURATION, "-5s", "DURATION_INVALID"),
        (leaves.DURATION, "5s\n", "DURATION_INVALID"),
        (leaves.DURATION, "1" * 50 + "s", "DURATION_INVALID"),
        (leaves.RATE, "200", "RATE_INVALID"),
        (leaves.SHARE, "0.1", "SHARE_INVALID"),
        (leaves.TOPIC, "", "TOPIC_INVALID"),
        (leaves.TOPIC, "a" * 250, "TOPIC_INVALID"),
        (leaves.TOPIC, "ärzte", "TOPIC_INVALID"),
        (leaves.TOPIC, 5, "TYPE_WRONG"),
        (leaves.BOOLEAN, "true", "TYPE_WRONG"),
        (leaves.BOOLEAN, 1, "TYPE_WRONG"),
        (leaves.whole_number(1, 5), True, "TYPE_WRONG"),
        (leaves.whole_number(1, 5), 1.0, "TYPE_WRONG"),
        (leaves.whole_number(1, 5), 6, "VALUE_RANGE"),
        (leaves.FUNCTION, "os.system", "FUNCTION_INVALID"),
        (leaves.FUNCTION, "a:b()", "FUNCTION_INVALID"),
        (leaves.URL, "http://", "URL_INVALID"),
        (leaves.URL, "http://[::1/x", "URL_INVALID"),
        (leaves.URL, "file:///etc/passwd", "URL_INVALID"),
        (leaves.HTTP_ACTION, "SEND /x", "HTTP_ACTION_INVALID"),
        (leaves.HTTP_ACTION, "GET x", "HTTP_ACTION_INVALID"),
        (leaves.REGEX, "a{99999999999999999999}", "REGEX_INVALID"),
        (leaves.TEMPLATE, None, "TYPE_WRONG"),
        (leaves.TEMPLATE, "a\0b", "TYPE_WRONG"),
        (leaves.VARIABLE, "A=B", "TYPE_WRONG"),
        (leaves.VARIABLE, "", "TYPE_WRONG"),
        (leaves.TEMPLATE, "{}", "PLACEHOLDER_UNKNOWN"),
        (leaves.TEMPLATE, "{$message.payloads}", "EXPRESSION_INVALID"),
        (leaves.NAME, "  ", "LIST_EMPTY"),
        (leaves.EXPRESSION, "$response.status", "EXPRESSION_PLACE"),
        (leaves.EXPRESSION, "$message.payload#id", "POINTER_INVALID"),
    ],
)
def test_a_wrong_value_is_refused(leaf: Leaf, value: str | float | bool | None, code: str) -> None:
    """Each has the code of its own, and says what to write."""
    with pytest.raises(Refused) as raised:
        leaf.parse(scalar(value))
    assert raised.value.code.name == code
    assert raised.value.fix

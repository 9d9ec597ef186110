"""Node: kafkajs."""

from __future__ import annotations

from tests.lab.twin import AGAIN, Twin, earns

_SMALL, _BIG = "tests/lab/node/kafkajs.yaml", "tests/lab/node/kafkajs-big.yaml"
_FATAL = "empty_value"


def _node(
    variant: str,
    *verdicts: str,
    besides: tuple[str, ...] = (),
    contract: str = _SMALL,
    kinds: str = "",
    examples: int = 60,
) -> Twin:
    name = f"kafkajs-{variant}"
    return Twin(name, "node", "kafkajs", contract, variant, earns(*verdicts), earns(*besides), kinds, examples)


NODE = (
    _node("good"),
    _node("batches"),
    Twin("kafkajs-wraps", "node", "kafkajs", "tests/lab/node/kafkajs-mapped.yaml"),
    _node("drops_headers", "DEAD_LETTER_ALTERED"),
    _node("to_string", "DEAD_LETTER_ALTERED"),
    _node("empty_for_null", "DEAD_LETTER_ALTERED"),
    _node("swallows", "NOT_DEAD_LETTERED"),
    _node("falsy", "REJECTED_VALID", examples=200),
    _node("rounds", "MISREAD", besides=("ACCEPTED_INVALID",), contract=_BIG, examples=200),  # 2^63 is one too many
    _node("exits", "CRASH_LOOP", kinds=_FATAL, examples=20),
    Twin("kafkajs-throws", "node", "kafkajs", _SMALL, "throws", AGAIN, kinds="empty_value", examples=20, any_of=True),
)

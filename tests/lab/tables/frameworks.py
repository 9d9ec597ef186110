"""Python: aiokafka, kafka-python, FastStream, Quix Streams."""

from __future__ import annotations

from tests.lab.twin import AGAIN, Twin, earns

_LOSING = "valid,json_syntax,empty_value"
_FATAL = "empty_value"


def _twin(
    module: str,
    client: str,
    variant: str,
    *verdicts: str,
    besides: tuple[str, ...] = (),
    kinds: str = "",
    examples: int = 60,
) -> Twin:
    contract, name = f"tests/lab/python/{module}.yaml", f"{module}-{variant}"
    return Twin(name, "python", client, contract, variant, earns(*verdicts), earns(*besides), kinds, examples)


FRAMEWORKS = (
    _twin("aio", "aiokafka", "good"),
    _twin("aio", "aiokafka", "auto_commit"),
    _twin("aio", "aiokafka", "wraps", "DEAD_LETTER_ALTERED"),
    _twin("aio", "aiokafka", "ascii_only", "REJECTED_VALID", examples=200),
    _twin("aio", "aiokafka", "lower_case", "MISREAD", besides=("INVALID_EVENT",), examples=200),
    _twin("aio", "aiokafka", "commits_first", "LOST", besides=("CRASHED",), kinds=_LOSING),
    _twin("pure_python", "kafka-python", "good"),
    _twin("pure_python", "kafka-python", "late_letters"),
    _twin("pure_python", "kafka-python", "logs_only", "NOT_DEAD_LETTERED"),
    _twin("pure_python", "kafka-python", "text_letters", "DEAD_LETTER_ALTERED"),
    _twin("pure_python", "kafka-python", "truthy", "SKIPPED_VALID", examples=200),
    Twin("faststream-good", "python", "faststream", "tests/lab/python/faststream-text.yaml"),
    _twin("faststream", "faststream", "headers", "NOT_DEAD_LETTERED"),  # it drops what has headers that are not UTF-8
    _twin("faststream", "faststream", "pydantic", "ACCEPTED_INVALID", besides=("NOT_DEAD_LETTERED",)),
    _twin("faststream", "faststream", "rejects", "NOT_DEAD_LETTERED"),
    Twin(
        "faststream-nacks",
        "python",
        "faststream",
        "tests/lab/python/faststream.yaml",
        "nacks",
        AGAIN,
        kinds="empty_value",
        examples=20,
        any_of=True,
    ),
    _twin("quix", "quixstreams", "good"),
    _twin("quix", "quixstreams", "ignores_errors", "NOT_DEAD_LETTERED"),
    _twin("quix", "quixstreams", "raises", "CRASH_LOOP", kinds=_FATAL, examples=20),
)

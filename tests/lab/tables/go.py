"""Go: franz-go, kafka-go, sarama."""

from __future__ import annotations

from tests.lab.twin import Twin, earns

_FRANZ, _SEGMENTIO, _SKIP = (f"tests/lab/go/{name}.yaml" for name in ("franz", "segmentio", "segmentio-skip"))
_SARAMA = "tests/lab/go/sarama.yaml"
_FATAL = "empty_value"


def _franz(variant: str, *verdicts: str, besides: tuple[str, ...] = (), kinds: str = "", examples: int = 60) -> Twin:
    return Twin(
        f"franz-{variant}", "go", "franz-go", _FRANZ, variant, earns(*verdicts), earns(*besides), kinds, examples
    )


GO = (
    _franz("good"),
    _franz("loose", "ACCEPTED_INVALID", besides=("MISREAD",)),
    _franz("swallows", "NOT_DEAD_LETTERED"),
    _franz("keyless_letters", "DEAD_LETTER_ALTERED"),
    _franz("zero_is_missing", "REJECTED_VALID", examples=200),
    _franz("panics", "CRASH_LOOP", kinds=_FATAL, examples=20),
    Twin("kafka-go-skips", "go", "kafka-go", _SKIP),
    Twin("sarama-good", "go", "sarama", _SARAMA, examples=60),
    Twin("sarama-loose", "go", "sarama", _SARAMA, "loose", earns("ACCEPTED_INVALID"), earns("MISREAD")),
    Twin("kafka-go-null", "go", "kafka-go", _SEGMENTIO, expects=earns("DEAD_LETTER_ALTERED")),
)

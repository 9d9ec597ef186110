"""Java: the plain client, Kafka Streams, Spring Kafka."""

from __future__ import annotations

from tests.lab.twin import AGAIN, Twin, earns

_PLAIN, _STREAMS, _SPRING = (f"tests/lab/java/{name}.yaml" for name in ("plain", "streams", "spring"))
_SKIP = "tests/lab/java/streams-skip.yaml"
_FATAL = "empty_value"
"""For twins that end or stand still with every bad record: each one costs a start."""
_SOME = "json_syntax,empty_value,null_value,wrong_type,key_payload_mismatch,header_damage"
"""For Spring, whose error handler takes 80 ms and more for a bad record."""


def _plain(variant: str, *verdicts: str, besides: tuple[str, ...] = (), kinds: str = "", examples: int = 60) -> Twin:
    return Twin(
        f"java-{variant}", "java", "kafka-clients", _PLAIN, variant, earns(*verdicts), earns(*besides), kinds, examples
    )


JAVA = (
    _plain("good"),
    _plain("swallows", "NOT_DEAD_LETTERED"),
    _plain("as_string", "DEAD_LETTER_ALTERED"),
    _plain("loose", "ACCEPTED_INVALID", besides=("MISREAD", "INVALID_EVENT")),
    _plain("rest_of_batch", "COLLATERAL", besides=("NOT_DEAD_LETTERED",), kinds="valid,json_syntax,empty_value"),
    _plain("as_double", "MISREAD", examples=200),
    _plain("latin1", "MISREAD", examples=200),
    Twin("spring-good", "java", "spring-kafka", _SPRING, kinds=_SOME, examples=40),
    Twin(
        "spring-no_recoverer",
        "java",
        "spring-kafka",
        _SPRING,
        "no_recoverer",
        earns("NOT_DEAD_LETTERED"),
        kinds=_SOME,
        examples=40,
    ),
    Twin("streams-good", "java", "kafka-streams", _STREAMS),
    # On a topic of its own, which the broker's defaults are for, it hands on whatever time a record has.
    Twin(
        "streams-repartitions",
        "java",
        "kafka-streams",
        _STREAMS,
        "repartitions",
        kinds="timestamp_weird,json_syntax",
        examples=20,
    ),
    Twin("streams-skips", "java", "kafka-streams", _SKIP),
    Twin("streams-continues", "java", "kafka-streams", _STREAMS, "continues", earns("NOT_DEAD_LETTERED")),
    Twin(
        "streams-stock_time",
        "java",
        "kafka-streams",
        _STREAMS,
        "stock_time",
        earns("CRASH_LOOP"),
        kinds="timestamp_weird",
        examples=20,
    ),
    _plain("crashes", "CRASH_LOOP", kinds=_FATAL, examples=20),
    Twin("streams-fails", "java", "kafka-streams", _STREAMS, "fails", earns("CRASH_LOOP"), kinds=_FATAL, examples=20),
    Twin(
        "spring-bare",
        "java",
        "spring-kafka",
        _SPRING,
        "bare_deserializer",
        AGAIN,
        kinds="empty_value",
        examples=20,
        any_of=True,
    ),
)

"""Dead letters say where their record came from, each framework in its own headers; `preserve` may ask for it."""

from __future__ import annotations

import struct
from typing import Any

import msgspec
import pytest

from kcontract.judge.origins import families, read_origins, read_time
from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation
from kcontract.model.contract import DeadLetter
from kcontract.model.record import Headers, Record
from tests.unit.judge.story import AT, DLQ, TOPIC, Story, contract

MAPPING = (("x-from", "topic"), ("x-part", "partition"), ("x-at", "offset"), ("x-when", "timestamp"))


def _binary(prefix: str, partition: int = 0, offset: int = 0, time: int = 7) -> Headers:
    return (
        (f"{prefix}topic", TOPIC.encode()),
        (f"{prefix}partition", struct.pack(">i", partition)),
        (f"{prefix}offset", struct.pack(">q", offset)),
        (f"{prefix}timestamp", struct.pack(">q", time)),
    )


def _text(prefix: str, partition: int = 0, offset: int = 0) -> Headers:
    numbers = (("partition", partition), ("offset", offset))
    return ((f"{prefix}topic", TOPIC.encode()), *((f"{prefix}{name}", str(n).encode()) for name, n in numbers))


WRITTEN: dict[str, tuple[DeadLetter, Headers]] = {
    "spring": (DeadLetter(at=AT, topic=DLQ), _binary("kafka_dlt-original-", 1, 70)),
    "spring behind a retry topic": (DeadLetter(at=AT, topic=DLQ), _binary("kafka_original-", 1, 70)),
    "spring cloud stream": (DeadLetter(at=AT, topic=DLQ, headers="spring"), _binary("x-original-", 1, 70)),
    "connect": (DeadLetter(at=AT, topic=DLQ, headers="connect"), _text("__connect.errors.", 1, 70)),
    "streams": (DeadLetter(at=AT, topic=DLQ, headers="streams"), _text("__streams.errors.", 1, 70)),
    "mapping": (
        DeadLetter(at=AT, topic=DLQ, headers="mapping", mapping=MAPPING),
        (("x-from", TOPIC.encode()), ("x-part", struct.pack(">i", 1)), ("x-at", b"70"), ("x-when", b"7")),
    ),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_each_family_is_read(written: str) -> None:
    """Binary and textual numbers alike."""
    dead_letter, headers = WRITTEN[written]
    assert list(read_origins(Record(headers=headers), families(dead_letter))) == [(TOPIC, 1, 70)]


@pytest.mark.parametrize(
    "headers",
    [
        _text("kafka_dlt-original-", 1, 7),
        (
            ("__connect.errors.topic", b"orders"),
            ("__connect.errors.partition", b"one"),
            ("__connect.errors.offset", b"1"),
        ),
        (
            ("__streams.errors.topic", b"orders"),
            ("__streams.errors.partition", None),
            ("__streams.errors.offset", b"1"),
        ),
        (("__streams.errors.topic", b"orders"), ("__streams.errors.partition", b"1")),
        (
            ("__streams.errors.topic", b"orders"),
            ("__streams.errors.partition", b"1"),
            ("__streams.errors.offset", b"9" * 40),
        ),
    ],
)
def test_what_is_no_place_is_not_read(headers: Headers) -> None:
    """Numbers in the wrong form, missing ones and absurd ones."""
    assert list(read_origins(Record(headers=headers), families(None))) == []


def test_a_named_family_is_the_only_one() -> None:
    """Spring's headers say nothing where the contract says that Connect writes."""
    connect = DeadLetter(at=AT, topic=DLQ, headers="connect")
    record = Record(headers=_binary("kafka_dlt-original-"))
    assert list(read_origins(record, families(connect))) == []
    assert (read_time(record, families(connect)), read_time(record, families(None))) == (None, 7)


def _story(**dead_letter: Any) -> Story:
    """Orders whose dead letter is promised with more than the default."""
    story, promised = Story(), contract()
    (receive,) = promised.receive
    letters = DeadLetter(at=AT, topic=DLQ, **dead_letter)
    receive = msgspec.structs.replace(
        receive, on_invalid=msgspec.structs.replace(receive.on_invalid, dead_letter=letters)
    )
    promised = msgspec.structs.replace(promised, receive=(receive,))
    story.state = UnitState("run", compile_promises("billing", [promised], ()))
    return story


def _judged(story: Story, *headers: tuple[str, bytes | None], keep: bool = True) -> list[str]:
    """The verdicts when an invalid record, the second of its partition, comes back with these headers."""
    story.window()
    story.send("1")
    story.effect("1")
    sent = story.invalid("2")
    story.dead_letter("2", headers=(*(sent.record.headers if keep else ()), *headers), value=sent.record.value)
    story.close()
    return story.codes


@pytest.mark.parametrize("right", [True, False], ids=["mapped", "elsewhere"])
def test_a_mapping_ties_a_dead_letter(right: bool) -> None:
    """By nothing but its own headers; those of another place tie to nobody, and the missing letter is doubted."""
    story = _story(preserve=("headers",), headers="mapping", mapping=MAPPING)
    story.window()
    sent = story.invalid("1")
    place = (("x-from", TOPIC.encode()), ("x-part", b"0"), ("x-at", b"0" if right else b"9"))
    story.seen(DLQ, Record(None, b"wrapped", place))
    story.close()
    assert sent.id == "1"
    assert story.codes == (["DEAD_LETTER_ALTERED"] if right else [])
    assert len(story.state.doubts) == (0 if right else 1)


@pytest.mark.parametrize(
    ("offset", "codes"), [(1, []), (0, ["DEAD_LETTER_ALTERED"])], ids=["where it stood", "where another stood"]
)
def test_a_promised_origin_must_be_right(offset: int, codes: list[str]) -> None:
    """The headers of the family are compared with where the record really stood."""
    story = _story(preserve=("value", "key", "headers", "origin"))
    assert _judged(story, *_binary("kafka_dlt-original-", 0, offset)) == codes


def test_a_promised_origin_must_be_there() -> None:
    """Without the headers it is altered; without the promise it is not."""
    assert _judged(_story(preserve=("value", "origin"))) == ["DEAD_LETTER_ALTERED"]
    assert _judged(_story(preserve=("value",))) == []


def test_the_first_of_several_hops_counts() -> None:
    """Behind a retry topic Spring names both places: one of them is right."""
    hops = (*_binary("kafka_dlt-original-", 0, 1), *_binary("kafka_dlt-original-", 3, 99))
    assert _judged(_story(preserve=("value", "origin")), *hops) == []


@pytest.mark.parametrize(
    ("noted", "written", "codes"),
    [(1000, 5, []), (None, 1000, []), (None, 5, ["DEAD_LETTER_ALTERED"]), (999, 1000, ["DEAD_LETTER_ALTERED"])],
    ids=["noted", "kept", "replaced", "noted wrongly"],
)
def test_a_promised_timestamp_is_noted_or_kept(noted: int | None, written: int, codes: list[str]) -> None:
    """The family's header speaks where it is written, for the log may stamp the letter itself; else the letter does."""
    story = _story(preserve=("timestamp",))
    story.window()
    record = Record(b"key", b"garbage", (("correlation_id", b"corr-1"),), timestamp=1000)
    case = Case("1", TOPIC, record, "json_syntax", Expectation.INVALID, tokens=(b"corr-1",))
    story.tell(ev.Sent(story.now, 1, case))
    story.tell(ev.Acknowledged(story.now, "1", TOPIC, 0, 0))
    more = _binary("kafka_dlt-original-", 0, 0, noted) if noted is not None else ()
    story.seen(DLQ, Record(b"key", b"garbage", (*record.headers, *more), timestamp=written))
    story.close()
    assert story.codes == codes

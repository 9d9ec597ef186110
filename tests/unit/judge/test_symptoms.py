"""What a delivery shows, and what it does not show beside that."""

from __future__ import annotations

import pytest

from kcontract.judge.symptoms import Symptom
from kcontract.model.case import CASE_HEADER
from kcontract.model.contract import DeadLetter, Expression, OnInvalid
from kcontract.model.record import Headers, Record
from tests.unit.judge.story import AT, DLQ, OUT, Story, changed

HEADER = Expression("message.header", "correlation_id")


@pytest.mark.parametrize(
    ("preserve", "change"),
    [
        (("key", "headers"), {"value": b"wrapped"}),
        (("value", "headers"), {"key": b"other"}),
    ],
    ids=["value", "key"],
)
def test_a_dead_letter_may_change_what_is_not_promised(preserve: tuple[str, ...], change: dict[str, bytes]) -> None:
    """`preserve` names what must stay, and nothing else must."""
    letter = DeadLetter(at=AT, topic=DLQ, preserve=preserve)
    rule = OnInvalid(at=AT, policy="deadLetter", dead_letter=letter)
    story = Story(promised=changed({"on_invalid": rule}))
    story.window()
    story.invalid("1")
    story.dead_letter("1", **change)
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])


def test_dead_letters_without_headers_are_one_defect_however_many_there_were() -> None:
    """What tells defects apart is which part of a dead letter differs."""
    story = Story()
    story.window()
    for case, more in (("1", ()), ("2", (("tenant", b"abc"), ("trace", b"1")))):
        story.invalid(case, headers=((CASE_HEADER, f"run/{case}".encode()), *more))
        story.dead_letter(case, headers=())
    story.close()
    assert [(one.code, one.cause) for one in story.state.reached] == [("DEAD_LETTER_ALTERED", "headers")] * 2


def test_a_rejected_record_does_not_lack_its_effect_as_well() -> None:
    """It has an outcome, though the wrong one."""
    story = Story()
    story.window()
    story.send("1")
    story.dead_letter("1")
    story.close()
    assert [doubt.symptoms for doubt in story.state.doubts] == [{Symptom.REJECTED}]


@pytest.mark.parametrize(("partition", "codes"), [(0, []), (1, ["DEAD_LETTER_ALTERED"])], ids=["same", "another"])
def test_a_partition_that_is_promised(partition: int, codes: list[str]) -> None:
    """The dead letter stands in partition 0."""
    rule = OnInvalid(at=AT, policy="deadLetter", dead_letter=DeadLetter(at=AT, topic=DLQ, preserve=("partition",)))
    story = Story(promised=changed({"on_invalid": rule}))
    story.window()
    story.invalid("1", partition=partition)
    story.dead_letter("1")
    story.close()
    assert story.codes == codes


@pytest.mark.parametrize(
    ("added", "codes"),
    [
        ((("x-why", b"no id"), ("x-from", b"orders")), []),
        ((("x-why", b""), ("x-from", b"orders")), []),
        ((("x-from", b"orders"),), ["DEAD_LETTER_ALTERED"]),
    ],
    ids=["said", "empty", "unsaid"],
)
def test_headers_that_the_contract_names_must_come(added: tuple[tuple[str, bytes], ...], codes: list[str]) -> None:
    """`headers: {x-why: message}` promises a reason; an exception without words has an empty one."""
    letter = DeadLetter(at=AT, topic=DLQ, headers="mapping", mapping=(("x-why", "message"), ("x-from", "topic")))
    story = Story(promised=changed({"on_invalid": OnInvalid(at=AT, policy="deadLetter", dead_letter=letter)}))
    story.window()
    sent = story.invalid("1")
    story.dead_letter("1", headers=(*sent.record.headers, *added))
    story.close()
    assert story.codes == codes
    if codes:
        assert "the header x-why, which says the message, did not come" in story.verdict.seen[1]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("kafka_dlt-original-topic", []),
        ("kafka_original-topic", []),
        ("__connect.errors.topic", ["DEAD_LETTER_ALTERED"]),
        ("error", ["DEAD_LETTER_ALTERED"]),
    ],
)
def test_a_family_of_headers_that_is_promised(name: str, codes: list[str]) -> None:
    """`headers: spring` wants any of those that Spring writes, behind retry topics or not."""
    letter = DeadLetter(at=AT, topic=DLQ, headers="spring")
    story = Story(promised=changed({"on_invalid": OnInvalid(at=AT, policy="deadLetter", dead_letter=letter)}))
    story.window()
    sent = story.invalid("1")
    story.dead_letter("1", headers=(*sent.record.headers, (name, b"orders")))
    story.close()
    assert story.codes == codes


@pytest.mark.parametrize(
    ("headers", "codes"),
    [
        ((("correlation_id", b"corr-1"),), []),
        ((("correlation_id", b"CORR-1"),), []),
        ((("correlation_id", b"other"),), ["MISREAD"]),
        ((), ["MISREAD"]),
    ],
    ids=["kept", "in another case", "another", "dropped"],
)
def test_the_correlation_id_of_an_effect(headers: Headers, codes: list[str]) -> None:
    """`emits.correlationId` says where it stands: there it must be."""
    story = Story(promised=changed(correlation_id=HEADER))
    story.window()
    sent = story.send("1")
    story.seen(OUT, Record(sent.record.key, b'{"order": "id-1", "amount": 2}', headers))
    story.close()
    assert story.codes == codes
    if codes:
        assert story.verdict.promised == f"each event on {OUT} has its record's correlation id at {HEADER}"


@pytest.mark.parametrize("kind", ["valid", "header_damage:oversize"])
def test_where_no_correlation_id_is_promised_in_effects(kind: str) -> None:
    """Neither where `emits` does not say so, nor for a record that has no id of its own."""
    story = Story(promised=changed(correlation_id=HEADER if kind != "valid" else None))
    story.window()
    sent = story.send("1", kind=kind, headers=(("correlation_id", b"xxx" if kind != "valid" else b"corr-1"),))
    story.seen(OUT, Record(sent.record.key, b'{"order": "id-1", "amount": 2}'))
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])

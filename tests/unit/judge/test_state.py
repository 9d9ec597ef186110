"""The fold, on invented histories: each verdict with the story that earns it and one that comes close."""

from __future__ import annotations

import json

import pytest

from kcontract.model import events as ev
from kcontract.model.case import CASE_HEADER, Case, Expectation, Role
from kcontract.model.record import Record
from tests.unit.judge.story import DLQ, OUT, TOPIC, Story, alone

INVALID, VALID, EITHER = Expectation.INVALID, Expectation.VALID, Expectation.EITHER


def test_a_healthy_service_earns_nothing() -> None:
    """Effects for valid records, dead letters for invalid ones, commits behind: no verdict."""
    story = Story()
    story.window()
    story.send("1")
    story.invalid("2")
    story.effect("1")
    story.dead_letter("2")
    story.commit(2)
    story.close()
    assert story.codes == []
    assert [(row.kind, row.outcomes) for row in story.state.tally.rows()] == [
        ("json_syntax", (("dead-lettered", 1),)),
        ("valid", (("handled", 1),)),
    ]


def test_an_effect_of_an_invalid_record() -> None:
    """ACCEPTED_INVALID needs no second try."""
    story = Story()
    story.window()
    story.invalid("1")
    story.seen(OUT, Record(b"k", b'{"order": "x"}', ((CASE_HEADER, b"run/1"),)))
    story.close()
    assert story.codes == ["ACCEPTED_INVALID"]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"value": b"other"}, "value"),
        ({"key": None}, "key"),
        ({"headers": ((CASE_HEADER, b"run/1"),)}, "headers"),
        ({"value": b"other", "key": None}, "value+key"),
    ],
)
def test_a_dead_letter_that_differs(changes: dict[str, object], cause: str) -> None:
    """DEAD_LETTER_ALTERED names the parts that were not preserved."""
    story = Story()
    story.window()
    story.invalid("1")
    story.dead_letter("1", **changes)
    story.close()
    assert (story.verdict.code, story.verdict.cause) == ("DEAD_LETTER_ALTERED", cause)


def test_headers_that_a_dead_letter_adds_are_right() -> None:
    """Spring and Connect add headers of their own; an empty value stands for a null one."""
    story = Story()
    story.window()
    sent = story.invalid("1")
    story.dead_letter("1", headers=(*sent.record.headers, ("kafka_dlt-exception-fqcn", b"x")))
    story.close()
    assert story.codes == []


def test_null_and_empty_values_differ() -> None:
    """A client that turns an empty value into a null one has altered the record."""
    story = Story()
    story.window()
    story.invalid("1", value=b"")
    story.dead_letter("1", value=None)
    story.close()
    assert story.codes == ["DEAD_LETTER_ALTERED"]


def test_a_missing_dead_letter_is_confirmed_alone() -> None:
    """NOT_DEAD_LETTERED only after the record was tried again."""
    story = Story()
    story.window()
    story.invalid("1")
    story.commit(1)
    story.close()
    assert story.codes == []
    alone(story, "1", INVALID, right=False)
    assert story.codes == ["NOT_DEAD_LETTERED"]


def test_a_dead_letter_that_comes_late_is_right() -> None:
    """What was missed and comes before the second try dismisses the doubt."""
    story = Story()
    story.window()
    story.invalid("1")
    story.close()
    story.dead_letter("1")
    assert [doubt.dismissed for doubt in story.state.doubts] == ["it came late"]


def test_a_miss_that_is_not_seen_again_is_dismissed() -> None:
    """Right alone and right in the same window: nobody is blamed."""
    story = Story()
    story.window()
    story.invalid("1")
    story.close()
    alone(story, "1", INVALID, right=True)
    story.window("repeat", "1")
    story.invalid("1.2")
    story.dead_letter("1.2")
    story.close()
    assert story.codes == []
    assert [doubt.settled for doubt in story.state.doubts] == [True]


def test_a_valid_record_without_an_effect() -> None:
    """SKIPPED_VALID when the record alone has none either."""
    story = Story()
    story.window()
    story.send("1")
    story.commit(1)
    story.close()
    alone(story, "1", right=False)
    assert story.codes == ["SKIPPED_VALID"]


def test_a_valid_record_that_is_dead_lettered() -> None:
    """REJECTED_VALID when it is dead-lettered alone too."""
    story = Story()
    story.window()
    story.send("1")
    story.dead_letter("1")
    story.close()
    story.window("alone", "1")
    story.send("1.1")
    story.dead_letter("1.1")
    story.close()
    assert story.codes == ["REJECTED_VALID"]


def test_a_valid_record_that_falls_with_its_neighbour() -> None:
    """COLLATERAL: missing beside a bad record, twice, and right alone."""
    story = Story()
    story.window()
    story.invalid("1")
    story.send("2")
    story.dead_letter("1")
    story.close()
    alone(story, "2", right=True)
    assert story.codes == []
    story.window("repeat", "1")
    story.invalid("1.1")
    story.send("2.2")
    story.dead_letter("1.1")
    story.close()
    assert story.codes == ["COLLATERAL"]


def test_a_valid_record_lost_around_a_restart() -> None:
    """LOST: committed past it, the service started again, and alone it is handled."""
    story = Story()
    story.window()
    story.invalid("1")
    story.send("2")
    story.commit(2)
    story.exit()
    story.start()
    story.dead_letter("1")
    story.close()
    alone(story, "2", right=True)
    assert story.codes == ["LOST"]


def test_a_valid_record_that_is_still_on_its_way_after_a_restart() -> None:
    """Not committed past: the record will come again, so it is not lost."""
    story = Story()
    story.window()
    story.send("2")
    story.exit()
    story.start()
    story.close()
    alone(story, "2", right=True)
    assert story.codes == []


def test_a_field_with_another_value() -> None:
    """MISREAD names the pointer that differs."""
    story = Story()
    story.window()
    story.send("1")
    story.effect("1", amount=3)
    story.close()
    assert (story.verdict.code, story.verdict.cause) == ("MISREAD", "/amount")


def test_an_effect_against_its_own_schema() -> None:
    """An event that lacks what its schema requires says something else than its input, too: MISREAD comes first."""
    story = Story()
    story.window()
    story.send("1")
    story.seen(OUT, Record(None, b'{"bill": 1, "amount": 2}', story.cases["1"].record.headers))
    story.close()
    assert (story.verdict.code, story.verdict.cause, story.verdict.also) == ("MISREAD", "/order", ("INVALID_EVENT",))


def test_a_record_on_a_topic_that_no_contract_names() -> None:
    """UNDECLARED_EVENT, once a topic; changelogs and the broker's own topics are none."""
    story = Story()
    story.window()
    story.send("1")
    of_quix = "changelog__app--orders--default", "repartition__app--orders--by_key"
    for topic in ("surprise", "surprise", "app-store-changelog", *of_quix, "__transaction_state"):
        story.seen(topic, Record(None, b"x"))
    story.effect("1")
    story.close()
    assert [(v.code, v.topic) for v in story.state.reached] == [("UNDECLARED_EVENT", "surprise")]


def test_whose_record_is_undeclared_is_told_with_the_topic_that_it_was_sent_to() -> None:
    """Not with the topic on which nothing of it was to come, of which the evidence speaks."""
    story = Story()
    story.window()
    story.send("1")
    story.seen("surprise", story.cases["1"].record)
    story.effect("1")
    story.close()
    (verdict,) = story.state.reached
    assert (verdict.case, verdict.topic, verdict.cause) == ("1", TOPIC, "surprise")


def test_an_exit_with_one_suspect() -> None:
    """CRASHED: alone behind a healthy record the service exits, and moves on after a restart."""
    story = Story()
    story.window("alone", "1")
    story.send("9", role=Role.HEALTHY)
    story.invalid("1")
    story.send("10", role=Role.SENTINEL)
    story.effect("9")
    story.exit(3, "Traceback (most recent call last):\n  File \"/srv/app.py\", line 12, in handle\nKeyError: 'id'\n")
    story.start()
    story.effect("10")
    story.commit(3)
    story.close()
    assert (story.verdict.code, story.verdict.cause) == ("CRASHED", "KeyError at app.py:12")


def test_an_exit_again_and_again() -> None:
    """CRASH_LOOP: a second exit after a restart, and nothing committed past the record."""
    story = Story()
    story.window("alone", "1")
    story.invalid("1")
    story.exit()
    story.start()
    story.exit()
    story.close("exited")
    assert story.codes == ["CRASH_LOOP"]


def test_an_exit_that_we_caused_is_none() -> None:
    """SIGTERM by us, answered with 143, is no crash."""
    story = Story()
    story.window("alone", "1")
    story.invalid("1")
    story.dead_letter("1")
    story.kill("finished")
    story.close()
    assert story.codes == []


def test_standing_still() -> None:
    """STUCK: alive, the sentinel without outcome, nothing committed."""
    story = Story()
    story.window("alone", "1")
    story.invalid("1")
    story.send("2", role=Role.SENTINEL)
    story.tell(ev.ServiceKilled(story.now, 1, "stalled", stderr="Exception in thread worker\nKeyError: 'id'"))
    story.close("stalled")
    assert story.codes == ["STUCK"]
    assert story.verdict.stderr.endswith("KeyError: 'id'")


def test_a_window_that_did_not_settle_states_no_negative() -> None:
    """Without settling nothing that is missing counts."""
    story = Story()
    story.window()
    story.send("1")
    story.invalid("2")
    story.exit()
    story.close("exited")
    assert (story.codes, story.state.doubts) == ([], [])


def test_either_may_be_taken_or_refused() -> None:
    """A tolerated record is judged for its dead letter's bytes alone."""
    story = Story()
    story.window()
    story.send("1", EITHER, kind="trailing_bytes")
    story.send("2", EITHER, kind="trailing_bytes")
    story.send("3", EITHER, kind="trailing_bytes")
    story.effect("1")
    story.dead_letter("2")
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])


def test_policy_skip_wants_no_trace() -> None:
    """An invalid record that is passed over without a trace is right under skip."""
    story = Story("skip")
    story.window()
    story.invalid("1")
    story.send("2")
    story.effect("2")
    story.commit(2)
    story.close()
    assert story.codes == []
    assert ("passed", 1) in story.state.tally.rows()[0].outcomes


@pytest.mark.parametrize("by", ["marker", "correlation", "where", "origin", "bytes"])
def test_ties(by: str) -> None:
    """Each kind of evidence alone ties a record to its case."""
    story = Story()
    story.window()
    first, second = story.invalid("1"), story.invalid("2")
    del first
    headers = {
        "marker": ((CASE_HEADER, b"run/2"),),
        "correlation": (("correlation_id", b"corr-2"),),
        "origin": (
            ("__connect.errors.topic", b"orders"),
            ("__connect.errors.partition", b"0"),
            ("__connect.errors.offset", b"1"),
        ),
    }.get(by, ())
    value = second.record.value if by == "bytes" else b"changed"
    if by == "where":
        story.seen(OUT, Record(None, json.dumps({"order": "id-2"}).encode()))
    else:
        story.seen(DLQ, Record(None, value, headers))
    story.close()
    assert [verdict.case for verdict in story.state.reached] == ["2"]


@pytest.mark.parametrize("letters", [1, 2])
def test_equal_records_are_answered_in_turn(letters: int) -> None:
    """Dead letters with nothing but bytes that two cases share: as many letters as records leave none in doubt."""
    story = Story()
    story.window()
    for case in ("1", "2"):
        story.invalid(case, value=b"same")
    for _ in range(letters):
        story.seen(DLQ, Record(story.cases["1"].record.key, b"same", story.cases["1"].record.headers[1:1]))
    story.close()
    assert [doubt.root for doubt in story.state.doubts] == ["2"][letters - 1 :]


def test_a_value_is_free_again_behind_its_window() -> None:
    """What was ambiguous in one window does not stay so for the rest of the run."""
    story = Story()
    for case in ("1", "2"):
        story.window()
        story.invalid(case, value=b"same")
        story.seen(DLQ, Record(None, b"same"))
        story.close()
    assert story.codes == ["DEAD_LETTER_ALTERED"] * 2


def test_the_only_open_case_of_a_window_owns_an_unmarked_record() -> None:
    """Isolated alone, a dead letter without any mark belongs to the one case that lacks an outcome."""
    story = Story()
    story.window("alone", "1")
    story.send("8", role=Role.HEALTHY)
    story.invalid("1")
    story.effect("8")
    story.seen(DLQ, Record(None, b"re-encoded"))
    story.close()
    assert story.codes == ["DEAD_LETTER_ALTERED"]


def test_doubts_of_one_kind_follow_their_lead() -> None:
    """Cases with one kind and symptom are confirmed by one of them, and all count."""
    story = Story()
    story.window()
    for number in range(1, 6):
        story.invalid(str(number))
    story.commit(5)
    story.close()
    assert sum(doubt.wants_alone for doubt in story.state.doubts) == 1
    alone(story, "1", INVALID, right=False)
    assert story.codes == ["NOT_DEAD_LETTERED"] * 5


def test_a_lead_whose_record_comes_late_hands_over() -> None:
    """What came late was one record's; the others are still to be confirmed."""
    story = Story()
    story.window()
    for number in range(1, 4):
        story.invalid(str(number))
    story.close()
    story.dead_letter("1")
    assert [doubt.wants_alone for doubt in story.state.doubts] == [False, True, False]
    alone(story, "2", INVALID, right=False)
    assert story.codes == ["NOT_DEAD_LETTERED"] * 2


def numbered(story: Story, case: str, number: int) -> None:
    """A record whose only identity is a number."""
    sent = Case(
        id=case,
        topic="orders",
        record=Record(None, json.dumps({"id": "same", "amount": number}).encode()),
        kind="valid",
        expectation=VALID,
        tokens=(str(number).encode(),),
    )
    story.tell(ev.Sent(story.now, 1, sent))
    story.tell(ev.Acknowledged(story.now, case, "orders", 0, int(case)))


def test_a_number_ties_as_well_as_a_text() -> None:
    """An integer identity in the effect names its case, also where JSON made a float of it."""
    story = Story()
    story.window()
    for case, number in (("1", 20_000_000_000_001), ("2", 20_000_000_000_002)):
        numbered(story, case, number)
    story.seen(OUT, Record(None, b'{"order": "same", "amount": 20000000000002}'))
    story.seen(OUT, Record(None, b'{"order": "same", "amount": 20000000000001.0}'))
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])


@pytest.mark.parametrize(("amounts", "doubted"), [((3, 4), 1), ((3, 3), 2)], ids=["one agrees", "both agree"])
def test_all_pairs_tie_where_no_value_is_unique(amounts: tuple[int, int], doubted: int) -> None:
    """The only open record with which every pair agrees is the cause; two of them name neither."""
    story = Story()
    story.window()
    for case, amount in zip("12", amounts, strict=True):
        story.send(case, value=json.dumps({"id": "same", "amount": amount}).encode())
    story.seen(OUT, Record(None, json.dumps({"order": "same", "amount": 3}).encode()))
    story.close()
    assert len(story.state.doubts) == doubted

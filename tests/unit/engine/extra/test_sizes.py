"""The engine and the size of records: as large as the topic takes, and very many at once."""

from __future__ import annotations

from collections import Counter

from kcontract.model import events as ev
from kcontract.model.case import Role
from kcontract.model.record import Record
from tests.unit.engine.world import EXIT, Handled, World, good, history_of, verified
from tests.unit.judge.story import DLQ, contract

FEW = frozenset({"valid", "wrong_root", "near_limit", "over_fetch_size"})


def careless(record: Record) -> Handled:
    """Its producer takes no more than a megabyte, and it goes on where a dead letter is refused."""
    done = good(record)
    letters = done and not isinstance(done, str) and done[0][0] == DLQ
    return () if letters and len(record.value or b"") >= 999_000 else done


def test_large_records_are_sent_once_a_unit_and_judged_like_others() -> None:
    """Who handles them conforms; who loses the dead letter of a large one does not."""
    found = verified(World(good), contract(), kinds=FEW)
    assert found.codes == []
    sent = Counter(one.case.kind for one in history_of(found.stage) if isinstance(one, ev.Sent))
    assert [sent[f"near_limit:{size}"] for size in ("half", "million", "below", "at", "over")] == [1] * 5
    assert sent["over_fetch_size"] == 1
    lossy = verified(World(careless), contract(), kinds=FEW)
    assert {verdict.code for verdict in lossy.stage.state.reached} == {"NOT_DEAD_LETTERED"}
    assert {verdict.kind for verdict in lossy.stage.state.reached} == {"near_limit:million"}


def test_a_burst_is_small_unless_it_is_asked_for() -> None:
    """One record in a hundred is poison, and each is judged."""
    found = verified(World(good), contract())
    burst = [one.case for one in history_of(found.stage) if isinstance(one, ev.Sent) and one.case.kind == "burst"]
    assert 20 <= len(burst) <= 300
    assert {case.role for case in burst} == {Role.CASE}
    expected = Counter(case.expectation.value for case in burst)
    assert expected["invalid"] == len(range(10, len(burst), 100))
    assert found.codes == []
    asked = verified(World(good), contract(), kinds=frozenset({"valid", "wrong_root", "burst"}))
    rows = {(row.kind, row.expectation): row.sent for row in asked.stage.state.tally.rows()}
    assert rows["burst", "valid"] + rows["burst", "invalid"] == 10_000


def test_letters_are_kept_from_a_service_that_handles_no_invalid_record() -> None:
    """Each of them would only end it once more."""

    def fragile(record: Record) -> Handled:
        done = good(record)
        return EXIT if done and done[0][0] == DLQ else done

    found = verified(World(fragile), contract(), kinds=FEW)
    sent = {one.case.kind for one in history_of(found.stage) if isinstance(one, ev.Sent)}
    assert "near_limit:at" in sent
    assert "near_limit:million" not in sent

"""Standing still, told apart by what the protocol tap saw."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import Expectation, Role
from kcontract.model.contract import Retry
from kcontract.model.tap import Connected, GroupStirred, Refetched, Sighting
from tests.unit.judge.story import AT, TOPIC, Story, contract


def sees(story: Story, *seen: Sighting) -> None:
    story.wait(1.0)
    for one in seen:
        story.tell(ev.Tapped(story.now, one))


def healthy_before(story: Story) -> None:
    """A window in which everything went well, and was committed."""
    story.window("probe")
    story.send("1", role=Role.HEALTHY)
    story.effect("1")
    story.commit(1)
    story.close()


def stands_still(story: Story, *seen: Sighting, purpose: ev.Purpose = "alone", commits: bool = True) -> None:
    """A bad record between healthy ones, and no end of it. It stands at offset 2 if something came before."""
    story.window(purpose, "3")
    story.send("2", role=Role.HEALTHY)
    story.invalid("3")
    story.send("4", role=Role.SENTINEL)
    story.effect("2")
    if commits:
        story.commit(2)
    sees(story, *seen)
    story.kill("stalled")
    story.close("stalled")


def fetched(offset: int, times: int, partition: int = 0) -> Refetched:
    return Refetched(TOPIC, partition, offset, times)


def test_a_record_that_is_fetched_again_and_again() -> None:
    """ENDLESS_RETRY, with the number of fetches among the facts."""
    story = Story()
    healthy_before(story)
    stands_still(story, fetched(2, 3), fetched(2, 4))
    assert story.codes == ["ENDLESS_RETRY"]
    assert any("fetched from orders/0@2 7 times" in fact for fact in story.verdict.seen)


def test_the_whole_batch_is_fetched_again() -> None:
    """A service that commits in batches begins before the record that it cannot handle."""
    story = Story()
    healthy_before(story)
    stands_still(story, fetched(1, 5))
    assert story.codes == ["ENDLESS_RETRY"]


def test_nothing_is_seen() -> None:
    """STUCK, as without a tap."""
    story = Story()
    healthy_before(story)
    stands_still(story, Connected(3))
    assert story.codes == ["STUCK"]


def test_fetching_elsewhere_is_no_retry() -> None:
    """Behind the record, before the window, in another partition: that is reading ahead, or another story."""
    story = Story()
    healthy_before(story)
    stands_still(story, fetched(3, 50), fetched(0, 50), fetched(2, 50, partition=1))
    assert story.codes == ["STUCK"]


def test_a_few_attempts_are_no_endless_retry() -> None:
    """It gave up after three, and then did nothing any more."""
    story = Story()
    healthy_before(story)
    stands_still(story, fetched(2, 3))
    assert story.codes == ["STUCK"]


def test_as_many_attempts_as_were_declared() -> None:
    """Five retries are six fetches; the seventh breaks the promise."""
    for times, code in ((6, "STUCK"), (7, "ENDLESS_RETRY")):
        declared = contract()
        receive = msgspec.structs.replace(declared.receive[0], retry=Retry(AT, "orders.retry", attempts=5))
        story = Story()
        promises = compile_promises("billing", [msgspec.structs.replace(declared, receive=(receive,))], ())
        story.state = UnitState("run", promises)
        healthy_before(story)
        stands_still(story, fetched(2, times))
        assert story.codes == [code]


def test_a_service_that_goes_on_is_not_blamed() -> None:
    """Spring seeks and fetches ten times, then writes the dead letter."""
    story = Story()
    healthy_before(story)
    story.window()
    story.invalid("2")
    sees(story, fetched(1, 10))
    story.dead_letter("2")
    story.commit(2)
    story.close()
    assert story.codes == []


def test_the_same_outcome_again_and_again() -> None:
    """No fetch is seen, but the dead letter comes over and over, and nothing behind it."""
    story = Story()
    healthy_before(story)
    story.window("alone", "2")
    story.invalid("2")
    story.send("3", role=Role.SENTINEL)
    for _ in range(5):
        story.dead_letter("2")
    story.kill("stalled")
    story.close("stalled")
    assert story.codes == ["ENDLESS_RETRY"]
    assert any("the same outcome came 5 times" in fact for fact in story.verdict.seen)


def test_once_proved_fewer_are_enough() -> None:
    """Later records get a shorter wait: what is known to loop is not called stuck for it."""
    story = Story()
    healthy_before(story)
    stands_still(story, fetched(2, 9))
    story.window("alone", "6")
    story.send("5", role=Role.HEALTHY)
    story.invalid("6")
    story.send("7", role=Role.SENTINEL)
    story.effect("5")
    story.wait(60.0)  # so long that nothing is presumed
    sees(story, fetched(5, 3))
    story.kill("stalled")
    story.close("stalled")
    assert story.codes == ["ENDLESS_RETRY", "ENDLESS_RETRY"]


@pytest.mark.parametrize(("waited", "code"), [(1.0, "ENDLESS_RETRY"), (60.0, "STUCK")])
def test_once_proved_a_brief_wait_needs_no_sight(waited: float, code: str) -> None:
    """kafkajs backs off for seconds, longer than later records are waited for; who is silent for long does not loop."""
    story = Story()
    healthy_before(story)
    stands_still(story, fetched(2, 9))
    story.window("alone", "6")
    story.send("5", role=Role.HEALTHY)
    story.invalid("6")
    story.send("7", role=Role.SENTINEL)
    story.effect("5")
    story.wait(waited)
    story.kill("stalled")
    story.close("stalled")
    assert story.codes == ["ENDLESS_RETRY", code]


def formed(times: int) -> GroupStirred:
    return GroupStirred("g", joins=times, leaves=times, generation=times)


def lonely_stall(story: Story, *seen: Sighting) -> None:
    """The very first healthy records, and nothing comes of them."""
    story.window("alone", "1")
    story.send("1", Expectation.VALID)
    story.send("2", role=Role.SENTINEL)
    sees(story, *seen)
    story.kill("stalled")
    story.close("stalled")


def test_a_group_that_forms_on_and_on() -> None:
    """REBALANCE_STORM: nothing was ever committed, though the same records were fetched again."""
    story = Story()
    lonely_stall(story, formed(6), fetched(0, 6))
    assert story.codes == ["REBALANCE_STORM"]


def test_one_rejoin_is_no_storm() -> None:
    """A restart, an assignment of a second member."""
    story = Story()
    lonely_stall(story, formed(2))
    assert story.codes == ["STUCK"]


def test_rejoining_with_a_record_in_the_way() -> None:
    """Healthy records are handled and committed; one record throws the member out, again and again."""
    story = Story()
    healthy_before(story)
    stands_still(story, formed(8), fetched(1, 8), commits=False)
    assert story.codes == ["ENDLESS_RETRY"]


def test_only_the_window_as_a_whole_storms() -> None:
    """No record does it alone; the load does."""
    story = Story()
    healthy_before(story)
    stands_still(story, formed(8), purpose="repeat", commits=False)
    assert story.codes == ["REBALANCE_STORM"]


def handles_without_commits(story: Story, *seen: Sighting, commits: bool = False) -> None:
    """The service is ready, and every record has its effect."""
    story.tell(ev.ServiceStarted(story.now, 1, 1))
    story.tell(ev.ServiceReady(story.now, 1))
    story.window()
    story.send("1")
    story.effect("1")
    sees(story, *seen)
    if commits:
        story.commit(1)
    story.close()
    story.state.close()


def test_a_service_that_handles_everything_and_never_commits() -> None:
    """Its group forms on and on: REBALANCE_STORM, though no window stood still."""
    story = Story()
    handles_without_commits(story, formed(5), formed(5))
    assert story.codes == ["REBALANCE_STORM"]
    assert story.verdict.seen == ("its group was formed 10 times after it was ready, and nothing was ever committed",)


def test_never_committing_alone_is_no_storm() -> None:
    """Offsets may be kept elsewhere; a few members that join late are no storm either."""
    story = Story()
    handles_without_commits(story, formed(7))
    assert story.codes == []


def test_one_commit_clears_it() -> None:
    """It came to rest."""
    story = Story()
    handles_without_commits(story, formed(20), commits=True)
    assert story.codes == []


def test_starts_are_counted_each_for_itself() -> None:
    """We restart services; members that come with it are ours."""
    story = Story()
    for _ in range(4):
        story.tell(ev.ServiceStarted(story.now, 1, 1))
        sees(story, formed(8))
        story.tell(ev.ServiceReady(story.now, 1))
        sees(story, formed(3))
    story.state.close()
    assert story.codes == []


def test_a_storm_that_is_judged_with_its_record_is_told_once() -> None:
    """The window stood still: its verdict names the record, and that is enough."""
    story = Story()
    story.tell(ev.ServiceReady(story.now, 1))
    lonely_stall(story, formed(12))
    story.state.close()
    assert story.codes == ["REBALANCE_STORM"]


def test_an_exit_is_told_without_what_was_fetched() -> None:
    """A service that ends reads the record again when it is started, which is no loop of its own."""
    story = Story()
    story.window("alone", "1")
    story.invalid("1")
    sees(story, fetched(0, 9))
    story.exit()
    story.exit()
    story.close("exited")
    assert story.codes == ["CRASH_LOOP"]
    assert "fetched" not in " ".join(story.verdict.seen)


def test_fetches_of_a_whole_window_prove_no_retry() -> None:
    """Which of its records is taken again and again is told alone only."""
    story = Story()
    healthy_before(story)
    stands_still(story, fetched(2, 9), purpose="repeat")
    assert story.codes == ["STUCK"]


def forms(story: Story) -> None:
    """The group begins to form anew: someone has joined, and who is dead is waited for."""
    story.wait(1.0)
    story.tell(ev.MembersSeen(story.now, "PREPARING_REBALANCING", (("dead", ()), ("new", ()))))


def has_formed(story: Story) -> None:
    story.wait(45.0)
    story.tell(ev.Tapped(story.now, GroupStirred("g", joins=1)))


def replaced(story: Story, *steps: Callable[[Story], None]) -> None:
    """A bad record between healthy ones, and what becomes of the group behind it."""
    healthy_before(story)
    story.window("alone", "3")
    story.send("2", role=Role.HEALTHY)
    story.invalid("3")
    story.send("4", role=Role.SENTINEL)
    story.effect("2")
    story.commit(2)
    for step in steps:
        step(story)
    story.wait(10.0)
    story.kill("stalled")
    story.close("stalled")


def test_whoever_takes_the_record_is_replaced_and_takes_it_again() -> None:
    """Kafka Streams with REPLACE_THREAD: one thread after the other dies of the record, and the process lives."""
    story = Story()
    replaced(story, forms, has_formed, forms)
    assert story.codes == ["ENDLESS_RETRY"]
    assert any("2 times its group was formed anew" in fact for fact in story.verdict.seen)


@pytest.mark.parametrize(
    "steps",
    [(forms,), (forms, forms), (forms, has_formed), (has_formed,), ()],
    ids=["joins", "is still joining", "has joined", "settles", "nothing"],
)
def test_joining_once_is_no_loop(steps: tuple[Callable[[Story], None], ...]) -> None:
    """Its connection was lost, or it was too slow for its group, and then it did nothing any more."""
    story = Story()
    replaced(story, *steps)
    assert story.codes == ["STUCK"]


def test_joining_before_a_record_was_handled_counts_for_nothing() -> None:
    """Several consumers start one after the other, and then a record stops them."""
    story = Story()
    healthy_before(story)
    story.window("alone", "3")
    story.send("2", role=Role.HEALTHY)
    story.invalid("3")
    for step in (forms, has_formed, forms, has_formed):
        step(story)
    story.effect("2")
    story.commit(2)
    story.kill("stalled")
    story.close("stalled")
    assert story.codes == ["STUCK"]


def test_a_replacement_that_is_waited_for_is_one_more_of_a_known_loop() -> None:
    """A dead member is waited for longer than further records are: once it was proved, that it joins is enough."""
    story = Story()
    replaced(story, forms, has_formed, forms)
    story.start()
    story.window("alone", "8")
    story.send("7", role=Role.HEALTHY)
    story.invalid("8")
    story.effect("7")
    forms(story)
    story.wait(16.0)
    story.kill("stalled")
    story.close("stalled")
    assert story.codes == ["ENDLESS_RETRY", "ENDLESS_RETRY"]


def test_commits_to_and_fro_are_no_progress() -> None:
    """Who seeks back to a bad record on and on commits what lies before it each time."""
    story = Story()
    healthy_before(story)
    late = story.state.pace.stall
    story.window("probe")
    story.send("2", role=Role.HEALTHY)
    story.invalid("3")
    story.effect("2")
    story.commit(3)
    for offset in (2, 3, 2, 3):
        story.wait(20.0)
        story.commit(offset)
    window = story.state.window
    assert window is not None
    assert window.evidence_at == story.now > window.progress_at + 60.0
    assert story.state.pace.stall == late
    story.start()
    story.commit(2)
    assert window.progress_at == story.now

"""Judging faults on invented histories: what earns a verdict, and what comes close and does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from kcontract.judge.faults.book import FaultBook
from kcontract.judge.faults.health import stated
from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import Role
from kcontract.model.contract import Fault
from kcontract.model.tap import ProduceFailed, Refetched, Sighting
from tests.unit.judge.story import AT, OUT, TOPIC, Story, contract

Happening = Callable[["Faulty"], None]


def nothing(_story: Faulty) -> None:
    """All goes well."""


class Faulty(Story):
    """A receiver that is put through faults."""

    def __init__(self, fault: str = "registryDown", **declared: Any) -> None:
        super().__init__()
        self.fault = fault
        family: Any = fault.partition(":")[0]
        faults = (Fault(at=AT, name=family, **declared),) if declared else ()
        self.contract = msgspec.structs.replace(contract(), faults=faults)
        self.state = UnitState("run", compile_promises("billing", [self.contract], ()))
        self.round = 0

    def trial(self, during: Happening = nothing, after: Happening = nothing, *, handled: bool = True) -> None:
        """One round: record `a` meanwhile and sentinel `s` after it, both `handled`."""
        self.round += 1
        self.window("fault", self.fault)
        self.tell(ev.FaultBegan(self._tick(), self.fault, self.round))
        self.send(self.id("a"))
        during(self)
        self.tell(ev.FaultEnded(self._tick(), self.fault))
        self.send(self.id("s"), role=Role.SENTINEL)
        after(self)
        if handled:
            self.effect(self.id("a"))
            self.effect(self.id("s"))
        self.close()
        self.tell(ev.FaultSettled(self._tick(), self.fault, 30.0))

    def id(self, name: str) -> str:
        return f"{name}{self.round}"

    def health(self, when: Any, status: int, body: bytes = b"") -> None:
        self.tell(ev.HealthSeen(self._tick(), when, "http://h", status, body))

    @property
    def open(self) -> bool:
        """Whether another round is wanted."""
        return bool(self.state.book(FaultBook).doubts(self.fault))


def only_sentinel(story: Faulty) -> None:
    story.effect(story.id("s"))


def dropped(story: Faulty) -> None:
    """The sentinel is handled, the record before it committed past."""
    story.effect(story.id("s"))
    story.commit(2 * story.round)


def refused(story: Faulty) -> None:
    story.dead_letter(story.id("a"))
    story.effect(story.id("s"))


def refused_for_ever(story: Faulty) -> None:
    story.dead_letter(story.id("a"))
    story.dead_letter(story.id("s"))


def refused_and_handled(story: Faulty) -> None:
    """By a retry, say."""
    refused_for_ever(story)
    story.effect(story.id("s"))


def exits(story: Faulty) -> None:
    story.exit(1, 'Traceback (most recent call last)\n  File "a.py", line 3, in run\nValueError: gone')
    story.start()
    story.ready()


def test_one_round_is_no_verdict() -> None:
    """It wants another one; a round in which all went well dismisses nothing and proves nothing."""
    story = Faulty()
    story.trial(after=dropped, handled=False)
    assert (story.codes, story.open) == ([], True)
    story.trial()
    assert (story.codes, story.open) == ([], True)


@pytest.mark.parametrize(
    ("fault", "during", "after", "code"),
    [
        ("registryDown", nothing, dropped, "DROPS_ON_OUTAGE"),
        ("brokerDown", nothing, only_sentinel, "DROPS_ON_OUTAGE"),
        ("registryDown", nothing, refused, "DROPS_ON_OUTAGE"),
        ("registryDown:deleted", nothing, dropped, "DROPS_ON_OUTAGE"),
        ("registryDown:deleted", nothing, refused_for_ever, "NOT_RECOVERED"),
        ("recordLimit", nothing, refused_for_ever, "REJECTED_VALID"),
        ("killed", nothing, dropped, "LOST"),
        ("killed", nothing, refused, "REJECTED_VALID"),
        ("brokerDown", nothing, nothing, "NOT_RECOVERED"),
        ("killed:commit", nothing, nothing, "STUCK"),
        ("rebalance", nothing, dropped, "LOST"),
        ("rebalance", nothing, refused, "REJECTED_VALID"),
        ("rebalance", nothing, nothing, "STUCK"),
        ("recordLimit", nothing, dropped, "LOST"),
        ("recordLimit", nothing, nothing, "STUCK"),
        ("offsetsOutOfRange", nothing, nothing, "STUCK"),
    ],
)
def test_the_same_twice_is_a_verdict(fault: str, during: Happening, after: Happening, code: str) -> None:
    """Lost, refused, or not back: told once, with the fault that was on."""
    story = Faulty(fault)
    for _ in range(3):
        story.trial(during, after, handled=False)
    assert (story.verdict.code, story.verdict.during, story.open) == (code, fault, False)


def test_an_exit_is_told_once_a_fault() -> None:
    """Whatever frame it comes from, and beside it all is handled."""
    story = Faulty("brokerDown")
    story.trial(exits)
    story.trial(lambda s: s.exit(3))
    assert (story.verdict.code, story.verdict.during) == ("CRASHED", "brokerDown")


def test_what_other_windows_hold_is_not_the_fault_s() -> None:
    """A record of a window between the fault's and its settling is judged there."""
    story = Faulty()
    for number in range(2):
        story.window("fault", story.fault)
        story.tell(ev.FaultBegan(story._tick(), story.fault, number))
        story.tell(ev.FaultEnded(story._tick(), story.fault))
        story.send(f"s{number}", role=Role.SENTINEL)
        story.effect(f"s{number}")
        story.close()
        story.window()
        story.send(f"other{number}")
        story.commit(2 * number + 2)
        story.close("stopped")
        story.tell(ev.FaultSettled(story._tick(), story.fault, 30.0))
    assert (story.codes, story.open) == ([], False)


def test_only_the_first_end_after_sigterm_counts() -> None:
    """It ended in time; that its successor is killed later is another matter."""

    def ends_in_time(story: Faulty) -> None:
        story.tell(ev.StopAsked(story._tick(), 1, 3.0))
        story.tell(ev.ServiceKilled(story._tick(), 1, "fault", 0))
        story.start()
        story.wait(10.0)
        story.tell(ev.ServiceKilled(story._tick(), 1, "restart", -9))

    story = Faulty("terminated")
    for _ in range(2):
        story.trial(ends_in_time)
    assert story.codes == []


def test_an_exit_of_ours_is_none() -> None:
    """A service that we kill amid a batch has not crashed."""
    story = Faulty("killed")
    for _ in range(2):
        story.trial(lambda s: s.kill("fault"))
    assert story.codes == []


def test_a_refusal_where_the_registry_denies_the_schema_is_right() -> None:
    """404 for its schema says that the record is bad."""
    story = Faulty("registryDown:deleted")
    for _ in range(2):
        story.trial(after=refused, handled=False)
    assert (story.codes, story.open) == ([], False)


@pytest.mark.parametrize(
    ("fault", "after"),
    [
        ("recordLimit", refused),
        ("recordLimit", refused_and_handled),
        ("offsetsOutOfRange", dropped),
        ("offsetsOutOfRange", refused),
    ],
)
def test_what_a_fault_allows(fault: str, after: Happening) -> None:
    """Dead letters where the effect has no room; anything of a record whose place in the log is gone."""
    story = Faulty(fault)
    for _ in range(2):
        story.trial(after=after, handled=False)
    assert (story.codes, story.open) == ([], False)


@pytest.mark.parametrize(("fault", "codes"), [("recordLimit", []), ("network", ["CRASHED"])])
def test_an_exit_where_no_retry_helps(fault: str, codes: list[str]) -> None:
    """What has no room may end the service, if its record is handled in the end; an outage may not."""
    story = Faulty(fault)
    for _ in range(2):
        story.trial(exits)
    assert (story.codes, story.open) == (codes, False)


@pytest.mark.parametrize("fault", ["killed", "rebalance"])
def test_repeats_are_allowed(fault: str) -> None:
    """At least once: two effects of one record are no sign."""
    story = Faulty(fault)
    for _ in range(2):
        story.trial(after=lambda s: (s.effect(s.id("a")), s.effect(s.id("a")), None)[-1])
    assert (story.codes, story.open) == ([], False)


def test_coming_back_late() -> None:
    """Within `recovers` and some slack it is in time, beyond it is not, and the time is told."""
    for seconds, codes in ((6.0, []), (20.0, ["NOT_RECOVERED"])):
        story = Faulty("brokerDown", recovers=5.0)
        for _ in range(2):
            story.trial(after=lambda s, wait=seconds: s.wait(wait))  # type: ignore[misc]
        assert story.codes == codes
    assert "20.0 s" in story.verdict.seen[0]


def test_a_trial_that_was_cut_short_is_not_judged() -> None:
    """Without its settling nothing is said: time was over."""
    story = Faulty()
    for _ in range(2):
        story.window("fault", story.fault)
        story.tell(ev.FaultBegan(story._tick(), story.fault))
        story.send(f"x{story.now}")
        story.close("stopped")
    assert (story.codes, story.open) == ([], False)


OK, DEGRADED = b'{"status": "ok"}', b'{"status": "degraded"}'


@pytest.mark.parametrize(
    ("declared", "during", "codes"),
    [
        ("degraded", (200, DEGRADED), []),
        ("degraded", (503, b""), []),
        ("degraded", (200, b'{"status": "limping"}'), []),
        ("degraded", (200, OK), ["HEALTH_LIED"]),
        ("degraded", (0, b""), ["HEALTH_LIED"]),
        ("down", (503, b'{"status": "DOWN"}'), []),
        ("down", (200, DEGRADED), ["HEALTH_LIED"]),
        ("ok", (200, OK), []),
        ("ok", (503, b""), ["HEALTH_LIED"]),
        ("ok", (0, b""), ["HEALTH_LIED"]),
        (None, (200, OK), []),
    ],
)
def test_health_is_what_the_contract_says(declared: Any, during: tuple[int, bytes], codes: list[str]) -> None:
    """Judged where it is declared; by the word, and without one by the status."""
    story = Faulty("brokerDown", health=declared, recovers=30.0)
    for _ in range(2):
        story.health("before", 200, OK)
        story.trial(lambda s: s.health("during", *during), lambda s: s.health("after", 200, OK))
    assert story.codes == codes


def test_one_look_that_says_it_is_enough() -> None:
    """A page that needs its time to notice is no liar."""

    def notices(story: Faulty) -> None:
        story.health("during", 200, OK)
        story.health("during", 200, DEGRADED)

    story = Faulty("brokerDown", health="degraded")
    for _ in range(2):
        story.health("before", 200, OK)
        story.trial(notices)
    assert story.codes == []


def test_health_that_stays_bad_has_not_recovered() -> None:
    """It was ok before, and is not within `recovers`."""
    story = Faulty("brokerDown", health="degraded")
    for _ in range(2):
        story.health("before", 200, OK)
        story.trial(lambda s: s.health("during", 200, DEGRADED), lambda s: s.health("after", 200, DEGRADED))
    assert story.codes == ["NOT_RECOVERED"]


@pytest.mark.parametrize(
    ("seconds", "code", "codes"),
    [(0.5, 0, []), (0.5, -15, []), (0.5, 143, []), (9.9, -9, []), (10.1, -9, ["UNGRACEFUL_STOP"]), (10.1, 0, [])],
)
def test_a_stop_must_end_in_time(seconds: float, code: int, codes: list[str]) -> None:
    """Only what our SIGKILL had to end was still running; exit codes say nothing."""

    def stops(story: Faulty) -> None:
        story.tell(ev.StopAsked(story.now, 1, 10.0))
        story.tell(ev.ServiceKilled(story.now + seconds, 1, "fault", code))

    story = Faulty("terminated")
    for _ in range(2):
        story.trial(stops)
    assert story.codes == codes


def test_a_stop_that_loses_a_record_is_ungraceful() -> None:
    """Committed, ended, and its effect never came."""
    story = Faulty("terminated")
    for _ in range(2):
        story.trial(lambda s: s.tell(ev.StopAsked(s.now, 1, 10.0)), dropped, handled=False)
    assert story.codes == ["UNGRACEFUL_STOP"]


def test_a_dead_letter_that_a_kill_lost() -> None:
    """The invalid record is committed past, and its dead letter never came."""

    def bad(story: Faulty) -> None:
        story.invalid(story.id("m"), role=Role.MARKER)

    story = Faulty("killed")
    for number in (1, 2):
        story.trial(bad, lambda s, n=number: s.commit(3 * n))  # type: ignore[misc]
    assert story.codes == ["NOT_DEAD_LETTERED"]


@pytest.mark.parametrize("why", ["it was not well before", "the process is gone", "nothing"])
def test_what_excuses_a_health_page(why: str) -> None:
    """A page that never said ok says nothing of the fault, and a process that ended has its own verdict."""
    story = Faulty(health="degraded")
    story.health("before", 503 if why == "it was not well before" else 200)

    def says_ok(_story: Faulty) -> None:
        if why == "the process is gone":
            exits(story)
        story.health("during", 200, b"ok")

    for _ in range(2):
        story.trial(says_ok)
    assert ("HEALTH_LIED" in story.codes) == (why == "nothing")


def test_a_good_word_with_a_bad_status() -> None:
    """A monitor looks at the status."""
    assert stated(ev.HealthSeen(0.0, "during", "http://h", 500, b"ok")) == {"down"}


def test_where_no_effect_can_be_seen_the_commit_is_the_outcome() -> None:
    """A service that writes nowhere is back when it commits."""
    story = Faulty("brokerDown")
    story.state = UnitState("run", compile_promises("billing", [contract(emits=False)], ()))
    for _ in range(2):
        story.trial(after=lambda s: s.commit(2 * s.round), handled=False)
    assert story.codes == []


@pytest.mark.parametrize(("committed", "codes"), [(False, []), (True, ["NOT_DEAD_LETTERED"])])
def test_a_dead_letter_that_may_still_come(committed: bool, codes: list[str]) -> None:
    """As long as its record is not committed past, it is not lost."""
    story = Faulty("brokerDown")

    def malformed(one: Faulty) -> None:
        one.invalid(one.id("m"), role=Role.MARKER)

    def commits(one: Faulty) -> None:
        one.commit(3 * one.round)

    for _ in range(2):
        story.trial(malformed, commits if committed else nothing)
    assert story.codes == codes


def test_a_cluster_that_takes_its_time_is_not_the_service() -> None:
    """What our own client could not send before it came back counts from then on."""

    class Slow(Faulty):
        """A minute passes behind each fault."""

        def tell(self, event: ev.Event) -> None:
            super().tell(event)
            if isinstance(event, ev.FaultEnded):
                self.wait(60.0)

    story = Slow("brokerDown")
    for _ in range(2):
        story.trial()
    assert story.codes == []


@pytest.mark.parametrize("answer", [(0, b""), (503, b"down")])
def test_a_health_page_that_never_says_ok(answer: tuple[int, bytes]) -> None:
    """Nothing can be made of what it says in a fault, and that is told."""
    story = Faulty("brokerDown", health="degraded")
    for _ in range(2):
        story.health("before", *answer)
        story.trial(lambda s: s.health("during", *answer))
    story.state.close()
    assert story.codes == []
    assert any("does not say that all is well" in what for what, _ in story.state.blind)


def tapped(*seen: Sighting, seconds: float = 5.0) -> Happening:
    """Ten times in so many seconds the tap tells of the same."""

    def happening(story: Faulty) -> None:
        for _ in range(10):
            story.wait(seconds / 10)
            for one in seen:
                story.tell(ev.Tapped(story.now, one))

    return happening


def hints(story: Faulty) -> list[str]:
    story.state.close()
    return [what for what, _ in story.state.blind if "it may try on" in what]


@pytest.mark.parametrize(
    ("during", "told"),
    [
        (tapped(Refetched(TOPIC, 0, 3, 8)), "the record at orders/0@3 was fetched 80 times in 5 s"),
        (tapped(ProduceFailed(OUT, 0, 10, 30)), "300 times in 5 s a record was refused, mostly in bills/0"),
    ],
    ids=["fetched", "refused"],
)
def test_who_tries_on_without_a_pause_is_told_so(during: Happening, told: str) -> None:
    """While its outputs refuse everything it may wait, and no finding comes of how."""
    story = Faulty("recordLimit")
    story.trial(during)
    assert story.codes == []
    assert [what for what in hints(story) if told in what]


@pytest.mark.parametrize(
    "during",
    [
        tapped(Refetched(TOPIC, 0, 3, 1)),
        tapped(Refetched(TOPIC, 0, 3, 8), seconds=60.0),
        tapped(ProduceFailed(OUT, 0, 10, 3)),
        tapped(*(Refetched(TOPIC, 0, offset, 4) for offset in range(9))),
        nothing,
    ],
    ids=["seldom", "slowly", "once each", "of many records", "never"],
)
def test_who_pauses_is_told_nothing(during: Happening) -> None:
    """A few tries, or many with time between them, or each record's own."""
    story = Faulty("recordLimit")
    story.trial(during)
    assert hints(story) == []


def test_only_where_the_broker_refuses_for_good() -> None:
    """A broker that is down has a client try on as it will."""
    story = Faulty("brokerDown")
    story.trial(tapped(Refetched(TOPIC, 0, 3, 8)))
    assert hints(story) == []

"""`skip: {log: REGEX}`: lines of a process that was ended, against the invalid records that it got."""

from __future__ import annotations

import msgspec
import pytest

from kcontract.judge.logs import LONGEST, LogBook
from kcontract.model import events as ev
from kcontract.model.case import Role
from kcontract.model.contract import Contract
from tests.unit.judge.story import TOPIC, Story, contract

PATTERN = "dropp?ed"


def logging(policy: str = PATTERN) -> Contract:
    usual = contract("skip")
    promised = msgspec.structs.replace(usual.receive[0].on_invalid, skip_log=policy)
    return msgspec.structs.replace(usual, receive=(msgspec.structs.replace(usual.receive[0], on_invalid=promised),))


class Tale(Story):
    """Processes that get invalid records, and what they print until they are ended."""

    def __init__(self) -> None:
        super().__init__(promised=logging())

    def process(
        self, *cases: str, said: str = "", code: int = 0, outcome: str = "settled", reason: ev.KillReason = "finished"
    ) -> None:
        self.start()
        self.window("log", f"{TOPIC}#{len(cases)}")
        self.send(f"{self._window}00", role=Role.HEALTHY)
        for case in cases:
            self.invalid(case, kind="bit_flip")
        self.close(outcome)
        self.tell(ev.ServiceKilled(self.now, 1, reason, code, stdout=said))

    @property
    def suspects(self) -> list[str]:
        return [case.id for case in self.state.book(LogBook).suspects.get(TOPIC, ())]


def test_a_line_for_each() -> None:
    """Nothing is wrong, and nothing more is tried."""
    tale = Tale()
    tale.process("1", "2", said="ready\ndroped it\ndropped it")
    assert (tale.codes, tale.suspects) == ([], [])


def test_one_without_a_line() -> None:
    """Among others it is a suspect, unless a line names it; alone it is blamed."""
    tale = Tale()
    tale.process("1", "2", "3", said="dropped ID-2\ndropped something")
    assert (tale.codes, tale.suspects) == ([], ["1", "3"])
    tale.process("1.1", said="dropped it")
    assert tale.codes == []
    tale.process("3.1", said="took it")
    assert tale.verdict.code == "NOT_LOGGED"
    assert tale.verdict.promised == f"billing passes an invalid record over with a line that matches {PATTERN}"


@pytest.mark.parametrize(
    "more",
    [
        {"outcome": "stalled"},
        {"reason": "stalled"},
        {"said": "x" * LONGEST},
        {"code": -15},
    ],
)
def test_what_does_not_tell_what_is_missing(more: dict[str, object]) -> None:
    """A window that did not settle, a process that was killed, a log that was cut off or never written."""
    tale = Tale()
    tale.process("1", **more)  # type: ignore[arg-type]  # one of the method's own parameters
    assert tale.codes == []


def test_a_process_that_a_signal_ends_but_that_writes_at_once() -> None:
    """Its lines were seen before, so that one that is not there was never written."""
    tale = Tale()
    tale.process("1", "2", said="dropped it", code=-15)
    tale.process("1.1", code=-15)
    assert tale.codes == ["NOT_LOGGED"]


def test_a_line_without_any_invalid_record() -> None:
    """The pattern proves nothing, and that is said."""
    tale = Tale()
    tale.process(said="never dropped")
    assert tale.state.book(LogBook).is_hopeless(TOPIC)
    tale.state.close()
    assert [what for what, _ in tale.state.blind] == [
        f"{TOPIC}: `skip: {{log}}` is not judged: 'never dropped' is logged without an invalid record"
    ]


def test_a_process_that_ended_by_itself() -> None:
    """Its last words are not those that were waited for."""
    tale = Tale()
    tale.start()
    tale.window("log", f"{TOPIC}#1")
    tale.invalid("1")
    tale.close()
    tale.exit()
    tale.kill("finished")
    assert tale.codes == []

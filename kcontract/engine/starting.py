"""Senders that send by themselves once they are started: `action: {start: true}`."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.engine.settings import ServiceGone
from kcontract.engine.stage import Stage
from kcontract.model import events as ev
from kcontract.model.contract import Contract, Send

_FIRST, _QUIET, _LONGEST = 30.0, 3.0, 60.0
"""Seconds for the first event of each topic, until no more come, and for all of them: some never cease."""
_STARTS = 2
"""One without events is followed by another: a start may have been the machine's worst moment."""


def run_starters(stage: Stage, sends: Sequence[tuple[Contract, Send]]) -> int:
    """Start the service and look what comes; how many starts were judged, one a sender.

    ServiceGone if it ends with an error, or is not ready in time. One that ends well has done its work.
    """
    cases: list[str] = []
    for _ in range(_STARTS):
        cases = [_requested(stage, contract, send) for contract, send in sends]
        _start(stage)
        for case in cases:
            stage.tools.recorder.record(ev.Responded(stage.tools.recorder.now(), case, 200))
        _listen(stage, cases)
        _check(stage)
        if stage.out_of_time:
            return 0
        if all(map(stage.state.requests.has_event, cases)):
            break
    stage.tools.recorder.record(ev.RequestsSettled(stage.tools.recorder.now(), tuple(cases)))
    return len(cases)


def _requested(stage: Stage, contract: Contract, send: Send) -> str:
    recorder = stage.tools.recorder
    case = f"{contract.topic}#{stage.state.requests.next_number}"
    recorder.record(
        ev.Requested(
            recorder.now(), case, "valid", "valid", contract.topic, "START", stage.unit.name, b"", sender=send.name
        )
    )
    return case


def _start(stage: Stage) -> None:
    try:
        stage.lifecycle.restart(behind=True)
    except ServiceGone:
        service = stage.observer.service
        ended = service.poll() if service is not None and stage.observer.exited else None
        if ended is None or ended.code != 0:
            raise


def _check(stage: Stage) -> None:
    """Raises ServiceGone if the service has ended with an error: what it does not send then is no verdict."""
    stage.observer.look_at_process()
    service = stage.observer.service
    ended = service.poll() if service is not None and stage.observer.exited else None
    if ended is not None and ended.code != 0:
        raise ServiceGone(f"the service exited with code {ended.code} after its start", ended.stderr[-4000:])


def _listen(stage: Stage, cases: Sequence[str]) -> None:
    """Until each topic has had its first event and no more come; an ended service's events are all read."""
    observer, recorder, book = stage.observer, stage.tools.recorder, stage.state.requests
    begun = recorder.now()
    observer.wait(lambda: all(map(book.has_event, cases)), begun + stage.left(_FIRST))
    known, since = -1, recorder.now()
    while not observer.exited and recorder.now() < begun + stage.left(_LONGEST) and recorder.now() - since < _QUIET:
        observer.look()
        if book.events != known:
            known, since = book.events, recorder.now()
    observer.drain(stage.left(30.0))

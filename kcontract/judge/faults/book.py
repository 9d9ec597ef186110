"""Judging faults: what goes wrong with one is a sign, and the same sign in a second round of it a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.judge.cause import exit_cause
from kcontract.judge.evidence import Delivery, Exit, Window
from kcontract.judge.faults.health import in_words, stated
from kcontract.judge.faults.signs import signs_of
from kcontract.judge.faults.trial import FailedStart, Sign, Trial
from kcontract.model import events as ev
from kcontract.model.faults import fault
from kcontract.model.finding import CaseVerdict


class FaultBook(Book):
    """The faults of one unit."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._trial: Trial | None = None
        self._seen: dict[str, dict[tuple[str, ...], int]] = {}
        """For each fault: signs by likeness, and in how many rounds each was seen."""
        self._usual = self._longest_start = 0.0
        self._starting_since: float | None = None
        self.is_lost = False
        """Whether it is blamed for not starting any more."""
        self._well: ev.HealthSeen | None = None
        self._hasty: dict[str, str] = {}
        """For each fault: how the service tried on without a pause."""
        self._never_well = False
        """Its health page did not say ok when all was well."""

    def listeners(self) -> Mapping[type, Listener]:
        return {
            ev.FaultBegan: self._began,
            ev.FaultEnded: self._ended,
            ev.FaultSettled: self._settled,
            ev.ServiceStarted: self._service_started,
            ev.ServiceReady: self._service_ready,
            ev.ServiceExited: self._exited,
            ev.ServiceKilled: self._killed,
            ev.StopAsked: self._stop_asked,
            ev.HealthSeen: self._health_seen,
            ev.Requested: self._requested,
            ev.Responded: self._responded,
            ev.Tapped: self._tapped,
        }

    def doubts(self, name: str) -> tuple[str, ...]:
        """The verdicts on what was seen once with the fault, which another round would confirm or dismiss."""
        once = (likeness[0] for likeness, times in self._seen.get(name, {}).items() if times == 1)
        return tuple(dict.fromkeys(once))

    def closed(self, window: Window) -> Iterable[CaseVerdict]:
        if self._trial is not None and window.purpose == "fault":
            self._trial.deliveries.extend(window.deliveries)
        return ()

    def blind(self) -> Iterator[tuple[str, str]]:
        if self._never_well and self._well is not None:
            what = f"{self._well.url} does not say that all is well when it is ({in_words([self._well])}): not judged"
            yield what, "correct the URL of `health`, or have the page answer from the start"
        for name, told in self._hasty.items():
            what = f"{name}: {told}: it may try on until there is room, and no verdict says how often"
            yield what, "pause between tries, longer each time: it takes the processor and the broker along"

    def _began(self, event: ev.FaultBegan) -> Iterable[CaseVerdict]:
        self._trial = Trial(fault(event.fault), event.round, event.at)
        if self._well is not None:
            self._trial.healths.append(self._well)
        return ()

    def _ended(self, event: ev.FaultEnded) -> Iterable[CaseVerdict]:
        if self._trial is not None:
            self._trial.ended_at = event.at
        return ()

    def _settled(self, event: ev.FaultSettled) -> Iterable[CaseVerdict]:
        trial, self._trial = self._trial, None
        if trial is None:
            return ()
        trial.waited, trial.longest_start = event.waited, self._longest_start
        if trial.kind.effect == "limits" and trial.ended_at is not None:
            told = trial.haste.told(trial.ended_at - trial.began_at, len(trial.deliveries))
            self._hasty.update({trial.kind.name: told} if told else {})
        found = signs_of(trial, self.grounds.promises, self.grounds.pace, self._is_past, self._usual)
        self.is_lost = self.is_lost or any(sign.times > 1 for sign in found)
        return [self._verdict(trial, sign) for sign in found if self._is_confirmed(trial, sign)]

    def _is_confirmed(self, trial: Trial, sign: Sign) -> bool:
        """Whether this is the second time that it is seen. Told once a fault."""
        seen = self._seen.setdefault(trial.kind.name, {})
        before = seen.get(sign.likeness, 0)
        seen[sign.likeness] = before + sign.times
        return before < 2 <= seen[sign.likeness]

    def _service_started(self, event: ev.ServiceStarted) -> Iterable[CaseVerdict]:
        self._starting_since = event.at
        return ()

    def _service_ready(self, event: ev.ServiceReady) -> Iterable[CaseVerdict]:
        took = self._start_took(event.at)
        self._longest_start = max(self._longest_start, took or 0.0)
        if self._trial is not None:
            self._trial.failed.clear()
        return ()

    def _start_took(self, until: float) -> float | None:
        """How long the start took that is over; None if there was none."""
        since, self._starting_since = self._starting_since, None
        return until - since if since is not None else None

    def _exited(self, event: ev.ServiceExited) -> Iterable[CaseVerdict]:
        took, trial = self._start_took(event.at), self._trial
        if trial is None:
            return ()
        ended = Exit(event.code, event.stderr, exit_cause(event.code, event.stderr))
        if took is not None:
            trial.failed.append(FailedStart(took, ended))
        elif trial.ended_at is not None or not trial.kind.starves:
            trial.exits.append(ended)
        return ()

    def _stop_asked(self, event: ev.StopAsked) -> Iterable[CaseVerdict]:
        if self._trial is not None:
            self._trial.stop = event
        return ()

    def _killed(self, event: ev.ServiceKilled) -> Iterable[CaseVerdict]:
        took, trial = self._start_took(event.at), self._trial
        if trial is not None and took is not None:
            trial.failed.append(FailedStart(took))
        if trial is not None and trial.stop is not None and trial.stop_code is None:
            trial.stop_code, trial.stop_seconds = event.code, event.at - trial.stop.at
        return ()

    def _health_seen(self, event: ev.HealthSeen) -> Iterable[CaseVerdict]:
        if event.when == "before":
            self._well = event
            self._never_well = "ok" not in stated(event)
        elif self._trial is not None:
            self._trial.healths.append(event)
        return ()

    def _requested(self, event: ev.Requested) -> Iterable[CaseVerdict]:
        request = self.grounds.requests.get(event.case)
        if self._trial is not None and request is not None:
            self._trial.requests.append(request)
        return ()

    def _responded(self, event: ev.Responded) -> Iterable[CaseVerdict]:
        """How long answers take while all is well."""
        request = self.grounds.requests.get(event.case)
        if self._trial is None and request is not None:
            self._usual = max(self._usual, event.at - request.requested.at)
        return ()

    def _tapped(self, event: ev.Tapped) -> Iterable[CaseVerdict]:
        if self._trial is not None and self._trial.ended_at is None:
            self._trial.haste.take(event.seen)
        return ()

    def _is_past(self, delivery: Delivery) -> bool:
        return delivery.place is not None and self.grounds.committed.get(delivery.place, 0) > delivery.offset

    def _verdict(self, trial: Trial, sign: Sign) -> CaseVerdict:
        delivery = next((one for one in trial.deliveries if one.case.id == sign.case), None)
        request = next((one for one in trial.requests if one.requested.case == sign.case), None)
        again = f"the same in round {trial.round} of this fault as in one before"
        told = sign.facts if sign.times > 1 else (*sign.facts, again)
        return CaseVerdict(
            code=sign.code,
            case="",
            kind="",
            topic=sign.topic,
            at=sign.at,
            promised=sign.promised,
            seen=told,
            cause=sign.cause,
            record=delivery.case.record if delivery else None,
            evidence=tuple(delivery.dead_letters[:2] if delivery else request.events[:2] if request else ()),
            stderr=sign.stderr,
            request=_text(request.requested) if request else "",
            during=trial.kind.name,
        )


def _text(requested: ev.Requested) -> str:
    return f"{requested.method} {requested.url}\n" + requested.body.decode("utf-8", "backslashreplace")

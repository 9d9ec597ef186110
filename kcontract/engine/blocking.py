"""Why a unit cannot run: told before anything is started where possible, and never as a verdict on the service."""

from __future__ import annotations

from collections import Counter

import msgspec

from kcontract.engine.plan import Unit, addresses
from kcontract.engine.recorder import Recorder
from kcontract.engine.settings import ServiceGone
from kcontract.engine.tools import Tools
from kcontract.engine.topics.foreign import takes_topic
from kcontract.errors import EXIT_USAGE, KcontractError, ServiceError
from kcontract.model import events as ev
from kcontract.model.contract import Receive, Run, Send
from kcontract.model.location import Location
from kcontract.model.summary import Blocked

_FORMS = ("handler", "make")
_ROLES = {"bootstrap": "broker", "registry": "schema registry"}


def check_runnable(unit: Unit, tools: Tools) -> None:
    """Raises ServiceError: RUN_FORM for a form of `run` that is not run yet, RUN_DIFFERS and RUN_TWICE for contracts
    that do not agree about their one service, RUN_TOPIC on a foreign cluster, RUN_UNREACHABLE for a container that
    would find no broker, and what the launcher raises."""
    run = unit.run
    _check_agreement(unit)
    if unit.makes_events:
        return
    if not run.command and not run.in_container:
        form = next((form for form in _FORMS if getattr(run, form)), "run")
        raise ServiceError("RUN_FORM", f"{run.at}: `{form}` is not run by this version", "give run.command")
    if not tools.cluster.ours and not takes_topic(unit):
        fix = 'add to run.env a variable with "{topic}", and let the service read its topic from it'
        raise ServiceError("RUN_TOPIC", f"{run.at}: on a foreign cluster topics get other names", fix)
    tools.launcher.check(run)
    missing = next((name for name, address in addresses(unit, tools).items() if not address), None)
    if missing and any(f"{{{missing}}}" in value for _, value in run.env):
        what = f"{run.at}: a container cannot reach the {_ROLES[missing]} on this machine's loopback"
        raise ServiceError("RUN_UNREACHABLE", what, "leave the choice of it to kcontract, or give its outer address")


def _check_agreement(unit: Unit) -> None:
    """One process has one command, and one set of promises for a topic."""
    sides: tuple[Send | Receive, ...] = (*(receive for _, receive in unit.receives), *(send for _, send in unit.sends))
    other = next((side for side in sides if _essence(side.run) != _essence(unit.run)), None)
    if other is not None:
        fix = f"declare it once under `services` in kcontract.yaml, and write `run: {{service: {unit.name}}}`"
        raise ServiceError("RUN_DIFFERS", f"{other.run.at}: {unit.name} is run in another way at {unit.run.at}", fix)
    for topic, count in Counter(contract.topic for contract, _ in unit.receives).items():
        if count > 1:
            what = f"{unit.run.at}: the contract of {topic} has {count} receivers that are the one service {unit.name}"
            raise ServiceError("RUN_TWICE", what, "state what it promises under one receiver")


def _essence(run: Run) -> Run:
    return msgspec.structs.replace(run, at=Location(""), env=tuple(sorted(run.env)))


def block(unit: str, error: ServiceGone | KcontractError, recorder: Recorder) -> Blocked:
    """COULD_NOT_RUN in words, also in the history."""
    if isinstance(error, ServiceGone):
        said = f"; its last words:\n{error.stderr}" if error.stderr else ""
        fix = f"see `{error.key}` in the contract{said}"
        blocked = Blocked(code="COULD_NOT_RUN", reason=error.reason, fix=fix)
    else:
        blocked = Blocked(error.code, error.message, error.fix, usage=error.exit_code == EXIT_USAGE)
    recorder.record(ev.UnitBlocked(recorder.now(), unit, blocked.code, blocked.reason, blocked.fix, blocked.usage))
    return blocked

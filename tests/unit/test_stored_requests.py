"""Where a sender's stored request says that its contract stands."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kcontract.judge.runs.history import unit_findings
from kcontract.model import events as ev
from kcontract.model.location import Location
from kcontract.store.cases import load_case
from kcontract.wiring.saving import CaseSaver
from tests.unit.judge.story import schema
from tests.unit.judge.test_senders_verdicts import BY_ANSWER, CREATE, EVENT, Api, people, sender


def test_a_stored_request_names_the_file_of_its_sender(tmp_path: Path) -> None:
    """Not the one that was taken over with the topic, on whose line the promise stands."""
    closed = schema({**EVENT, "additionalProperties": False})
    contract = people(sender("create", CREATE, BY_ANSWER), payload=closed)
    taken = msgspec.structs.replace(contract.message, at=Location(file="vendored/people.yaml"))
    contract = msgspec.structs.replace(contract, message=taken)
    api = Api(contract)
    api.request()
    api.event(extra=True)
    api.settle()
    (finding,) = [one for one in unit_findings("api", api.state, "run") if one.first.code == "INVALID_EVENT"]
    saver = CaseSaver(tmp_path, lambda _: None, save=True)
    saver.take(ev.UnitStarted(0.0, "api", (contract,)))
    saver.take(finding)
    assert finding.first.at.file == "vendored/people.yaml"
    assert load_case(tmp_path, finding.id).contract == contract.send[0].at.file

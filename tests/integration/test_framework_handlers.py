"""Handlers on FastStream, Quix Streams and Faust, with the real libraries, in an environment of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kcontract.errors import UsageError
from kcontract.harness.handlers import HandlerProcess
from kcontract.host.sweep import RunDirectory
from kcontract.model.called import Handed
from kcontract.model.contract import Run
from kcontract.model.location import Location
from kcontract.model.record import Record
from tests.integration.framework_handlers import MODULES
from tests.lab.building import BUILT, build

_VALUES = (b'{"id": "a"}', b"[]", b"{}", None, b'{"id": "\xc3\xa9"}')


@pytest.mark.parametrize(
    ("handler", "topic"),
    [
        ("streams:broker", "bills"),
        ("confluents:broker", "bills"),
        ("applied:app", "bills"),
        ("frames:frame", "bills"),
        ("remembering:frame", "bills"),
        ("agents:handle", "bills"),
        ("slow:handle", "bills"),
        ("yielding:handle", ""),
    ],
)
def test_what_a_framework_s_handler_does_with_a_record(handler: str, topic: str, tmp_path: Path) -> None:
    """Its events come back with their topic, its exceptions as they are, and it goes on after them; no broker is there
    to be asked."""
    assert build(["python"]) == {}
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text)
    run = Run(at=Location("c.yaml"), handler=handler, rejects=("orders:Bad",))
    interpreter = str(BUILT / "frameworks" / "bin" / "python")
    with RunDirectory.claim() as directory:
        process = HandlerProcess(run, tmp_path, directory, {}, interpreter=interpreter)
        try:
            assert process.open() == "record"
            answers = process.run([Handed("orders", 0, 1, Record(b"k", value)) for value in _VALUES], 60.0)
        finally:
            process.close()
    assert [one.how for one in answers] == ["returned", "rejected", "raised", "rejected", "returned"], answers
    assert "KeyError: 'id'" in answers[2].error
    made = [(one.returned[0].topic, json.loads(one.returned[0].value or b"")) for one in (answers[0], answers[4])]
    assert made == [(topic, {"order": "a"}), (topic, {"order": "é"})]
    assert all(len(one.returned) == 1 for one in (answers[0], answers[4]))


@pytest.mark.parametrize("handler", ["streams:broker", "confluents:broker", "applied:app"])
def test_a_topic_that_no_subscriber_takes_is_told_before_any_record(handler: str, tmp_path: Path) -> None:
    """Once, as what is wrong with the contract or the handler: no record of it is to blame."""
    assert build(["python"]) == {}
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text)
    run = Run(at=Location("c.yaml"), handler=handler)
    with RunDirectory.claim() as directory:
        process = HandlerProcess(run, tmp_path, directory, {}, interpreter=str(BUILT / "frameworks" / "bin" / "python"))
        try:
            assert process.open(["orders"]) == "record"
            with pytest.raises(UsageError, match="nobody in it subscribes to bills, parcels") as caught:
                process.open(["bills", "orders", "parcels"])
        finally:
            process.close()
    assert caught.value.code == "HANDLER_NOT_LOADED"
    assert "Traceback" not in caught.value.fix

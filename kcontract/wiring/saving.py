"""The smallest case of every finding, stored while the stream passes by."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kcontract import __version__
from kcontract.model.case import Expectation
from kcontract.model.events import UnitStarted
from kcontract.model.finding import Finding
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.model.stored import STORED_FORMAT, StoredCase
from kcontract.ports import StreamItem
from kcontract.store.cases import save_case
from kcontract.wiring.options import Tell


class CaseSaver:
    """Stores the smallest case of every finding while the stream passes by."""

    def __init__(self, root: Path, tell: Tell, *, save: bool) -> None:
        self._root = root
        self._tell = tell
        self._save = save
        self._schemas: tuple[RegisteredSchema, ...] = ()
        self._senders: dict[str, str] = {}
        """The files that name the unit's senders, by topic."""

    def take(self, item: StreamItem) -> None:
        if isinstance(item, UnitStarted):
            self._schemas = item.schemas
            sends = [(contract, send) for contract in item.contracts for send in contract.send]
            self._senders = {contract.topic: send.at.file for contract, send in sends if send.unit == item.unit}
        if self._save and isinstance(item, Finding):
            stored = stored_case(item, self._schemas)
            if stored is not None:
                if stored.request is not None:  # the line of the promise may stand in a file that only gives the topic
                    file = self._senders.get(item.first.topic, stored.contract)
                    stored = msgspec.structs.replace(stored, contract=file)
                save_case(self._root, stored)
        self._tell(item)


def stored_case(finding: Finding, schemas: tuple[RegisteredSchema, ...]) -> StoredCase | None:
    """The case file of a finding; None where there is no record or request to send again."""
    first = finding.first
    if first.requested is None and (first.record is None or first.expectation is None):
        return None
    return StoredCase(
        format=STORED_FORMAT,
        finding=finding.id,
        unit=finding.unit,
        contract=first.at.file,
        topic=first.topic,
        kind=first.kind,
        expectation=first.expectation or Expectation.VALID,
        verdict=first.code,
        record=first.record or Record(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        version=__version__,
        parent=first.parent,
        envelope=first.envelope,
        rejection=first.rejection,
        schemas=schemas,
        note=first.note,
        tokens=first.tokens,
        request=first.requested,
    )

"""The service's database is taken down and up by the contract's own commands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kcontract.engine.faults.injection import Injection
from kcontract.engine.stage import Stage
from kcontract.errors import ServiceError
from kcontract.model.contract import Fault
from kcontract.model.faults import fault
from kcontract.ports import Commands

_SECONDS = 60.0


def database_faults(stage: Stage) -> Iterator[Injection]:
    """The first `databaseDown` that a contract of the unit declares."""
    commands = stage.tools.levers.commands
    declared = (one for contract in stage.unit.contracts for one in contract.faults if one.name == "databaseDown")
    found = next(declared, None)
    if commands is None or found is None:
        return
    database = _Database(commands, found, stage.lifecycle.values)
    yield Injection(fault("databaseDown"), database.down, database.up, hold=2.0)


class _Database:
    def __init__(self, commands: Commands, found: Fault, values: Mapping[str, str]) -> None:
        self._commands, self._fault, self._values = commands, found, values
        self._is_down = False

    def down(self) -> None:
        self._is_down = True
        self._run("down", self._fault.down)

    def up(self) -> None:
        """Once it is up, or was never taken down, nothing."""
        if self._is_down:
            self._is_down = False
            self._run("up", self._fault.up)

    def _run(self, name: str, command: Sequence[str]) -> None:
        ended = self._commands.run(command, self._values, _SECONDS)
        if ended.code:
            raise ServiceError(
                "FAULT_COMMAND",
                f"{self._fault.at}: databaseDown.{name} ended with {ended.code}: {ended.stderr[-500:].strip()}",
                "see what the command prints",
            )

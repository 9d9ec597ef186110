"""Cases for the last service of a chain: valid records for the first one, in whose place comes what is made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from msgspec import structs

from kcontract.engine.chain.plan import Chain, Link
from kcontract.generate.about import About
from kcontract.generate.catalogue import KINDS
from kcontract.generate.requests import parts_for
from kcontract.generate.source import CaseSource
from kcontract.generate.stamper import Stamped
from kcontract.model.case import VALID_KIND, Case, Role
from kcontract.model.contract import Contract, Receive
from kcontract.model.coverage import SchemaCoverage
from kcontract.model.registry import RegisteredSchema

_WHY = "a chain gets what its first service makes of valid records"


def _taken(head: Link) -> tuple[Contract, Receive]:
    """What the first service takes; requests are made as records are, and their bodies are the values."""
    if isinstance(head.side, Receive):
        return head.contract, head.side
    body = head.side.action.body if head.side.action is not None else None
    assert body is not None  # noqa: S101 - else it were no chain
    return parts_for(body)


class HeadSource(CaseSource):
    """Its cases name the last service's topic, and hold the first one's record until they are on their way there."""

    def __init__(
        self, chain: Chain, book: Sequence[RegisteredSchema], *, seed: int, run: str, max_examples: int
    ) -> None:
        contract, receive = _taken(chain.head)
        super().__init__(
            contract, receive, book,
            seed=seed, run=run, unit=chain.name, max_examples=max_examples, kinds=frozenset({VALID_KIND}),
            numbers=count(1),
        )  # fmt: skip
        self._behind = chain.last.contract.topic
        self._planned: dict[str, Case] = {}
        self._roots: dict[str, Case] = {}

    def planned(self, case: Case) -> Case:
        """The record for the first service that the case stands for. Asked once a case."""
        return self._planned.pop(case.id)

    @property
    def not_applicable(self) -> tuple[tuple[str, str], ...]:
        return tuple((kind.code, _WHY) for kind in KINDS)

    @property
    def coverage(self) -> tuple[SchemaCoverage, ...]:
        """None: the payloads are the service's own."""
        return ()

    def healthy(self, role: Role, partition: int | None, key: bytes | None = None) -> Case:  # noqa: ARG002
        """Where the first service's record goes is all the same."""
        return super().healthy(role, None)

    def sentinels(self, partition: int) -> list[Case]:
        return [self.healthy(Role.SENTINEL, partition)]

    def again(self, case: Case) -> Case:
        """What is made of the first service's record once more, with fresh identity."""
        return super().again(self._roots[case.root])

    def probes(self) -> tuple[Case, ...]:
        return ()

    def malformed(self) -> Iterator[Case]:
        return iter(())

    sequences = sized = malformed

    def smaller(self, case: Case) -> Iterator[Case]:  # noqa: ARG002 - what comes of a smaller record is not known
        return iter(())

    def _case(self, identity: str, stamped: Stamped, about: About) -> Case:
        planned = super()._case(identity, stamped, about)
        self._planned[planned.id] = self._roots[planned.root] = planned
        return structs.replace(planned, topic=self._behind, partition=None)

"""Kinds of which nothing was sent are told with a reason."""

from __future__ import annotations

from kcontract.engine.fuzz.ordering import sequences
from kcontract.engine.left_out import kinds_left_out, kinds_without_broker, sources_coverage
from kcontract.engine.settings import Settings
from kcontract.generate.catalogue import KINDS
from tests.unit.generate.contracts import avro_contract, receiver, source

OWN = {kind.code for kind in KINDS if kind.by_engine}


def test_every_kind_of_the_engine_s_that_was_not_sent_has_its_reason() -> None:
    """Unless nobody wanted it."""
    made = source(avro_contract())
    assert {code for code, why in kinds_left_out([made], (), None) if why} >= OWN
    assert not OWN & {code for code, _ in kinds_left_out([made], OWN, None)}
    assert {code for code, _ in kinds_left_out([made], (), frozenset({"poison_run:row"}))} & OWN == {"poison_run"}


def test_what_does_not_apply_is_told_once() -> None:
    """A plain wire names no schema: the registry's trouble is none of its own."""
    made = source(avro_contract(wire="plain"))
    listed = kinds_left_out([made, made], (), None)
    assert dict(listed)["registry_trouble"] == "values name no schema"
    assert len({code for code, _ in listed}) == len(listed)


def test_handlers_are_told_what_needs_a_broker() -> None:
    """Bursts and bombs of a batch: whatever `fuzz` sends or not, all kinds are accounted for."""
    made = source(avro_contract())
    more = sequences(receiver(), made, Settings(run="r"))
    sent = {case.code for case in (*made.valid(), *made.malformed(), *more)}
    listed = dict(kinds_without_broker([made]))
    assert listed["burst"] == "needs a broker: kcontract verify"
    assert sent | listed.keys() == {kind.code for kind in KINDS} | {"valid"}


def test_nothing_is_said_of_a_schema_of_which_nothing_was_shown() -> None:
    """A replay sends other records; nought of a hundred boundaries would read like a gap."""
    made = source(avro_contract())
    assert sources_coverage([made]) == ()
    list(made.valid())
    assert [one.reached > 0 for one in sources_coverage([made])] == [True]

"""The header that names a request's reply topic."""

from __future__ import annotations

import msgspec

from kcontract.engine.topics.reply_topics import with_reply_topics
from kcontract.generate.source import CaseSource
from kcontract.model.contract import Contract, Expression, Reply
from tests.unit.judge.story import AT, contract

REPLY_TO = "reply_to"


def asking() -> Contract:
    """Orders whose answers go where the request says."""
    reply = Reply(at=AT, topic=Expression("message.header", REPLY_TO))
    return with_reply_topics([msgspec.structs.replace(contract(), reply=reply)], "run")[0]


def test_the_run_has_topics_of_its_own() -> None:
    """Two of them, below the run's prefix; a fixed reply topic needs none."""
    fixed = msgspec.structs.replace(contract(), reply=Reply(at=AT, topic="answers"))
    assert with_reply_topics([fixed, contract()], "run") == (fixed, contract())
    assert asking().reply.topics == ("kcontract.run.orders.reply.1", "kcontract.run.orders.reply.2")  # type: ignore[union-attr]


def test_every_request_names_one_of_them() -> None:
    """In turn, so that an answer to another's topic shows; a request that is sent again names one too."""
    one = asking()
    source = CaseSource(one, one.receive[0], (), seed=0, run="run", max_examples=20)
    cases = list(source.valid())
    cases += [source.again(case) for case in cases]
    named = {case.record.header(REPLY_TO) for case in cases}
    assert {topic.decode() for topic in named if topic} == set(one.reply.topics) if one.reply else False
    assert all(case.record.header(REPLY_TO) for case in cases)


def test_a_contract_without_it_is_left_alone() -> None:
    """No header is added."""
    one = contract()
    source = CaseSource(one, one.receive[0], (), seed=0, run="run", max_examples=5)
    assert all(case.record.header(REPLY_TO) is None for case in source.valid())

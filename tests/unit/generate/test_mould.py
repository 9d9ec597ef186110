"""What comes out of a mould has fresh tokens wherever the old ones stood, as if each part had been searched."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcontract.generate.mould import Mould
from kcontract.generate.tokens import Mint, forms, restamp_record, restamp_value
from kcontract.model.record import Record
from tests.unit.generate.contracts import seeded

TOKENS = (b"6f9619ff-8b86-4011-b42d-00cf4fc964ff", b"12345678901234", b"AB-12345678")
_pieces = st.lists(
    st.one_of(st.binary(max_size=9), st.sampled_from([form for token in TOKENS for form in forms(token)])), max_size=5
).map(b"".join)
_parts = st.one_of(st.none(), _pieces)
_records = st.builds(
    Record, _parts, _parts, st.lists(st.tuples(st.sampled_from("ab"), _parts), max_size=2).map(tuple), st.none()
)


def _fresh(rng: Random) -> tuple[bytes, ...]:
    mint = Mint(rng)
    return tuple(map(mint.like, TOKENS))


@given(_records, _records, st.integers())
def test_mutant_and_parent_have_the_same_fresh_tokens(parent: Record, mutant: Record, seed: int) -> None:
    """In every part, in every form, however often."""
    fresh = _fresh(seeded(seed))
    record, value, envelope = Mould(parent, TOKENS).cast(mutant, fresh)
    assert record == restamp_record(mutant, TOKENS, fresh)
    assert value == restamp_value(parent.value, TOKENS, fresh)
    bare = Record(parent.key, None, parent.headers, parent.timestamp)
    same = (parent.key, parent.headers) == (mutant.key, mutant.headers)
    assert envelope == (None if same else restamp_record(bare, TOKENS, fresh))


@pytest.mark.parametrize("moment", [None, 1])
def test_another_timestamp_is_another_envelope(moment: int | None) -> None:
    """The parent's key, headers and timestamp are told where these are not the mutant's."""
    parent = Record(TOKENS[0], TOKENS[0], (("c", TOKENS[0]),))
    fresh = _fresh(seeded(1))
    mutant = Record(parent.key, parent.value, parent.headers, moment)
    record, value, envelope = Mould(parent, TOKENS).cast(mutant, fresh)
    own = Record(fresh[0], None, (("c", fresh[0]),))
    assert (record, value) == (Record(fresh[0], fresh[0], own.headers, moment), fresh[0])
    assert envelope == (own if moment is not None else None)

"""The catalogue of kinds."""

from __future__ import annotations

import pytest

from kcontract.errors import UsageError
from kcontract.generate.catalogue import KINDS, checked, kind_of, selects


def test_there_are_63_kinds_in_order() -> None:
    """The numbers and order of the published catalogue, each code once."""
    by_number = sorted(KINDS, key=lambda kind: kind.number)
    assert [kind.number for kind in by_number] == list(range(1, 64))
    assert len({kind.code for kind in KINDS}) == 63


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_kind_is_described(kind: object) -> None:
    """Summary, expectation, what a graceful consumer does, and an explanation of more than a few words."""
    found = kind_of(kind.code)  # type: ignore[attr-defined]
    assert found.code == found.code.lower()
    assert " " not in found.code
    assert all((found.summary, found.expected, found.graceful, found.family))
    assert len(found.explain.split()) >= 10
    assert len(set(found.names)) == len(found.names)


def test_wrong_names_get_the_nearest_right_one() -> None:
    """Typing mistakes end in a usage error with a hint."""
    with pytest.raises(UsageError) as refused:
        checked(["bit_flip:insert", "bitflip"])
    assert (refused.value.code, refused.value.fix) == ("KIND_UNKNOWN", "did you mean bit_flip?")
    with pytest.raises(UsageError):
        kind_of("bit_flip:sideways")


def test_codes_select_their_variants_and_variants_only_themselves() -> None:
    """A code stands for all its variants."""
    assert selects(["bit_flip"], "bit_flip:insert")
    assert selects(["bit_flip:insert"], "bit_flip:insert")
    assert not selects(["bit_flip:insert"], "bit_flip:delete")

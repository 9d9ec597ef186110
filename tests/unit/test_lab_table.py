"""The lab's table is sound: what it says can be run, and it tells right from wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.rendering import ROOT, render
from tests.lab.running import Result, batches, mostly_waits
from tests.lab.table import footer, row
from tests.lab.tables.long import LONG
from tests.lab.tables.repeats import REPEATS
from tests.lab.twin import AGAIN, Twin, earns
from tests.lab.twins import ESSENTIAL, TWINS


def test_names_are_unique() -> None:
    """A name is the unit's name in the run, and its contract's file."""
    names = [twin.name for twin in TWINS]
    assert len(names) == len(set(names)) >= 50


def test_there_are_enough_of_all_sorts() -> None:
    """Good and broken ones in four languages, on five clients at least."""
    assert {twin.language for twin in TWINS} >= {"python", "node", "java", "go"}
    assert len({twin.client for twin in TWINS}) >= 5
    for language in ("python", "node", "java", "go"):
        assert {twin.good for twin in TWINS if twin.language == language} == {True, False}


def test_what_is_left_out_of_the_tests_is_shown_by_another() -> None:
    """A twin that repeats another's point has its verdicts; no verdict, language, client or policy is left out."""
    known = {twin.name: twin for twin in TWINS}
    essential = {twin.name for twin in ESSENTIAL}
    assert len(ESSENTIAL) >= 120
    for name, other in REPEATS.items():
        assert other in essential
        assert known[name].expects <= known[other].expects or known[name].any_of, name
    for what in ("language", "client", "flags"):
        assert {getattr(twin, what) for twin in ESSENTIAL} == {getattr(twin, what) for twin in TWINS}
    assert set().union(*(twin.expects for twin in ESSENTIAL)) == set().union(*(twin.expects for twin in TWINS))
    dropped = {twin.contract for twin in TWINS} - {twin.contract for twin in ESSENTIAL}
    assert not {contract for contract in dropped if "/policies/" in contract}


def test_good_twins_are_sent_every_kind() -> None:
    """But for those that are slow with each record; the defects of broken ones show without deliveries and sizes."""
    ordinary = {twin.kinds for twin in TWINS if not twin.good and not twin.flags}
    assert any("wrong_root" in kinds and "exact_duplicate" not in kinds for kinds in ordinary)
    assert all(twin.kinds for twin in TWINS if not twin.good and not twin.flags)
    assert sum(not twin.kinds for twin in TWINS if twin.good) >= 40


def test_every_twin_is_in_one_batch() -> None:
    """Batches hold twins of the same options, and leave none out."""
    held = [twin for batch in batches(TWINS, 3) for twin in batch]
    assert sorted(twin.name for twin in held) == sorted(twin.name for twin in TWINS)
    assert all(
        len({(t.kinds, t.examples, t.flags) for t in batch}) == 1 <= len(batch) <= 3 for batch in batches(TWINS, 3)
    )


def test_the_longest_batch_is_the_first() -> None:
    """What takes long begins early, and with its like: nothing waits for what began last."""
    assert {twin.name for twin in TWINS} >= set(LONG)
    lengths = [sum(twin.seconds for twin in batch) for batch in batches(TWINS)]
    assert lengths == sorted(lengths, reverse=True)
    assert all(sum(twin.seconds for twin in batch) <= 180 for batch in batches(TWINS) if len(batch) > 1)
    assert max(twin.seconds for twin in ESSENTIAL) <= 180


def test_a_batch_waits_if_most_of_its_time_is_waited_for() -> None:
    """A quick twin shares the broker of a slow one with the same options; one slow twin keeps no long batch waiting."""
    quick = [Twin(f"it-{number}", "go", "franz-go", "tests/lab/go/franz.yaml") for number in range(8)]
    slow = Twin("slow", "go", "franz-go", "tests/lab/go/franz.yaml", seconds=45)
    assert batches([slow, quick[0]]) == [(quick[0], slow)]
    assert mostly_waits([quick[0], slow])
    assert not mostly_waits([*quick, slow])


def test_a_contract_gets_the_twins_name_and_variant() -> None:
    """A twin of a defect runs the same contract, but for these two."""
    twin = Twin("it", "go", "franz-go", "tests/lab/go/franz.yaml", "panics", earns("CRASHED"))
    rendered = (ROOT / render(twin)).read_text("utf-8")
    base = (ROOT / twin.contract).read_text("utf-8")
    assert rendered == base.replace("  franz:", "  it:").replace("VARIANT: good", "VARIANT: panics")


def test_a_variant_needs_a_contract_that_takes_it() -> None:
    """Else a broken twin would be a good one."""
    with pytest.raises(ValueError, match="VARIANT"):
        render(Twin("it", "python", "aiokafka", "tests/lab/good/contracts/aio.yaml", "panics", earns("CRASHED")))


@pytest.mark.parametrize(
    ("expects", "besides", "any_of", "got", "right"),
    [
        ((), (), False, (), True),
        ((), (), False, ("LOST",), False),
        (("LOST",), (), False, (), False),
        (("LOST",), ("CRASHED",), False, ("LOST", "CRASHED"), True),
        (("LOST",), ("CRASHED",), False, ("CRASHED",), False),
        (("LOST",), (), False, ("LOST", "MISREAD"), False),
        (AGAIN, (), True, ("STUCK",), True),
        (AGAIN, (), True, (), False),
    ],
)
def test_a_twin_is_right_with_what_it_must_earn_only(
    expects: tuple[str, ...], besides: tuple[str, ...], any_of: bool, got: tuple[str, ...], right: bool
) -> None:
    """Nothing less, and nothing more than what may come besides; and only if it was run."""
    twin = Twin("it", "go", "franz-go", str(Path()), expects=earns(*expects), besides=earns(*besides), any_of=any_of)
    assert Result(twin, earns(*got), 5, 1.0).right is right
    assert not Result(twin, earns(*got), 5, 1.0, "no such file").right
    assert Result(twin, earns(*got), 0, 1.0).right is (right and bool(got))
    assert ("✓" in row(Result(twin, earns(*got), 5, 1.0))) is right
    assert footer([Result(twin, earns(*got), 5, 1.0)], 7.2) == f"{int(right)} of 1 twins as expected in 7 s"

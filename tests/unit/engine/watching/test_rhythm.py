"""Looking is quick while something happens, and seldom while nothing does."""

from __future__ import annotations

from kcontract.engine.watching.rhythm import Rhythm


def test_pauses_grow_with_the_time_waited() -> None:
    """Within their bounds, and in proportion, so that what is seen late is late by a little."""
    rhythm = Rhythm()
    assert rhythm.pause(100.0, 0.01, 0.1) == 0.01
    assert rhythm.pause(100.1, 0.01, 0.1) == 0.01
    assert 0.01 < rhythm.pause(101.0, 0.01, 0.1) <= 0.05
    assert rhythm.pause(130.0, 0.01, 0.1) == 0.1


def test_what_happens_hastens() -> None:
    """The next look is as quick as at the beginning."""
    rhythm = Rhythm()
    rhythm.pause(100.0, 0.01, 0.1)
    rhythm.stir()
    assert rhythm.pause(130.0, 0.01, 0.1) == 0.01
    assert rhythm.pause(140.0, 0.01, 0.1) == 0.1

"""Hypothesis in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from kcontract.harness.drawing import DrawingProcess, HypothesisDrawer
from kcontract.host.sweep import RunDirectory
from kcontract.model.contract import Contract
from kcontract.model.drawn import DrawOrder
from tests.unit.generate.contracts import Book, avro_contract, json_contract, receiver


def order(made: tuple[Contract, Book], seed: int, count: int) -> DrawOrder:
    contract, book = made
    return DrawOrder(contract, receiver(), book, seed, count)


@pytest.fixture
def drawer(tmp_path: Path) -> Iterator[HypothesisDrawer]:
    """Draws in an empty project."""
    (tmp_path / "ids.py").write_text("def fails(): raise LookupError('no patients')")
    with RunDirectory.claim() as directory:
        drawer = HypothesisDrawer(tmp_path, directory)
        yield drawer
        drawer.close()


def test_what_is_ordered_is_drawn_and_the_same_for_the_same_seed(drawer: HypothesisDrawer) -> None:
    """JSON and Avro; with the tokens that stand in each record."""
    for made in (json_contract(), avro_contract()):
        drawings = [drawer.draw(order(made, seed, 40)) for seed in (1, 1, 2)]
        one, same, other = map(list, drawings)
        assert len(one) == 40
        assert one == same != other
        assert all(drawn.tokens for drawn in one)


def test_why_there_is_nothing_is_told(drawer: HypothesisDrawer) -> None:
    """A function of `generators` that fails, with its place."""
    made = json_contract(generators=(("/patient_id", "ids:fails"),))
    drawing = drawer.draw(order(made, 1, 5))
    assert list(drawing) == []
    assert "generators /patient_id: ids:fails: LookupError: no patients" in drawing.problem


def test_a_reader_that_has_enough_ends_the_process(drawer: HypothesisDrawer) -> None:
    """However much is ordered."""
    drawing = drawer.draw(order(json_contract(), 1, 1_000_000))
    first = next(islice(drawing, 1))
    assert json.loads(first.record.value or b"")
    drawing.close()
    assert isinstance(drawing, DrawingProcess)
    assert drawing._process.returncode is not None


def test_without_hypothesis_that_is_told(drawer: HypothesisDrawer, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install; nothing is started."""
    monkeypatch.setattr("kcontract.harness.drawing.find_spec", lambda _: None)
    drawing = drawer.draw(order(json_contract(), 1, 5))
    assert list(drawing) == []
    assert (drawing.problem, drawing.fix) == ("it is not installed", "pip install 'kcontract[hypothesis]'")

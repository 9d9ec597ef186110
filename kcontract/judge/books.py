"""The books that each unit is judged with, beside the cases' own verdicts."""

from __future__ import annotations

from kcontract.judge.book import Book
from kcontract.judge.calls import CallBook
from kcontract.judge.event_types import TypeBook
from kcontract.judge.faults.book import FaultBook
from kcontract.judge.floods import FloodBook
from kcontract.judge.leaks import LeakBook
from kcontract.judge.lives import LifeBook
from kcontract.judge.load.book import LoadBook
from kcontract.judge.logs import LogBook
from kcontract.judge.observed import ObservedBook
from kcontract.judge.repeats.duplicates import DuplicateBook
from kcontract.judge.repeats.key_order import KeyOrderBook
from kcontract.judge.repeats.sequence import SequenceBook
from kcontract.judge.resources import ResourceBook
from kcontract.judge.stalls.storms import StormBook

BOOKS: tuple[type[Book], ...] = (
    LifeBook,
    ResourceBook,
    StormBook,
    TypeBook,
    LeakBook,
    DuplicateBook,
    SequenceBook,
    KeyOrderBook,
    ObservedBook,
    FaultBook,
    FloodBook,
    LogBook,
    LoadBook,
    CallBook,
)
"""A new one: its class in a module of its own, and a place here. The order is that of the verdicts they yield."""

"""The books that each unit is judged with, beside the cases' own verdicts."""

from __future__ import annotations

from kcontract.judge.book import Book
from kcontract.judge.calls import CallBook
from kcontract.judge.ends import EndBook
from kcontract.judge.event_types import TypeBook
from kcontract.judge.faults.book import FaultBook
from kcontract.judge.floods import FloodBook
from kcontract.judge.late_ends import LateBook
from kcontract.judge.later import LaterBook
from kcontract.judge.leaks import LeakBook
from kcontract.judge.lives import LifeBook
from kcontract.judge.load.book import LoadBook
from kcontract.judge.logs import LogBook
from kcontract.judge.observed import ObservedBook
from kcontract.judge.repeats.double_letters import DoubleLetterBook
from kcontract.judge.repeats.duplicates import DuplicateBook
from kcontract.judge.repeats.key_order import KeyOrderBook
from kcontract.judge.repeats.sequence import SequenceBook
from kcontract.judge.resources import ResourceBook
from kcontract.judge.stalls.storms import StormBook
from kcontract.judge.uncommitted import CommitBook

BOOKS: tuple[type[Book], ...] = (
    EndBook,
    LifeBook,
    LateBook,
    LaterBook,
    ResourceBook,
    StormBook,
    TypeBook,
    LeakBook,
    DuplicateBook,
    DoubleLetterBook,
    SequenceBook,
    KeyOrderBook,
    ObservedBook,
    FaultBook,
    FloodBook,
    LogBook,
    LoadBook,
    CallBook,
    CommitBook,
)
"""A new one: its class in a module of its own, and a place here. The order is that of the verdicts they yield."""

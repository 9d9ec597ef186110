"""The whole table: what is not named here is not run."""

from __future__ import annotations

from dataclasses import replace

from kcontract.generate.catalogue import KINDS
from kcontract.model.case import VALID_KIND
from tests.lab.tables.effects import EFFECTS
from tests.lab.tables.faults import FAULTS
from tests.lab.tables.frameworks import FRAMEWORKS
from tests.lab.tables.go import GO
from tests.lab.tables.hostile import HOSTILE
from tests.lab.tables.java import JAVA
from tests.lab.tables.long import LONG
from tests.lab.tables.node import NODE
from tests.lab.tables.patients import PATIENTS
from tests.lab.tables.policies import POLICIES
from tests.lab.tables.repeats import REPEATS
from tests.lab.tables.senders import SENDERS
from tests.lab.tables.slo import SLO
from tests.lab.tables.styles import STYLES
from tests.lab.tables.tap import TAP
from tests.lab.twin import Twin

_ALL = (
    *STYLES,
    *PATIENTS,
    *EFFECTS,
    *NODE,
    *GO,
    *JAVA,
    *FRAMEWORKS,
    *TAP,
    *HOSTILE,
    *POLICIES,
    *FAULTS,
    *SLO,
    *SENDERS,
)

_OWN_WINDOWS = ("delivery", "size")
ORDINARY_KINDS = tuple(kind.code for kind in KINDS if kind.family not in _OWN_WINDOWS)
"""Kinds that need neither windows nor starts of their own."""


def _completed(twin: Twin) -> Twin:
    """Good twins are sent every kind; of broken ones it is enough to see the verdict that they must earn."""
    kinds = twin.kinds or ("" if twin.good or twin.flags else ",".join((VALID_KIND, *ORDINARY_KINDS)))
    return replace(twin, kinds=kinds, seconds=LONG.get(twin.name, twin.seconds))


TWINS = tuple(map(_completed, _ALL))
ESSENTIAL = tuple(twin for twin in TWINS if twin.name not in REPEATS)
"""What `make test` runs."""

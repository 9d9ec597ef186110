"""The whole table: what is not named here is not run."""

from __future__ import annotations

from dataclasses import replace

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
from tests.lab.tables.senders import SENDERS
from tests.lab.tables.slo import SLO
from tests.lab.tables.styles import STYLES
from tests.lab.tables.tap import TAP

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

TWINS = tuple(replace(twin, seconds=LONG.get(twin.name, twin.seconds)) for twin in _ALL)

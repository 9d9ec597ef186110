"""The whole table: what is not named here is not run."""

from __future__ import annotations

from tests.lab.tables.patients import PATIENTS
from tests.lab.tables.styles import STYLES

TWINS = (*STYLES, *PATIENTS)

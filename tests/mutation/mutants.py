"""The list of mutants, a module for each part of the judge."""

from __future__ import annotations

from tests.mutation.mutant import Mutant
from tests.mutation.of_books import BOOK_MUTANTS
from tests.mutation.of_endings import ENDING_MUTANTS
from tests.mutation.of_evidence import EVIDENCE_MUTANTS
from tests.mutation.of_rules import RULE_MUTANTS

MUTANTS: tuple[Mutant, ...] = (*RULE_MUTANTS, *EVIDENCE_MUTANTS, *BOOK_MUTANTS, *ENDING_MUTANTS)

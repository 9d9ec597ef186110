"""The list of mutants, a module for each part of the judge, and one for what brings it its evidence."""

from __future__ import annotations

from tests.mutation.mutant import Mutant
from tests.mutation.of_books import BOOK_MUTANTS
from tests.mutation.of_details import DETAIL_MUTANTS
from tests.mutation.of_endings import ENDING_MUTANTS
from tests.mutation.of_evidence import EVIDENCE_MUTANTS
from tests.mutation.of_rules import RULE_MUTANTS
from tests.mutation.of_sending import SENDING_MUTANTS
from tests.mutation.of_views import VIEW_MUTANTS

HARMLESS = {
    "symptoms: equal bytes say the same": "a shortcut: such a value keeps all that is promised when it is looked at, too",
    "leaks: several contracts": "a shortcut: of one contract's outputs every one is the record's own",
    "load/book: loads' own windows": "records of other windows have no schedule, and those are left out anyway",
    "tying/ties: contents of another's reply only": "the correlation id names the same case then",
    "engine/confirming/culprits: without other bad ones": "a shortcut: beside one that may be it the judge blames none",
}
"""Why no test can tell these from the original."""

MUTANTS: tuple[Mutant, ...] = tuple(
    one._replace(harmless=HARMLESS.get(one.name, ""))
    for one in (
        *RULE_MUTANTS,
        *EVIDENCE_MUTANTS,
        *BOOK_MUTANTS,
        *DETAIL_MUTANTS,
        *ENDING_MUTANTS,
        *VIEW_MUTANTS,
        *SENDING_MUTANTS,
    )
)

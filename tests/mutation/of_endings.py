"""What makes two verdicts one finding, and with which code a run ends."""

from __future__ import annotations

from tests.mutation.mutant import in_module

ENDING_MUTANTS = (
    *in_module(
        "findings",
        (
            "crashes by their frame",
            "(names_frame(verdict.cause) or verdict.cause.startswith(_BY_CHOICE))",
            "verdict.cause.startswith(_BY_CHOICE)",
        ),
        (
            "ends of its own choice",
            "(names_frame(verdict.cause) or verdict.cause.startswith(_BY_CHOICE))",
            "names_frame(verdict.cause)",
        ),
        (
            "crashes without a frame by kind",
            "verdict.code in _BY_CAUSE and (names_frame(verdict.cause) or verdict.cause.startswith(_BY_CHOICE))",
            "verdict.code in _BY_CAUSE",
        ),
        (
            "no dead letter at all",
            'if verdict.code in ("NOT_DEAD_LETTERED", "NO_REPLY") and not any_dead_letter:',
            "if False:",
        ),
        (
            "some dead letters",
            '("NOT_DEAD_LETTERED", "NO_REPLY") and not any_dead_letter',
            '("NOT_DEAD_LETTERED", "NO_REPLY")',
        ),
        (
            "company whatever the kind",
            'if verdict.cause == COMPANY or verdict.code == "LOST":',
            'if verdict.code == "LOST":',
        ),
        (
            "lost whatever the kind",
            'if verdict.cause == COMPANY or verdict.code == "LOST":',
            "if verdict.cause == COMPANY:",
        ),
        (
            "late whatever the kind",
            'if (verdict.code, verdict.cause) == ("NO_REPLY", "late"):',
            "if False:",
        ),
        ("retries whatever the kind", '    "STUCK", "ENDLESS_RETRY",', '    "STUCK",'),
        ("defects of any kind", "    if verdict.code in _ANY_KIND:", "    if False:"),
        ("variants of a kind", 'verdict.kind.partition(":")[0]', "verdict.kind"),
        ("during which fault", "(verdict.during,) if verdict.during else ()", "()"),
        (
            "names of runs",
            '    (re.compile(r"\\d{8}-\\d{6}-[0-9a-f]{4}"), "{run}"),  # a topic or path with the run\'s name in it\n',
            "",
        ),
        ("places in lists", '    (re.compile(r"(?<=/)\\d+(?=/|$)"), "*"),  # whichever item of a list\n', ""),
        ("numbers in panics", '_MESSAGE.sub("#", text) if text.startswith("panic: ") else text', "text"),
        (
            "numbers elsewhere",
            '_MESSAGE.sub("#", text) if text.startswith("panic: ") else text',
            '_MESSAGE.sub("#", text)',
        ),
        ("the unit", "(unit, *key)", "key"),
        (
            "the smallest example",
            'return not verdict.confirmed, len(verdict.record.value or b""), headers',
            "return not verdict.confirmed, 0, 0",
        ),
        (
            "the confirmed example",
            'return not verdict.confirmed, len(verdict.record.value or b""), headers',
            'return False, len(verdict.record.value or b""), headers',
        ),
        ("sendings of one case", 'verdict.case.partition(".")[0]', "verdict.case"),
        ("one verdict a case", "if not _is_a_case_s(one) or first[one.case] is one]", "]"),
        ("the first in order", "rank(verdict.code) < rank(best.code)", "rank(verdict.code) > rank(best.code)"),
        (
            "the others beside it",
            "return msgspec.structs.replace(verdict, also=(*verdict.also, *more)) if more else verdict",
            "return verdict",
        ),
    ),
    *in_module(
        "cause",
        ("frames of its own", "or frames\n    return _at(errors", "and frames\n    return _at(errors"),
        ("signals", "    if code < 0:\n        return", "    if False:\n        return"),
    ),
    *in_module(
        "runs/ending",
        ("interrupted", "    if summary.interrupted:\n        return EXIT_INTERRUPTED\n", ""),
        ("stale entries fail", "if fail_on.stale and summary.stale:", "if False:"),
        ("stale entries fail if asked", "if fail_on.stale and summary.stale:", "if summary.stale:"),
        ("incomplete", "EXIT_USAGE if summary.incomplete and code == EXIT_CONFORMS else code", "code"),
        ("incomplete, but violated", "summary.incomplete and code == EXIT_CONFORMS", "summary.incomplete"),
        ("findings fail", "any(finding.fails for finding in findings) or (", "False or ("),
        ("units that could not run fail if asked", "(fail_on.could_not_run and blocked)", "False"),
        ("units that could not run", "    if blocked:\n", "    if False:\n"),
        ("units that could not run, unasked", "(fail_on.could_not_run and blocked)", "blocked"),
        ("blind spots fail if asked", "fail_on.blind and any(unit.blind for unit in units)", "False"),
        (
            "blind spots pass unasked",
            "fail_on.blind and any(unit.blind for unit in units)",
            "any(unit.blind for unit in units)",
        ),
        ("units without a case", "not run or not all(unit.cases or unit.requests for unit in run)", "not run"),
        ("no units", "if not run or not all(", "if not all("),
        ("accepted findings", "finding.fails and counts and not reason", "finding.fails and counts"),
        ("verdicts that do not count", "finding.fails and counts and not reason", "finding.fails and not reason"),
        (
            "accepted by id, unit and verdict",
            "return (entry.id, entry.unit, entry.verdict) == (finding.id, finding.unit, finding.first.code)",
            "return entry.id == finding.id",
        ),
        (
            "stale only if all was sent",
            "if whole and not summary.interrupted and not summary.incomplete else ()",
            "if True else ()",
        ),
        ("stale only of tested units", "if entry.unit in tested and not any(", "if not any("),
    ),
    *in_module(
        "runs/merging",
        (
            "a part that ended with 1",
            "EXIT_VIOLATED if any(part.exit_code == EXIT_VIOLATED for part in parts) else exit_code_of(merged)",
            "exit_code_of(merged)",
        ),
        ("missing shards", "        if missing:\n", "        if False:\n"),
        ("stale in every part", "if entry.id not in known)", "if True)"),
        ("a finding that fails in one part", "fails=any(", "fails=all("),
    ),
)

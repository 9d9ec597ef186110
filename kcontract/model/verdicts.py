"""The catalogue of verdicts, in the order of ORACLE.md §5: a case gets the first whose evidence is complete."""

from __future__ import annotations

from typing import Literal

from kcontract.errors import UsageError
from kcontract.model.value import Value
from kcontract.model.verdict_texts import invalid, process, producer, run, valid

Scope = Literal["run", "process", "invalid", "valid", "producer"]


class Verdict(Value, frozen=True):
    """A way of breaking a promise. `judged` is False for one that this version parses but does not judge yet."""

    code: str
    scope: Scope
    summary: str
    explain: str
    """What it means, what proves it, what it is not, how services get into it, how to fix it: one paragraph a line."""
    judged: bool = True


VERDICTS: tuple[Verdict, ...] = (
    Verdict("COULD_NOT_RUN", "run", "could not be tested", process.COULD_NOT_RUN),
    Verdict("RESOURCE_BLOWUP", "process", "resources grow with a record and stay", process.RESOURCE_BLOWUP),
    Verdict("CRASH_LOOP", "process", "exits on a record, and again after every restart", process.CRASH_LOOP),
    Verdict("CRASHED", "process", "dies: an exit, a signal or an uncaught exception", process.CRASHED),
    Verdict("ENDLESS_RETRY", "process", "takes the same record again and again", process.ENDLESS_RETRY),
    Verdict("REBALANCE_STORM", "process", "leaves and rejoins its group on and on", process.REBALANCE_STORM),
    Verdict("STUCK", "process", "lives, but the partition does not move", process.STUCK),
    Verdict("ACCEPTED_INVALID", "invalid", "handles an invalid record as if it were good", invalid.ACCEPTED_INVALID),
    Verdict(
        "DEAD_LETTER_ALTERED", "invalid", "writes a dead letter that is not what was sent", invalid.DEAD_LETTER_ALTERED
    ),
    Verdict("NOT_DEAD_LETTERED", "invalid", "passes an invalid record over, no dead letter", invalid.NOT_DEAD_LETTERED),
    Verdict("WRONG_REPLY", "invalid", "answers, but not as promised", invalid.WRONG_REPLY),
    Verdict("NO_REPLY", "invalid", "gives no answer in time", invalid.NO_REPLY),
    Verdict("NOT_LOGGED", "invalid", "passes an invalid record over without the promised line", invalid.NOT_LOGGED),
    Verdict("DID_NOT_STOP", "invalid", "goes on where it promised to stop", invalid.DID_NOT_STOP),
    Verdict("DROPS_ON_OUTAGE", "valid", "loses valid records in an outage", valid.DROPS_ON_OUTAGE),
    Verdict("MISREAD", "valid", "handles a valid record with another meaning", valid.MISREAD),
    Verdict("INVALID_EVENT", "valid", "publishes an event against its own contract", valid.INVALID_EVENT),
    Verdict("DUPLICATE_EFFECT", "valid", "acts twice", valid.DUPLICATE_EFFECT),
    Verdict("OUT_OF_ORDER", "valid", "one key's events come out in another order", valid.OUT_OF_ORDER),
    Verdict("REJECTED_VALID", "valid", "refuses a valid record", valid.REJECTED_VALID),
    Verdict("SKIPPED_VALID", "valid", "drops a valid record without a word", valid.SKIPPED_VALID),
    Verdict("COLLATERAL", "valid", "takes healthy neighbours down with a bad record", valid.COLLATERAL),
    Verdict("LOST", "valid", "commits past a valid record that was never handled", valid.LOST),
    Verdict("UNDECLARED_EVENT", "run", "writes what no contract of the unit names", run.UNDECLARED_EVENT),
    Verdict("SLOW", "run", "misses its slo", run.SLOW),
    Verdict("HEALTH_LIED", "run", "reports a health that is not its own", run.HEALTH_LIED),
    Verdict("NOT_RECOVERED", "run", "does not come back after an outage", run.NOT_RECOVERED),
    Verdict("UNGRACEFUL_STOP", "run", "does not end cleanly on SIGTERM", run.UNGRACEFUL_STOP),
    Verdict("LEAK", "run", "lets an event reach where it must not", run.LEAK),
    Verdict("NO_EVENT", "producer", "accepts a request, but its event never comes", producer.NO_EVENT),
    Verdict(
        "PHANTOM_EVENT",
        "producer",
        "publishes an event for a request that it refused, or had to",
        producer.PHANTOM_EVENT,
    ),
    Verdict("REFUSED_VALID", "producer", "refuses a valid request", producer.REFUSED_VALID),
    Verdict("WRONG_KEY", "producer", "publishes an event under another key", producer.WRONG_KEY),
    Verdict("WRONG_TOPIC", "producer", "publishes an event on another topic", producer.WRONG_TOPIC),
    Verdict("WRONG_ORDER", "producer", "publishes events in another order", producer.WRONG_ORDER),
    Verdict("UNREGISTERED_SCHEMA", "producer", "names a schema id nobody knows", producer.UNREGISTERED_SCHEMA),
    Verdict("WRONG_SUBJECT", "producer", "registers under another subject", producer.WRONG_SUBJECT),
    Verdict("DUPLICATE_EVENT", "producer", "publishes an event twice", producer.DUPLICATE_EVENT),
    Verdict("LOST_EVENT", "producer", "loses an event in an outage", producer.LOST_EVENT),
    Verdict("BLOCKED", "producer", "lets its caller wait while the broker is down", producer.BLOCKED),
)
"""Every verdict. The order is the order of precedence (ORACLE.md §5) and therefore part of the behaviour."""

_RANKS = {entry.code: place for place, entry in enumerate(VERDICTS)}


def rank(code: str) -> int:
    """The place of a verdict in the order of precedence, 0 first; UsageError for a code that is none."""
    if code not in _RANKS:
        raise UsageError("VERDICT_UNKNOWN", f"{code} is no verdict", "`kcontract explain` lists all codes")
    return _RANKS[code]


def verdict(code: str) -> Verdict:
    """The catalogue's entry for a code; UsageError for a code that is none."""
    return VERDICTS[rank(code)]

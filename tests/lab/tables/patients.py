"""The broken twins of the patient system, with the verdict that each one's README promises."""

from __future__ import annotations

from tests.lab.twin import GOOD, Twin, earns

_FEW = "truncated,wrong_encoding,empty_value,null_value"
"""For twins that end or stand still with every bad record: each one costs a start."""

_MIXED = "valid,truncated,empty_value"
"""For those that harm the neighbours of bad records."""


def _twin(
    name: str, verdict: str, *besides: str, kinds: str = "", examples: int = 60, client: str = "confluent-kafka"
) -> Twin:
    contract = f"examples/patients/broken/contracts/{name}.yaml"
    return Twin(
        name,
        "python",
        client,
        contract,
        "good",
        earns(verdict),
        earns(*besides) or GOOD,
        kinds=kinds,
        examples=examples,
    )


PATIENTS = (
    _twin("crash_loop", "CRASH_LOOP", kinds=_FEW, examples=20),
    _twin("crash_once", "CRASHED", kinds=_FEW, examples=20),
    _twin("stuck", "ENDLESS_RETRY", kinds="empty_value", examples=20),
    _twin("lost", "LOST", "CRASHED", kinds=_MIXED),  # the bad record that starts it
    _twin("silent_skip", "NOT_DEAD_LETTERED"),
    _twin("dlq_reencoded", "DEAD_LETTER_ALTERED"),
    _twin("dlq_without_key", "DEAD_LETTER_ALTERED"),
    _twin(
        "batch_swallowed", "COLLATERAL", "NOT_DEAD_LETTERED", kinds=_MIXED
    ),  # invalid neighbours are swallowed as well
    _twin("trailing_accepted", "ACCEPTED_INVALID"),
    _twin("default_filled", "ACCEPTED_INVALID"),
    _twin("schema_id_ignored", "ACCEPTED_INVALID", "REJECTED_VALID"),  # records of the older writer
    _twin("undeclared", "UNDECLARED_EVENT"),
    _twin("phantom", "PHANTOM_EVENT", "INVALID_EVENT"),  # what had to be refused is no valid event either
    _twin("wrong_key", "WRONG_KEY"),
    _twin("invalid_event", "INVALID_EVENT"),
    _twin("skips_valid_extreme", "SKIPPED_VALID", examples=200),
    _twin("null_rejected", "REJECTED_VALID", examples=200),
    _twin("misread", "MISREAD", examples=200),
    _twin("no_event", "NO_EVENT", examples=200),
)

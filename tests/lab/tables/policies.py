"""Services that answer, stop or try again, and their twins that break what they promise of it."""

from __future__ import annotations

from dataclasses import replace

from tests.lab.twin import GOOD, Twin, earns

_FEW = "valid,missing_required,wrong_type,wrong_root"


def _twin(contract: str, variant: str = "good", *verdicts: str, kinds: str = _FEW, examples: int = 40) -> Twin:
    return Twin(
        contract if variant == "good" else f"{contract}-{variant}",
        "python",
        "confluent-kafka",
        f"tests/lab/policies/contracts/{contract}.yaml",
        variant,
        earns(*verdicts) if verdicts else GOOD,
        kinds=kinds,
        examples=examples,
    )


POLICIES = (
    _twin("answering", kinds="", examples=60),
    _twin("routed", kinds="", examples=60),
    _twin("answering", "twice", "DUPLICATE_EFFECT"),
    _twin("answering", "crossed", "WRONG_REPLY", examples=20),
    _twin("answering", "late", "NO_REPLY", kinds="valid", examples=10),
    _twin("answering", "silent", "NO_REPLY"),
    _twin("answering", "plain-error", "WRONG_REPLY"),
    _twin("answering", "accepting", "ACCEPTED_INVALID"),
    _twin("answering", "rejecting", "REJECTED_VALID"),
    _twin("answering", "anonymous", "WRONG_REPLY"),
    _twin("routed", "misrouted", "WRONG_REPLY"),
    _twin("stops-exit"),
    _twin("stops-exit", "skipping", "DID_NOT_STOP"),
    _twin("stops-exit", "accepting", "ACCEPTED_INVALID"),
    _twin("stops-pause"),
    _twin("stops-pause", "committing", "DID_NOT_STOP"),
    _twin("retries"),
    replace(
        _twin("retries", "endless", "ENDLESS_RETRY", kinds="wrong_type,wrong_root", examples=20),
        besides=earns("NOT_DEAD_LETTERED"),  # what waits behind the endless ones
    ),
)

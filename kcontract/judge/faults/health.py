"""What a health page says, and whether that is what the contract says of the state."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from kcontract.model.events import HealthSeen

_WORDS = {
    "ok": frozenset({"ok", "up", "healthy", "pass", "passing", "green", "good", "running", "ready", "alive", "well"}),
    "degraded": frozenset({"degraded", "warn", "warning", "partial", "yellow", "limited"}),
    "down": frozenset({"down", "error", "fail", "failed", "failing", "unhealthy", "red", "out_of_service", "critical"}),
}
_NOT_WELL = frozenset({"degraded", "down"})
_NAMES = ("status", "state", "health")


def stated(seen: HealthSeen, well: HealthSeen | None = None) -> frozenset[str]:
    """The states that an answer can be taken for: ok, degraded, down; none if nothing answered.

    A page without a word that is known is read by its status. `well` is what it said before the fault: other words
    than then, which we do not know, may mean anything but ok.
    """
    if not seen.status:
        return frozenset()
    word = _word(seen.body)
    for state, words in _WORDS.items():
        if word in words:
            return frozenset({"down"}) if state == "ok" and seen.status >= 500 else frozenset({state})
    if seen.status >= 400:
        return _NOT_WELL
    if word and well is not None and word != _word(well.body):
        return _NOT_WELL
    return frozenset({"ok"})


def says(answers: Iterable[HealthSeen], state: str, well: HealthSeen | None) -> bool:
    """Whether any of the answers says that state."""
    return any(state in stated(seen, well) for seen in answers)


def in_words(answers: Sequence[HealthSeen]) -> str:
    """What was said last."""
    if not answers:
        return "nothing was asked"
    last = answers[-1]
    if not last.status:
        return f"no answer: {last.error[:100]}"
    return f"{last.status} {last.body[:160].decode('utf-8', 'backslashreplace')}".strip()


def _word(body: bytes) -> str:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        text = body[:64].decode("utf-8", "replace").strip().lower()
        return text if text.replace("_", "").isalpha() else ""
    if isinstance(said, dict):
        found = {str(name).lower(): value for name, value in said.items()}
        said = next((found[name] for name in _NAMES if name in found), "")
    return said.strip().lower() if isinstance(said, str) else ""

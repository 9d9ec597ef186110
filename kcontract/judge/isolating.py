"""Effects that tie to no case: whose they are shows when copies of one record come alone (ORACLE.md §2)."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.promises import Output, OutputRole
from kcontract.model.case import Expectation
from kcontract.model.record import LogRecord

COPIES = 5
Untied = tuple[float, LogRecord, tuple[Output, ...]]


class Isolation:
    """As many effects that tie to nobody as copies of an invalid record, and none without it just before: they are
    its own. What a service sends by the clock does not keep to that."""

    def __init__(self) -> None:
        self._was_calm = False

    def owners(self, window: Window, untied: Sequence[Untied]) -> list[tuple[Untied, Delivery]]:
        """Which delivery each of the effects belongs to, when a window of the purpose `isolate` has closed."""
        effects = astray(untied)
        window.astray = len(effects)
        was_calm, self._was_calm = self._was_calm, window.outcome == "settled" and not effects and not window.of
        if window.purpose != "isolate":
            return []
        own = [delivery for delivery in window.deliveries if delivery.case.root == window.of and not delivery.effects]
        refused = [delivery for delivery in own if delivery.expectation is Expectation.INVALID]
        sure = was_calm and window.outcome == "settled" and not window.disturbed
        if sure and len(refused) == len(effects) == COPIES:
            return list(zip(effects, refused, strict=True))
        return []


def astray(untied: Sequence[Untied]) -> list[Untied]:
    """Those that came to the topic of an effect."""
    return [one for one in untied if one[2] and one[2][0].role is OutputRole.EFFECT]


def is_reply(outputs: tuple[Output, ...]) -> bool:
    """Whether the topic of these outputs is one for replies."""
    return bool(outputs) and outputs[0].role is OutputRole.REPLY

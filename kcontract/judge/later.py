"""Effects that come only once a later record is sent: of the last record of a window none will come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kcontract.judge.book import Book, Grounds
from kcontract.judge.evidence import Delivery, Window
from kcontract.model.finding import CaseVerdict

_WINDOWS = 2
"""So many windows in a row must show it: one may have met a slow start."""
IT_WAITS = "effects come only when later records are sent, and those of the last records never do"
WHAT_HELPS = (
    "a window that only the time of later records closes (`suppress` in Kafka Streams) names no moment at which its"
    " effect is due: have it close by the clock as well, or verify the service without that step; more time does not"
    " help"
)


class LaterBook(Book):
    """Knows a service that holds effects back until records come that were sent later."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._windows = 0

    @property
    def waits(self) -> bool:
        """Whether that is how the service is."""
        return self._windows >= _WINDOWS

    def closed(self, window: Window) -> Iterable[CaseVerdict]:
        if not self.waits:
            self._windows = self._windows + 1 if _waits(window) else 0
        return ()

    def blind(self) -> Iterator[tuple[str, str]]:
        if self.waits:
            yield IT_WAITS, WHAT_HELPS


def _waits(window: Window) -> bool:
    """Whether it stood still before its last sentinels, with which the effects of all others had come."""
    lacking = {place: last for place, last in window.sentinels.items() if last.wanted and not last.has_outcome}
    return window.stalled and bool(lacking) and all(_came_with(last, window) for last in lacking.values())


def _came_with(last: Delivery, window: Window) -> bool:
    others = [one for one in window.deliveries if one.place == last.place and one.wanted and one is not last]
    came = [one.first_outcome_at for one in others if one.first_outcome_at is not None]
    return bool(others) and len(came) == len(others) and min(came) >= last.sent_at

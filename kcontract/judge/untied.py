"""Records that tie to no case, while the window is open in which they came."""

from __future__ import annotations

from collections.abc import Iterator

from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.isolating import Isolation, Untied, astray, is_reply
from kcontract.judge.tying.ties import Ties

NAME_IT = (
    "name in `message.correlationId`, `message.identity` or `emits.where` what is another in each record and its"
    " effect, or have the service copy the header kcontract-case"
)
TELL_APART = f"if effects came that tie to no record: {NAME_IT}"


class UntiedRecords:
    """Keeps them, and says whose they are where the window leaves no doubt (ORACLE.md §2)."""

    def __init__(self, ties: Ties) -> None:
        self._ties = ties
        self._kept: list[Untied] = []
        self._isolation = Isolation()
        self.topic = ""
        """A topic to which any came, ever."""
        self.late_replies = 0
        """Answers to requests of earlier windows that tie to their requests."""

    def clear(self) -> None:
        """A window opens."""
        self._kept.clear()
        self.late_replies = 0

    def keep(self, one: Untied) -> None:
        self._kept.append(one)
        self.topic = self.topic or one[1].topic

    @property
    def effects(self) -> int:
        """How many of those in the open window came to the topic of an effect."""
        return len(astray(self._kept))

    def count_late(self) -> int:
        """Answers in this window to requests of earlier ones."""
        return self.late_replies + sum(map(self._is_late_reply, self._kept))

    def owners(self, window: Window) -> Iterator[tuple[Untied, Delivery]]:
        """Which delivery each belongs to, as the window has closed; to be credited one by one."""
        yield from self._isolation.owners(window, self._kept)
        if window.purpose == "alone":
            yield from self._of_the_only_one(window)

    def _of_the_only_one(self, window: Window) -> Iterator[tuple[Untied, Delivery]]:
        """A record that ties to no case belongs to the only case of a window that has none."""
        lonely = [d for d in window.deliveries if d.case.root == window.of and not d.has_outcome]
        untied = [one for one in self._kept if not self._is_late_reply(one)]
        nobodys = untied and all(is_reply(outputs) for *_, outputs in untied)
        none_tied = nobodys and not any(delivery.answers for delivery in window.deliveries)
        if len(lonely) == 1 and (len(untied) == 1 or none_tied):
            chosen = untied[len(untied) // 2]
            self._kept.remove(chosen)
            yield chosen, lonely[0]

    def _is_late_reply(self, untied: Untied) -> bool:
        """Whether it is the answer to a request of an earlier window."""
        _, record, outputs = untied
        return is_reply(outputs) and self._ties.is_late(record, outputs)

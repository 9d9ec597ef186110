"""Sending cases and telling what the broker made of each: acknowledged at a place, or refused."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from kcontract.engine.own import OwnRecords
from kcontract.engine.recorder import Recorder
from kcontract.engine.stage import Road
from kcontract.model import events as ev
from kcontract.model.case import Case
from kcontract.model.in_blocks import in_blocks
from kcontract.ports import Cluster

_FLUSH_SECONDS = 60.0
_CHUNK = 2_000
_AT_ONCE = 0.001
"""Seconds: enough for the client to begin sending what was queued, instead of waiting for more to come."""
_FIRST = 1_000
"""Records of those sent ahead that go before the others."""


class _Volley:
    """Records that were queued together, and how many of them the broker has said nothing of yet."""

    def __init__(self, records: int, dispatcher: Dispatcher) -> None:
        self.left = records
        self._dispatcher = dispatcher

    def delivered(self, case: str, topic: str, partition: int, offset: int, error: str) -> None:
        self.left -= 1
        if error:
            self._dispatcher.refused[case] = error
        else:
            self._dispatcher.acknowledged.append((case, topic, partition, offset))

    def standing(self, topic: str, partition: int, offset: int, cases: Sequence[str]) -> None:
        self.left -= len(cases)
        self._dispatcher.rows.append((topic, partition, offset, cases))


class Dispatcher:
    """The sending half of a window."""

    def __init__(
        self, cluster: Cluster, recorder: Recorder, unit: str, own: OwnRecords, road: Road | None = None
    ) -> None:
        """`own` is told where each record stands. `road`: cases come to their topic by it, and are not sent there."""
        self._own = own
        self._road = road
        self._cluster = cluster
        self._recorder = recorder
        self._unit = unit
        self._on_the_way: list[Case] = []
        self.ahead = 0
        """So many of the records that are queued next are on their way already: they are queued together."""
        self._volleys: deque[_Volley] = deque()
        self.queued = 0
        """Volleys so far."""
        self.acknowledged: list[tuple[str, str, int, int]] = []
        self.rows: list[tuple[str, int, int, Sequence[str]]] = []
        """Acknowledged as well, each with topic, partition, first offset and cases."""
        self.refused: dict[str, str] = {}

    def send(self, cases: Sequence[Case], window: int, due: Sequence[float] = ()) -> None:
        """Send the cases and wait until the broker has taken or refused every record that was queued so far.

        `due`: when each was to be sent, if there is a schedule.
        """
        for start in range(0, len(cases), _CHUNK):
            self.queue(cases[start : start + _CHUNK], window, due[start : start + _CHUNK])
            self._acknowledge()
        self.finish()

    def queue(self, cases: Sequence[Case], window: int, due: Sequence[float] = ()) -> None:
        """Send the cases as a volley at once, without waiting for their acknowledgements."""
        if self._road is not None:
            cases = [self._carried(self._road, case) for case in cases]
        now = self._recorder.now()
        if self._road is None and not self.ahead:
            self._hand_over(cases)
        self.ahead = 0
        # Told while the broker takes them: nobody looks at what comes before that.
        if due:
            self._recorder.record_all([ev.Sent(now, window, *one) for one in zip(cases, due, strict=True)])
        else:
            for some in in_blocks(cases):
                self._recorder.record_all([ev.Sent(now, window, case) for case in some])

    def send_ahead(self, cases: Sequence[Case]) -> None:
        """Send these before the window is open in which `queue` tells of them all: it must be the next that is called.

        A few go first, so that the service need not wait until all are on their way.
        """
        if self._road is None:
            for some in (cases[:_FIRST], cases[_FIRST:]):
                if some:
                    self._hand_over(some)
            self.ahead = len(cases)

    def _hand_over(self, cases: Sequence[Case]) -> None:
        volley = self._volley(len(cases))
        for some in in_blocks(cases):
            self._cluster.send(some, volley.delivered, volley.standing)
        self._on_the_way += cases
        self._cluster.flush(_AT_ONCE)

    def _carried(self, road: Road, case: Case) -> Case:
        carried, log = road.carry(case)
        self.acknowledged.append((carried.id, log.topic, log.partition, log.offset))
        return carried

    def hear(self, wait: float = 0) -> int:
        """Record what the broker acknowledges within so many seconds; how many volleys, of all so far, it has said
        everything of, and of all before them. With a wait everything is sent on its way at once."""
        self._cluster.flush(wait)
        self._note_places()
        while self._volleys and not self._volleys[0].left:
            self._volleys.popleft()
        return self.queued - len(self._volleys)

    @property
    def waits(self) -> bool:
        """Whether the broker owed an answer when it was last heard."""
        return bool(self._volleys)

    def finish(self) -> None:
        """Wait until the broker has taken what was queued, or refused it alone.

        A broker refuses a whole batch for one record in it: what it refuses alone it refuses for good.
        """
        self._acknowledge()
        again, self.refused = self.refused, {}
        for case in [one for one in self._on_the_way if one.id in again] if again else ():
            volley = self._volley(1)
            self._cluster.send([case], volley.delivered, volley.standing)
            self._acknowledge()
        now = self._recorder.now()
        self._recorder.record_all([ev.Refused(now, case, error) for case, error in self.refused.items()])
        self.refused.clear()
        self._on_the_way.clear()

    def _volley(self, records: int) -> _Volley:
        volley = _Volley(records, self)
        self._volleys.append(volley)
        self.queued += 1
        return volley

    def _acknowledge(self) -> None:
        """Wait for what is on its way and record where it stands."""
        left = self._cluster.flush(_FLUSH_SECONDS) if self._volleys else 0
        self._note_places()
        self._volleys.clear()
        if left:
            self._own.complete = False
            what = f"{left} records were not taken by the broker in time"
            self._recorder.record(ev.Blind(self._recorder.now(), self._unit, what))

    def _note_places(self) -> None:
        if not self.acknowledged and not self.rows:
            return
        now = self._recorder.now()
        runs = [*self.rows, *in_a_row(self.acknowledged)]
        self.rows.clear()
        self.acknowledged.clear()
        for topic, partition, offset, cases in runs:
            self._own.note(topic, partition, offset, len(cases))
        self._recorder.record_all([ev.Placed(now, one[0], one[1], one[2], tuple(one[3])) for one in runs])


def in_a_row(acknowledged: Sequence[tuple[str, str, int, int]]) -> list[tuple[str, int, int, list[str]]]:
    """Of records, each with case, topic, partition and offset: topic, partition, first offset and the cases of those
    that stand one behind the other."""
    runs: list[tuple[str, int, int, list[str]]] = []
    last: dict[tuple[str, int], tuple[int, list[str]]] = {}
    place, begun, cases = ("", -1), -1, list[str]()
    for case, topic, partition, offset in acknowledged:
        if partition != place[1] or topic != place[0]:  # the broker answers for a batch of one partition at once
            place = topic, partition
            begun, cases = last.get(place, (-1, []))
        if cases and offset == begun + len(cases):
            cases.append(case)
        else:
            begun, cases = last[place] = offset, [case]
            runs.append((topic, partition, begun, cases))
    return runs

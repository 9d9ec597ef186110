"""Sending cases and telling what the broker made of each: acknowledged at a place, or refused."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.engine.own import OwnRecords
from kcontract.engine.recorder import Recorder
from kcontract.engine.stage import Road
from kcontract.model import events as ev
from kcontract.model.case import Case
from kcontract.model.cluster import Outgoing
from kcontract.ports import Cluster

_FLUSH_SECONDS = 60.0
_CHUNK = 2_000
_BOMB = "compression_bomb"


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
        self._on_the_way: list[Outgoing] = []
        self._acknowledged: list[tuple[str, str, int, int]] = []
        self._refused: dict[str, str] = {}

    def send(self, cases: Sequence[Case], window: int, due: Sequence[float] = ()) -> None:
        """Send the cases and wait until the broker has taken or refused every record that was queued so far.

        `due`: when each was to be sent, if there is a schedule.
        """
        for start in range(0, len(cases), _CHUNK):
            self.queue(cases[start : start + _CHUNK], window, due[start : start + _CHUNK])
            self.acknowledge()
        self._one_by_one()

    def queue(self, cases: Sequence[Case], window: int, due: Sequence[float] = ()) -> None:
        """Send the cases without waiting for their acknowledgements."""
        if self._road is not None:
            cases = [self._carried(self._road, case) for case in cases]
        now = self._recorder.now()
        if self._road is None:
            records = [Outgoing(one.id, one.topic, one.record, one.partition, one.kind == _BOMB) for one in cases]
            self._on_the_way += records
            self._cluster.send(records, self._delivered)
        times = due or [0.0] * len(cases)  # told while the broker takes them: nobody looks at what comes before that
        self._recorder.record_all([ev.Sent(now, window, *one) for one in zip(cases, times, strict=True)])

    def _carried(self, road: Road, case: Case) -> Case:
        carried, log = road.carry(case)
        self._delivered(carried.id, log.topic, log.partition, log.offset, "")
        return carried

    def acknowledge(self) -> None:
        """Wait for what is on its way and record where it stands. What was refused waits for the next `send`."""
        left = self._cluster.flush(_FLUSH_SECONDS)
        now = self._recorder.now()
        acknowledged, self._acknowledged = self._acknowledged, []
        runs = in_a_row(acknowledged)
        for topic, partition, offset, cases in runs:
            self._own.note(topic, partition, offset, len(cases))
        self._recorder.record_all([ev.Placed(now, one[0], one[1], one[2], tuple(one[3])) for one in runs])
        if left:
            self._own.complete = False
            self._recorder.record(ev.Blind(now, self._unit, f"{left} records were not taken by the broker in time"))

    def _one_by_one(self) -> None:
        """A broker refuses a whole batch for one record in it: what it refuses alone it refuses for good."""
        again, self._refused = self._refused, {}
        for record in [one for one in self._on_the_way if one.case in again] if again else ():
            self._cluster.send([record], self._delivered)
            self.acknowledge()
        now = self._recorder.now()
        self._recorder.record_all([ev.Refused(now, case, error) for case, error in self._refused.items()])
        self._refused.clear()
        self._on_the_way.clear()

    def _delivered(self, case: str, topic: str, partition: int, offset: int, error: str) -> None:
        if error:
            self._refused[case] = error
        else:
            self._acknowledged.append((case, topic, partition, offset))


def in_a_row(acknowledged: Sequence[tuple[str, str, int, int]]) -> list[tuple[str, int, int, list[str]]]:
    """Of records, each with case, topic, partition and offset: topic, partition, first offset and the cases of those
    that stand one behind the other."""
    runs: list[tuple[str, int, int, list[str]]] = []
    last: dict[tuple[str, int], tuple[int, list[str]]] = {}
    for case, topic, partition, offset in acknowledged:
        place = topic, partition
        begun, cases = last.get(place, (-1, []))
        if offset == begun + len(cases) and cases:
            cases.append(case)
        else:
            last[place] = offset, [case]
            runs.append((topic, partition, *last[place]))
    return runs

"""`order: key`: many records of few keys at once, so that one may overtake another (ORACLE.md §2, §5)."""

from __future__ import annotations

from kcontract.engine.scene import Scene
from kcontract.model.case import Case, Role

_SIZES = (24, 200, 600, 600)
"""Records a partition. A pool of threads needs a backlog before one of them overtakes another."""
_AT_MOST = 3_000
"""Records a window, over all partitions."""


def play_bursts(scene: Scene) -> None:
    """Windows of healthy records alone, until the judge has seen one overtake another in two of them."""
    if scene.stage.tools.settings.replay is not None:
        return
    inputs = scene.stage.state.promises.inputs
    topics = {topic for topic, source in inputs.items() if source.pools_keys and source.shows_events}
    for size in _SIZES if topics else ():
        known = any(verdict.code == "OUT_OF_ORDER" for verdict in scene.stage.state.reached)
        if known or scene.stage.out_of_time or not scene.detective.revive():
            return
        scene.player.phase = "sending in bursts"
        window = scene.player.play("burst", _records(scene, topics, size))
        scene.player.forget(window)


def _records(scene: Scene, topics: set[str], size: int) -> list[Case]:
    """`size` records a partition, the partitions in turn, each with a key of the partition's pool."""
    places = [place for place in scene.player.places if place[0] in topics]
    each = min(size, max(1, _AT_MOST // len(places)))
    sources = scene.player.sources
    return [sources[topic].healthy(Role.HEALTHY, partition) for _ in range(each) for topic, partition in places]

"""Names of topics: the run's own prefix on a cluster that is not ours, and names that are nobody's."""

from __future__ import annotations


def run_prefix(run: str) -> str:
    """What stands before the name of every topic of the run (FORMAT.md, Units)."""
    return f"kcontract.{run}."


def without_prefix(text: str, run: str) -> str:
    """The text with the contract's own names again: what is told and stored must be the same in every run."""
    return text.replace(run_prefix(run), "")


def is_changelog(topic: str) -> bool:
    """What a service of Kafka Streams, Faust or Quix Streams builds its state of at each start."""
    return topic.startswith("changelog__") or topic.endswith("-changelog")


def is_internal(topic: str) -> bool:
    """Changelogs and repartition topics of Kafka Streams and Faust, those of Quix Streams, the broker's own topics."""
    return is_changelog(topic) or topic.startswith(("__", "repartition__")) or topic.endswith("-repartition")

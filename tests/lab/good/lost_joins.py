"""The first process joins its group and takes nothing, as one does whose join was lost; its successors work well.

VARIANT `always`: none of them takes anything.

Which one it is the group's offsets tell: whoever starts after records were sent begins behind them.
"""

from __future__ import annotations

import time

from confluent_kafka import Consumer

from tests.lab.clients import ENV, Running, consumer_config
from tests.lab.good import one_by_one
from tests.lab.good.common import TOPIC


def main() -> None:
    """Work until SIGTERM, or do nothing as long."""
    consumer, running = Consumer(consumer_config()), Running()
    consumer.subscribe([TOPIC])
    while running and not consumer.assignment():
        consumer.poll(0)
        time.sleep(0.05)
    is_first = all(place.offset <= 0 for place in consumer.committed(consumer.assignment(), 60))
    while running and (is_first or ENV["VARIANT"] == "always"):
        time.sleep(0.2)
    consumer.close()
    if running:
        one_by_one.main()


if __name__ == "__main__":
    main()

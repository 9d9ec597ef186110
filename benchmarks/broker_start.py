"""How long the local Apache Kafka takes to be ready, beside a bare `java kafka.Kafka` of the same jars.

    python benchmarks/broker_start.py [--pairs 7]

Both start on a formatted directory in memory and are ready when the metadata request of a new client is answered; the
pairs are interleaved, so that what else the machine does meets both. Also: the first record of a new group.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import time
import uuid

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from kcontract.broker.local.broker import LocalKafka, prepare
from kcontract.broker.local.node import Node, set_cluster_id, start_java
from kcontract.broker.local.server import MAIN_CLASS, Installation, choose_ports, properties
from kcontract.broker.local.template import Template
from kcontract.host.sweep import RunDirectory

TARGET_READY_S, TARGET_FIRST_RECORD_S = 1.5, 0.2


def local() -> tuple[float, float, float]:
    """Seconds until ready, until the first record of a new group arrives, and until it is gone again."""
    began = time.perf_counter()
    with LocalKafka.start() as broker:
        ready = time.perf_counter() - began
        first = first_record(broker.bootstrap)
        began = time.perf_counter()
    return ready, first, time.perf_counter() - began


def bare(installation: Installation, template: Template) -> float:
    """Seconds until `java kafka.Kafka` without a single JVM flag is ready on a copy of the same directory."""
    cluster_id = uuid.uuid4().hex[:22]
    with RunDirectory.claim(in_memory_bytes=1 << 30) as run:
        shutil.copytree(template.data, run.path / "data")
        set_cluster_id(run.path / "data", cluster_id)
        ports, file = choose_ports(), run.path / "server.properties"
        file.write_text(properties(ports, run.path / "data"))
        began = time.perf_counter()
        command = (installation.java.executable, "-cp", installation.class_path, MAIN_CLASS, str(file))
        node = Node(run.path, ports, start_java(run, command, run.path / "broker.log"))
        node.await_ready(cluster_id)
        return time.perf_counter() - began


def first_record(bootstrap: str) -> float:
    """Seconds from `subscribe` of a new group to its first record."""
    settings: dict[str, str | int | float | bool] = {"bootstrap.servers": bootstrap, "log_level": 0}
    admin = AdminClient(settings)  # kept: without it the answers to its requests are lost
    for future in admin.create_topics([NewTopic("first", 1, 1)]).values():
        future.result(10)
    producer = Producer(settings)
    producer.produce("first", value=b"1")
    producer.flush(10)
    consumer = Consumer(settings | {"group.id": "first", "auto.offset.reset": "earliest"})
    began = time.perf_counter()
    consumer.subscribe(["first"])
    message = consumer.poll(10)
    took = time.perf_counter() - began
    assert message is not None and message.value() == b"1"
    consumer.close()
    return took


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    pairs: int = parser.parse_args().pairs
    installation, template = prepare()
    local()
    ours, bares = [], []
    for _ in range(pairs):
        ours.append(local())
        bares.append(bare(installation, template))
    ready, first, stop = (statistics.median(column) for column in zip(*ours, strict=True))
    ratios = statistics.median(b / o[0] for o, b in zip(ours, bares, strict=True))
    print(f"Java {installation.java.version}, archive {'in use' if template.flags else 'not possible'}, {pairs} pairs")
    print(f"local Apache Kafka ready      {ready:6.2f} s   (target {TARGET_READY_S})")
    print(f"bare java kafka.Kafka ready   {statistics.median(bares):6.2f} s   ({ratios:.2f} × ours)")
    print(f"first record of a new group   {first:6.2f} s   (target {TARGET_FIRST_RECORD_S})")
    print(f"stopped, its data removed     {stop:6.2f} s")


if __name__ == "__main__":
    main()

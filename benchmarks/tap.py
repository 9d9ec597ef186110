"""What the protocol tap costs: a produce-and-consume loop through the echo service, with the tap and without it.

    python -m benchmarks.tap [--pairs 7] [--cases 50000]

Only the service goes through the tap, as in a run. Sides are interleaved, so that what else the machine does meets
both.
"""

from __future__ import annotations

import argparse
import os
import statistics
from random import Random

from benchmarks.bare_loop import bare_rate
from benchmarks.judging import CONTRACT, ROOT
from kcontract.broker.cluster import KafkaCluster
from kcontract.broker.local.broker import LocalKafka
from kcontract.broker.tap.tap import ProtocolTap
from kcontract.document.load import load_contracts, load_project, required
from kcontract.generate.source import CaseSource
from kcontract.harness.filling import FillingLauncher
from kcontract.harness.launcher import ServiceLauncher
from kcontract.host.sweep import RunDirectory

TARGET = 0.7
_CORPUS = 500


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--cases", type=int, default=50_000)
    options = parser.parse_args()
    (contract,) = required(load_contracts([CONTRACT], load_project(ROOT)))
    source = CaseSource(contract, contract.receive[0], (), seed=0, run="bare", max_examples=_CORPUS)
    corpus = [(case.record.key, case.record.value) for case in source.valid()]
    pairs = Random(0).choices(corpus, k=options.cases)  # noqa: S311 - test data
    with (
        RunDirectory.claim() as directory,
        LocalKafka.start() as broker,
        ProtocolTap.start(broker.service_bootstrap) as tap,
    ):
        cluster, launcher = KafkaCluster(broker), FillingLauncher(ServiceLauncher(ROOT, directory))
        on, off = [], []
        for number in range(options.pairs):
            on.append(bare_rate(cluster, launcher, contract, f"on-{number}", pairs, tap.bootstrap))
            off.append(bare_rate(cluster, launcher, contract, f"off-{number}", pairs))
        ratio = statistics.median(one / other for one, other in zip(on, off, strict=True))
        print(f"{options.cases:,} records on {broker.label}, {os.cpu_count()} cores, {options.pairs} pairs")
        print(f"through the tap         {statistics.median(on):>9,.0f} /s")
        print(f"without it              {statistics.median(off):>9,.0f} /s")
        print(f"ratio                   {ratio:>9.2f}      (target {TARGET})")
        cluster.close()


if __name__ == "__main__":
    main()

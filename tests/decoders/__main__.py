"""Fire at the decoders: `python -m tests.decoders [--payloads N] [--schemas N] [--valid N] [--seed S] [--no-java]`.

N payloads on the Avro schemas and a tenth as many JSON documents: none may crash a decoder, each refusal must have its
reason and place, and each disagreement with Java's decoders its class. Valid data of `--valid` random Avro schemas must
be read alike by fastavro, Java and us. Exit code 1 if not.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from zlib import crc32

from tests.decoders import java_side
from tests.decoders.run import Round, fire
from tests.decoders.valid import Agreement, compare


def main() -> int:
    """Print what was measured; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.decoders")
    parser.add_argument("--payloads", type=int, default=100_000)
    parser.add_argument("--schemas", type=int, default=50)
    parser.add_argument("--valid", type=int, default=2_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--no-java", action="store_true")
    said = parser.parse_args()
    java = None if said.no_java else java_side
    wrong = False
    if said.valid:
        valid = compare(said.valid, crc32(said.seed.encode()), java=java)
        _print_valid(valid)
        wrong = bool(valid.fastavro or valid.java)
    rounds = fire(said.payloads, said.schemas, said.seed, java=java) if said.payloads else ()
    for one in rounds:
        _print(one)
    return int(wrong or any(one.cost.faults or one.tally.unexplained for one in rounds))


def _print_valid(one: Agreement) -> None:
    told = f"{len(one.fastavro)} mismatches with fastavro, {len(one.java)} with Java"
    print(f"== valid data: {one.values:,} values of {one.schemas:,} random schemas, {told}")
    for each in (*one.fastavro[:5], *one.java[:5]):
        print(f"  WRONG: {each:.600}")


def _print(one: Round) -> None:
    cost, tally = one.cost, one.tally
    print(f"== {one.name}: {cost.count:,} payloads on {one.schemas} schemas")
    print(f"  {cost.seconds / max(1, cost.count) * 1e6:,.0f} µs each, worst {cost.worst:,} µs ({cost.worst_is})")
    print(f"  memory beyond the payload: at most {cost.peak / 2**20:.1f} MiB ({cost.peak_is})")
    words = Counter(f"{said.word} {said.code.partition(':')[0]}".strip() for said in one.said)
    print("  " + ", ".join(f"{count:,} {word}" for word, count in words.most_common()))
    for words_, count in sorted(tally.agreed.items()):
        print(f"  {count:>8,} {words_}")
    for (known, what), count in sorted(tally.classes.items()):
        print(f"  {count:>8,} {what}: {known}")
    for fault in cost.faults[:20]:
        print(f"  WRONG: {fault}")
    for each in tally.unexplained[:20]:
        data = each.payload.data
        print(f"  UNEXPLAINED: {each.what}: {each.payload.origin}, {len(data)} bytes {data[:80].hex()} {each.schema}")


if __name__ == "__main__":
    sys.exit(main())

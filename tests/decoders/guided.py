"""The decoders under a fuzzer that looks for new ways through their code: `make fuzz-decoder`.

Atheris (libFuzzer) is no dependency: the target installs it. The first byte of an input chooses the schema, and whether
it is Avro or JSON. Stops at the first fault, with the input in a file.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable

_SCHEMAS = 40


def main() -> None:
    """Fuzz with libFuzzer's own options: `python -m tests.decoders.guided -max_total_time=60 -max_len=400`."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["kcontract.schema"], enable_loader_override=False):
        shots = _shots()

    def one(data: bytes) -> None:
        if data:
            shots[data[0] % len(shots)](data[1:])

    atheris.Setup([*sys.argv, "-timeout=10", "-rss_limit_mb=1024"], one)
    atheris.Fuzz()


def _shots() -> list[Callable[[bytes], None]]:
    """What is done with an input, by its first byte."""
    from tests.decoders.avro_schemas import avro_schemas  # noqa: PLC0415 - to be instrumented
    from tests.decoders.json_schemas import json_schemas  # noqa: PLC0415
    from tests.decoders.trial import avro_shot, json_shot  # noqa: PLC0415

    return [*map(avro_shot, avro_schemas(_SCHEMAS)), *map(json_shot, json_schemas())]


if __name__ == "__main__":
    main()

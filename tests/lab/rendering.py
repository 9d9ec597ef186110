"""The contract of a twin: its base with the service under the twin's own name, and with its variant."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.lab.twin import Twin

ROOT = Path(__file__).parents[2]
RENDERED = Path("build/lab/contracts")

_NAME = re.compile(r"^(receive|send):\n  [\w-]+:", re.MULTILINE)
_VARIANT = re.compile(r"\bVARIANT: good\b")


def render(twin: Twin) -> Path:
    """Write the twin's contract; the path is relative to the repository. Several processes may do so at once."""
    text, named = _NAME.subn(rf"\1:\n  {twin.name}:", (ROOT / twin.contract).read_text("utf-8"))
    text, varied = _VARIANT.subn(f"VARIANT: {twin.variant}", text)
    if named != 1 or varied != (1 if twin.variant != "good" else varied):
        raise ValueError(f"{twin.contract}: one service, and `VARIANT: good` for {twin.variant!r}")
    path = RENDERED / f"{twin.name}.yaml"
    (ROOT / RENDERED).mkdir(parents=True, exist_ok=True)
    fresh = ROOT / RENDERED / f"{twin.name}.{os.getpid()}.new"
    fresh.write_text(text, "utf-8")
    fresh.replace(ROOT / path)
    return path

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


def render_all(twin: Twin) -> list[Path]:
    """Write the twin's contracts; the paths are relative to the repository."""
    beside = [_render(twin, twin.beside, f"{twin.name}.beside")] if twin.beside else []
    return [render(twin), *beside]


def render(twin: Twin) -> Path:
    """Write the twin's contract; the path is relative to the repository. Several processes may do so at once."""
    return _render(twin, twin.contract, twin.name)


def _render(twin: Twin, contract: str, name: str) -> Path:
    text, named = _NAME.subn(rf"\1:\n  {twin.name}:", (ROOT / contract).read_text("utf-8"))
    text, varied = _VARIANT.subn(f"VARIANT: {twin.variant}", text)
    if named != 1 or varied != (1 if twin.variant != "good" else varied):
        raise ValueError(f"{contract}: one service, and `VARIANT: good` for {twin.variant!r}")
    path = RENDERED / f"{name}.yaml"
    (ROOT / RENDERED).mkdir(parents=True, exist_ok=True)
    fresh = ROOT / RENDERED / f"{name}.{os.getpid()}.new"
    fresh.write_text(text, "utf-8")
    fresh.replace(ROOT / path)
    return path

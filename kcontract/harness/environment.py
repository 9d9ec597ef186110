"""The environment of a service under test: what its contract says, and as little else as possible."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_PASSED_ON = ("HOME", "LANG", "TZ", "TMPDIR", "VIRTUAL_ENV", "JAVA_HOME")


def service_environment(
    given: Mapping[str, str], caller: Mapping[str, str], interpreter: str = sys.executable
) -> dict[str, str]:
    """The whole environment: `given` by the contract, over HOME, LANG, LC_*, TZ, TMPDIR, VIRTUAL_ENV, JAVA_HOME and
    PATH of the caller (FORMAT.md).

    The directory of `interpreter` leads PATH, so that `python` in a command is the one that runs kcontract, with the
    packages that are installed beside it, whether its virtual environment is activated or not.
    """
    kept = {name: value for name, value in caller.items() if name in _PASSED_ON or name.startswith("LC_")}
    path = os.pathsep.join(part for part in (str(Path(interpreter).parent), caller.get("PATH", os.defpath)) if part)
    return {**kept, "PATH": path, **given}

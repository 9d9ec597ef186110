"""The tests of the example system, which use the plugin and nothing else of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_example_s_own_tests_pass(tmp_path: Path) -> None:
    """In a pytest of their own."""
    plugin = [
        "-p",
        "kcontract.pytest_plugin",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "--basetemp",
        str(tmp_path / "t"),
    ]
    command = [sys.executable, "-m", "pytest", "-q", *plugin, "examples/patients/tests"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    environment = {name: value for name, value in environment.items() if not name.startswith("PYTEST_XDIST")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout

"""Runs functions of `where` and `probe`: questions on standard input, answers on the original standard output.

Run as a script in the project root, by the project's own interpreter; it imports nothing of kcontract. A line in:
`{"function": "module:name", "arguments": […]}`; a line out: `{"holds": true}` or `{"error": "…"}`, for an
AssertionError with `"wrong": true`.
"""

import importlib
import json
import os
import sys
from typing import Any, TextIO


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """What the function says; its failure is an answer, too."""
    try:
        module, _, name = question["function"].partition(":")
        function = getattr(importlib.import_module(module), name)
        return {"holds": bool(function(*question["arguments"]))}
    except AssertionError as error:
        return {"error": f"AssertionError: {error}"[:500], "wrong": True}
    except BaseException as error:
        return {"error": f"{type(error).__name__}: {error}"[:500]}


def main(questions: TextIO) -> None:
    """Until the input ends. What functions print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - as `python -m` does
    for line in questions:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.stdin)

"""JSON files: strict RFC 8259 in UTF-8, integers exact, mistakes with line and column."""

from __future__ import annotations

import json
import re
from math import isinf
from typing import Any

from kcontract.document import codes
from kcontract.document.mistakes import Notebook, Refused
from kcontract.document.tree import Tree
from kcontract.model.location import Location

MAX_DEPTH = 200
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(tree: Tree, path: str, code: codes.Code, limit: int, notebook: Notebook) -> tuple[Any, str | None]:
    """The value and text of a JSON file; the text is None if it is not JSON, with mistakes of `code` noted."""
    try:
        text = tree.read(path, limit).decode("utf-8-sig")
        return parse_json(text), text
    except Refused as refused:
        notebook.add(refused.code, Location(path), refused.message, refused.fix)
    except UnicodeDecodeError as error:
        notebook.add(codes.FILE_ENCODING, Location(path), f"byte {error.start} is not UTF-8", "save it as UTF-8")
    except json.JSONDecodeError as error:
        notebook.add(code, Location(path, error.lineno, error.colno), f"not JSON: {error.msg}", "correct the JSON")
    except (ValueError, RecursionError) as error:
        notebook.add(code, Location(path), f"not JSON: {_reason(error)}", "correct the JSON")
    return None, None


def parse_json(text: str) -> Any:
    """The value of a JSON text without NaN, duplicate keys, lone surrogates. Raises ValueError, RecursionError."""
    value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_no_duplicates)
    if _deeper_than(value, MAX_DEPTH):
        raise ValueError(f"more than {MAX_DEPTH} levels")
    if _SURROGATE.search(text) and _has_lone_surrogate(value):
        raise ValueError("a \\u escape is half of a surrogate pair")
    return value


def _reason(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)[:200]


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(number: str) -> float:
    value = float(number)
    if isinf(value):
        raise ValueError(f"{number[:40]} is larger than any number of 64 bits")
    return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key `{twice[:80]}` is given twice")
    return value


def _has_lone_surrogate(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _deeper_than(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [child for parent in level if isinstance(parent, dict | list) for child in _children(parent)]
        if not level:
            return False
    return True


def _children(parent: dict[str, Any] | list[Any]) -> list[Any]:
    return list(parent.values()) if isinstance(parent, dict) else parent

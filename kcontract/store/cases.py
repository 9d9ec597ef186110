"""Case files: `.kcontract/cases/FINDING.json`, to be committed and replayed."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import msgspec

from kcontract.errors import UsageError
from kcontract.host.cache import write_file
from kcontract.model.stored import STORED_FORMAT, StoredCase
from kcontract.store.folder import FOLDER, folder, unwritable

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


def save_case(root: Path, case: StoredCase) -> Path:
    """Write a case file, whole or not at all, over an older one of the same finding; its path.

    UsageError CASE_ID for an id that names no file; EnvironmentFailureError STORE_UNWRITABLE.
    """
    if not _ID.fullmatch(case.finding):
        raise UsageError("CASE_ID", f"{case.finding!r} cannot name a case file")
    place = folder(root) / "cases" / f"{case.finding}.json"
    try:
        write_file(place, msgspec.json.format(msgspec.json.encode(case), indent=2) + b"\n")
    except OSError as error:
        raise unwritable(place, error) from error
    return place


def load_case(root: Path, finding: str) -> StoredCase:
    """The stored case of a finding. UsageError CASE_UNKNOWN, with what there is, or CASE_DAMAGED."""
    known = list_cases(root)
    if finding not in known:
        raise _unknown(finding, known)
    place = _folder(root) / f"{finding}.json"
    try:
        case = msgspec.json.decode(place.read_bytes(), type=StoredCase)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError("CASE_DAMAGED", f"{place} is not a case file: {error}", "restore it or delete it") from error
    if case.format != STORED_FORMAT:
        raise UsageError("CASE_DAMAGED", f"{place} has format {case.format}", f"this version reads {STORED_FORMAT}")
    return case


def list_cases(root: Path) -> tuple[str, ...]:
    """Ids of all stored cases, sorted."""
    return tuple(sorted(path.stem for path in _folder(root).glob("*.json") if _ID.fullmatch(path.stem)))


def stored_cases(root: Path) -> tuple[StoredCase, ...]:
    """All of them. UsageError CASE_DAMAGED."""
    return tuple(load_case(root, finding) for finding in list_cases(root))


def _folder(root: Path) -> Path:
    return root / FOLDER / "cases"


def _unknown(finding: str, known: tuple[str, ...]) -> UsageError:
    close = difflib.get_close_matches(finding, known, 1)
    hint = (
        f"did you mean {close[0]}?"
        if close
        else f"stored: {', '.join(known[:20])}"
        if known
        else "none is: `verify` and `fuzz` store them"
    )
    return UsageError("CASE_UNKNOWN", f"no case {finding!r} is stored in {FOLDER}/cases", hint)

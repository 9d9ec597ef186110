"""The catalogue of mistakes."""

from __future__ import annotations

import re
from pathlib import Path

from kcontract.document import codes

DOCUMENT = Path(codes.__file__).parent


def test_codes_are_unique_and_named_as_their_constants() -> None:
    """A code's name is its constant's, so that a search finds both."""
    assert all(getattr(codes, code.name) is code for code in codes.CATALOGUE)
    assert len({code.name for code in codes.CATALOGUE}) == len(codes.CATALOGUE)


def test_every_constant_stands_in_the_catalogue() -> None:
    """A code that is defined is also listed."""
    defined = {value for value in vars(codes).values() if isinstance(value, codes.Code)}
    assert defined == set(codes.CATALOGUE)


def test_every_code_is_explained() -> None:
    """Summaries are one sentence, explanations say more than the summary."""
    for code in codes.CATALOGUE:
        assert re.fullmatch(r"[A-Z][^\n]{10,90}\.", code.summary), code.name
        assert len(code.explain) > 40, code.name
        assert code.explain != code.summary, code.name


def test_every_code_is_used() -> None:
    """No code is left behind that nothing can note."""
    sources = "".join(path.read_text() for path in DOCUMENT.glob("*.py") if path.name != "codes.py")
    assert [code.name for code in codes.CATALOGUE if code.name not in sources] == []

"""Strings at the edges: scripts, planes, characters that mean something to somebody."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from random import Random
from typing import Any

TEXTS: tuple[str, ...] = (
    "",
    "a",
    " ",
    " lead and trail ",
    "é",  # one code point
    "e\u0301",  # the same letter as two
    "\u0645\u0631\u062d\u0628\u0627",  # right to left
    "\u202eabc\u202c",  # direction overridden
    "日本語",
    "ß",  # two letters in upper case
    "ı",  # dotless i
    "😀",  # beyond the basic plane: two UTF-16 units, four bytes
    "👩\u200d👩\u200d👧",  # one picture of five code points
    "a\u200bb",  # zero width space
    "\ufeff",  # byte order mark as a character
    "\U0010fffd",  # last usable code point
    "line\nbreak\ttab\r\n",
    '"quoted" \\ back\'slash',
    "null",
    "0",
    "true",
    "NaN",
    "1e5",
    "2024-02-30",
    "O'Brien; DROP TABLE x--",
    "%s ${x} {{y}} <b>&amp;</b>",
    "../../etc",
)
LONG = 1_000
"""Code points of the longest text that is generated without a declared limit."""
_LARGE = 5_000
"""The least length from which on only a few texts are generated, and long ones repeat what was drawn."""

_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.",
    "äöüßéèñçøåαβγдежשלםمرحبا日本語한국어",
    "😀🚀🏥🧪𝒳\u0301\u200d",
)


def fitted(text: str, low: int, high: int | None) -> str:
    """The text repeated or cut so that it has at least `low` and at most `high` code points."""
    filler = text or "x"
    if len(text) < low:
        text = (filler * (low // len(filler) + 1))[:low]
    return text if high is None else text[:high]


def boundary_texts(low: int = 0, high: int | None = None) -> list[str]:
    """Every text of TEXTS made to fit, then texts of the least and greatest lengths and their neighbours."""
    top = LONG if high is None else min(high, 70_000)
    lengths = sorted({low, min(low + 1, top), max(top - 1, low), max(top, low)})
    some = TEXTS if low <= _LARGE else TEXTS[1:3]
    texts = [fitted(text, low, high) for text in some] + ["x" * length for length in lengths]
    texts.append(fitted("😀", top if high is not None and high <= LONG else low, high))
    return list(dict.fromkeys(texts))


def random_text(rng: Random, low: int = 0, high: int | None = None) -> str:
    """Text of one alphabet, mostly short."""
    if rng.random() < 0.2:
        return fitted(rng.choice(TEXTS), low, high)
    alphabet = rng.choices(_ALPHABETS, (6, 3, 2, 1))[0]
    top = low + 12 if high is None else min(high, low + 12)
    length = rng.randint(low, max(top, low))
    drawn = "".join(rng.choices(alphabet, k=min(length, _LARGE)))
    return drawn if length <= _LARGE else fitted(drawn, length, length)


def content_texts(plain: Mapping[str, Any]) -> list[str]:
    """Texts of what `contentMediaType` and `contentEncoding` name, as far as a validator looks: JSON, and base64."""
    texts = ["{}", "null", "[1]", '"é"'] if "json" in plain.get("contentMediaType", "") else list(TEXTS)
    if plain.get("contentEncoding") != "base64":
        return texts
    return [b64encode(text.encode()).decode() for text in texts]

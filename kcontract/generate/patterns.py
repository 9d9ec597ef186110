"""Texts that match a regular expression: a careful subset of ECMA 262 (JSON Schema's `pattern`).

Understood: literals, `.`, classes with ranges and negation, `\\d \\w \\s` and their complements, `\\uXXXX`, `\\u{X}`,
`\\cX`, groups, alternation, the quantifiers, `^` and `$` at the ends, general categories (`\\p{L}`, `\\p{Letter}`),
scripts. Anything else (look-around, back references, `\\b`) raises Unsupported, and the caller says so. What comes out
is still checked by the validator. `languages` has several patterns for one text, and look-ahead at a pattern's start.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from random import Random


class Letters(str):
    """Candidates for one character, which are but some of those that a class takes."""

    __slots__ = ("takes",)
    takes: Callable[[str], bool]

    @classmethod
    def of(cls, candidates: str, takes: Callable[[str], bool]) -> Letters:
        """Candidates, and what is taken at all."""
        self = cls(candidates)
        self.takes = takes
        return self


def takes(letters: str, char: str) -> bool:
    """Whether a class takes a character, be it among its candidates or not."""
    return letters.takes(char) if isinstance(letters, Letters) else char in letters


_DIGITS = "0123456789"
_WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_SPACE = " \t\n"
_PRINTABLE = "".join(map(chr, range(32, 127)))
_SEEN = (*range(32, 0x250), *range(0x391, 0x3CA), *range(0x430, 0x450), *range(0x660, 0x66A), *range(0x966, 0x970))
"""Code points that a category is looked up in: Latin, Greek, Cyrillic, two more scripts' digits."""


def _all_but(barred: Callable[[str], bool]) -> Letters:
    some = [char for char in _PRINTABLE if not barred(char)] or [chr(c) for c in _SEEN if not barred(chr(c))]
    return Letters.of("".join(some), lambda char: not barred(char))


ANY = _all_but(lambda _: False)
_DOT = _all_but(lambda char: char in "\n\r\u2028\u2029")
_CLASSES = {
    "d": _DIGITS, "w": _WORD, "s": Letters.of(_SPACE, str.isspace),
    "D": _all_but(lambda char: char in _DIGITS), "W": _all_but(lambda char: char in _WORD), "S": _all_but(str.isspace),
}  # fmt: skip
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_CATEGORIES = {
    "letter": "L", "uppercase_letter": "Lu", "lowercase_letter": "Ll", "mark": "M", "number": "N",
    "decimal_number": "Nd", "digit": "Nd", "nd": "Nd", "punctuation": "P", "symbol": "S", "separator": "Z",
}  # fmt: skip
_BLOCKS = (*range(65, 0x1200), *range(0x3041, 0x3130), *range(0x4E00, 0x4F00), *range(0xAC00, 0xAD00))
"""Code points that a script is looked up in: most of those in use."""
_OF_A_SCRIPT = 200
"""So many of its letters are enough."""
_MORE = 4
"""Repetitions beyond the least that an unbounded quantifier gets."""


class UnsupportedPatternError(Exception):
    """The pattern uses something outside the subset."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part that comes at least `low` and at most `high` times."""

    part: Part
    low: int
    high: int
    endless: bool = False
    """Whether more would do as well."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives, each a sequence of parts. A character class is its text, a plain string of candidates."""

    options: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class Assertion:
    """What takes no character: `^`, `$`, `b` (a word's boundary or none), or look-around with its part.

    Nothing is written for one: the validator has the last word on those that `languages` cannot heed either.
    """

    sign: str
    part: Choice | None = None


Part = str | Repeat | Choice | Assertion


@dataclass(slots=True)
class _Parser:
    text: str
    loose: bool = False
    at: int = field(default=0)

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise UnsupportedPatternError("ends in the middle")
        self.at += 1
        return char

    def choice(self) -> Choice:
        options = [self.sequence()]
        while self.peek() == "|":
            self.take()
            options.append(self.sequence())
        return Choice(tuple(options))

    def sequence(self) -> tuple[Part, ...]:
        parts: list[Part] = []
        while self.peek() and self.peek() not in "|)":
            atom = self.atom()
            parts.append(atom if isinstance(atom, Assertion) else self.quantified(atom))
        return tuple(parts)

    def atom(self) -> Part:
        char = self.take()
        if char in "^$" or (self.loose and char == "\\" and self.peek() in ("b", "B")):
            self.at += char == "\\"
            return Assertion("b" if char == "\\" else char)
        if char == "(":
            return self.assertion() if self.loose and self.looks_around() else self.group()
        if char == "[":
            return self.char_class()
        if char == ".":
            return _DOT
        if char == "\\":
            return self.escape()
        if char in "*+?":
            raise UnsupportedPatternError(f"nothing to repeat before {char}")
        return char

    def looks_around(self) -> bool:
        return self.text.startswith(("?=", "?!", "?<=", "?<!"), self.at)

    def assertion(self) -> Assertion:
        sign = ""
        while sign[-1:] not in ("=", "!"):
            sign += self.take()
        inner = self.choice()
        if self.take() != ")":
            raise UnsupportedPatternError("group without end")
        return Assertion(sign, inner)

    def group(self) -> Choice:
        if self.peek() == "?":
            self.take()
            if self.peek() == "<" and self.text[self.at + 1 : self.at + 2] not in ("=", "!"):
                while self.peek() != ">":
                    self.take()
            elif self.peek() != ":":
                raise UnsupportedPatternError("look-around")
            self.take()
        inner = self.choice()
        if self.take() != ")":
            raise UnsupportedPatternError("group without end")
        return inner

    def escape(self) -> str:
        char = self.take()
        if char in _CLASSES:
            return _CLASSES[char]
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char in "ux":
            return self.code_point(char)
        if char == "c" and self.peek().isalpha() and self.peek().isascii():
            return chr(ord(self.take()) % 32)
        if char in "pP" and self.peek() == "{":
            return self.category(wanted=char == "p")
        return self.refuse(char) if char.isalnum() else char

    def code_point(self, char: str) -> str:
        if char == "u" and self.peek() == "{":
            digits = self.braced()
        else:
            digits = "".join(self.take() for _ in range(4 if char == "u" else 2))
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            return self.refuse(char)

    def braced(self) -> str:
        name = ""
        self.take()
        while self.peek() != "}":
            name += self.take()
        self.take()
        return name

    def category(self, *, wanted: bool) -> str:
        name = self.braced()
        kind, _, value = name.rpartition("=")
        if kind in ("Script", "sc", "Script_Extensions", "scx") and wanted:
            return _script(value) or self.refuse(f"p{{{name}}}")
        code = _CATEGORIES.get(value.lower(), value)
        if kind not in ("", "General_Category", "gc") or len(code) > 2 or code[:1] not in "LMNPSZC":
            return self.refuse(f"p{{{name}}}")

        def has(char: str) -> bool:
            return unicodedata.category(char).startswith(code) is wanted

        return Letters.of("".join(filter(has, map(chr, _SEEN))), has)

    def refuse(self, char: str) -> str:
        raise UnsupportedPatternError(f"\\{char}")

    def char_class(self) -> str:
        negated = self.peek() == "^"
        if negated:
            self.take()
        items: list[str] = []
        while self.peek() != "]":
            items.append(self.class_item())
        self.take()
        members = "".join(items)
        if negated or any(isinstance(item, Letters) for item in items):
            several = _any_of(items)
            members = _all_but(several) if negated else Letters.of(members, several)
        if not members:
            raise UnsupportedPatternError("a class without printable members")
        return members

    def class_item(self) -> str:
        char = self.take()
        first = self.escape() if char == "\\" else char
        if len(first) != 1 or self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return first
        self.take()
        char = self.take()
        last = self.escape() if char == "\\" else char
        if len(last) != 1 or not first <= last:
            raise UnsupportedPatternError("a class range out of order")
        some = "".join(chr(c) for c in range(ord(first), min(ord(last), ord(first) + 512) + 1))
        return some if some[-1] == last else Letters.of(some, lambda char: first <= char <= last)

    def quantified(self, atom: Part) -> Part:
        bounds = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        low: int
        high: int | None
        if self.peek() in bounds and self.peek():
            low, high = bounds[self.take()]
        elif self.peek() == "{":
            low, high = self.braces()
        else:
            return atom
        if self.peek() == "?":
            self.take()  # lazy or not: the same texts match
        if self.peek() and self.peek() in "*+{":
            raise UnsupportedPatternError("a quantifier of a quantifier")
        return Repeat(atom, low, low + _MORE if high is None else high, high is None)

    def braces(self) -> tuple[int, int | None]:
        self.take()
        body = ""
        while self.peek() != "}":
            body += self.take()
        self.take()
        low, comma, high = body.partition(",")
        if not low.isdigit() or (high and not high.isdigit()) or max(int(low), int(high or 0)) > 10_000:
            raise UnsupportedPatternError(f"{{{body}}}")
        return int(low), (int(high) if high else None) if comma else int(low)


@cache
def _script(name: str) -> str:
    """Letters of a script: their names begin with it."""
    start = "CJK UNIFIED" if name in ("Han", "Hani") else name.upper().replace("_", " ")
    letters = (chr(c) for c in _BLOCKS if unicodedata.name(chr(c), "").startswith(f"{start} "))
    some = "".join(islice((char for char in letters if char.isalpha()), _OF_A_SCRIPT))
    return some and Letters.of(some, lambda char: unicodedata.name(char, "").startswith(f"{start} "))


def _any_of(classes: Sequence[str]) -> Callable[[str], bool]:
    return lambda char: any(takes(one, char) for one in classes)


def _write(part: Part, rng: Random, lean: float | None) -> str:
    """`lean` 0 takes the fewest repetitions, 1 the most, None any."""
    if isinstance(part, str):
        return rng.choice(part)
    if isinstance(part, Assertion):
        return ""
    if isinstance(part, Choice):
        return "".join(_write(inner, rng, lean) for inner in rng.choice(part.options))
    if lean is None:
        count = rng.randint(part.low, min(part.high, part.low + 20))
    else:
        count = part.low if lean == 0 else min(part.high, part.low + 300)
    return "".join(_write(part.part, rng, lean) for _ in range(count))


class Pattern:
    """Writes texts for one pattern. Raises UnsupportedPatternError for one outside the subset.

    `loose`: look-around and word boundaries are passed over, so that some of the texts do not match.
    """

    def __init__(self, source: str, *, loose: bool = False) -> None:
        parser = _Parser(source, loose)
        self.tree = parser.choice()
        if parser.peek():
            raise UnsupportedPatternError("a group that was not opened")

    def draw(self, rng: Random, lean: float | None = None) -> str:
        """A text that the pattern describes; `lean` 0 is a shortest one, 1 a long one."""
        return _write(self.tree, rng, lean)

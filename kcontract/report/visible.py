"""Text that others wrote, made harmless for a terminal: nothing in it can move a cursor, change a colour or hide."""

from __future__ import annotations


def visible(text: str) -> str:
    r"""The text with everything that is not printable written as `\u001b` (Unicode TR36: control characters, bidi
    overrides, zero-width and unassigned characters, lone surrogates, spaces other than the space). The result has no
    line break; inside a JSON string it still means the same."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def visible_lines(text: str) -> tuple[str, ...]:
    """The lines of a text (split at `\\n` only, tabs as four spaces, `\\r` at the end dropped), each made visible."""
    return tuple(visible(line.rstrip("\r").replace("\t", "    ")) for line in text.split("\n"))


def as_text(data: bytes) -> str | None:
    """The bytes as UTF-8, None if they are not."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")  # as JSON writes what is beyond U+FFFF: two escapes
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))

"""Kafka's own definitions of its messages, from the jar of its client, and random messages made from them."""

from __future__ import annotations

import json
import random
import re
import zipfile
from pathlib import Path
from typing import Any

from kcontract.protocol.primitives import Encoder

_WIDTHS = {"bool": 1, "int8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "int64": 8, "float64": 8}
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
Tree = dict[str, Any]


class Definitions:
    """The messages in a jar."""

    def __init__(self, jar: Path) -> None:
        self._jar = zipfile.ZipFile(jar)

    def message(self, name: str) -> Tree:
        text = self._jar.read(f"common/message/{name}.json").decode()
        found: Tree = json.loads(_COMMENT.sub("", text))
        return found

    def versions(self, name: str) -> range:
        """The versions that are valid."""
        return _range(self.message(name)["validVersions"], 99)

    def flexible(self, name: str, version: int) -> bool:
        return _holds(self.message(name)["flexibleVersions"], version)

    def encode(self, name: str, version: int, rng: random.Random) -> tuple[bytes, Tree]:
        """The body of a random message in this version, and what it says by the names of its fields."""
        message = self.message(name)
        structs = {struct["name"]: struct["fields"] for struct in message.get("commonStructs", ())}
        writer = _Writer(version, rng, structs, flexible=self.flexible(name, version))
        return writer.struct(message["fields"])


class _Writer:
    def __init__(self, version: int, rng: random.Random, structs: Tree, *, flexible: bool) -> None:
        self._version, self._rng, self._structs, self._flexible = version, rng, structs, flexible

    def struct(self, fields: list[Tree]) -> tuple[bytes, Tree]:
        body, tree, tagged = Encoder(), {}, {}
        for field in fields:
            if "tag" in field and _holds(field.get("taggedVersions", "none"), self._version):
                if self._rng.random() < 0.5:
                    tagged[field["tag"]], tree[field["name"]] = self._value(field)
            elif _holds(field["versions"], self._version):
                data, tree[field["name"]] = self._value(field)
                body.raw(data)
        if self._flexible:
            tagged[1000] = b"unknown"
            body.uvarint(len(tagged))
            for tag, data in sorted(tagged.items()):
                body.uvarint(tag).uvarint(len(data)).raw(data)
        return bytes(body), tree

    def _value(self, field: Tree) -> tuple[bytes, Any]:
        nullable = _holds(field.get("nullableVersions", "none"), self._version) and self._rng.random() < 0.3
        return self._of(field["type"], field, null=nullable)

    def _of(self, kind: str, field: Tree, *, null: bool) -> tuple[bytes, Any]:
        if kind.startswith("[]"):
            return self._array(kind[2:], field, null=null)
        if kind in _WIDTHS:
            data = self._rng.randbytes(_WIDTHS[kind])
            return data, int.from_bytes(data, "big", signed=not kind.startswith("u"))
        if kind == "uuid":
            data = self._rng.randbytes(16)
            return data, data
        if kind == "string":
            text = None if null else "".join(self._rng.choices("abcé", k=self._rng.randrange(1, 9)))
            written = Encoder().compact_string(text) if self._flexible else Encoder().string(text)
            return bytes(written), text
        if kind in ("bytes", "records"):
            return self._bytes(null=null)
        return self.struct(field.get("fields") or self._structs[kind])

    def _bytes(self, *, null: bool) -> tuple[bytes, Any]:
        data = b"" if null else self._rng.randbytes(self._rng.randrange(0, 40))
        size = -1 if null else len(data)
        head = Encoder().uvarint(size + 1) if self._flexible else Encoder().int32(size)
        return bytes(head.raw(data)), None if null else data

    def _array(self, kind: str, field: Tree, *, null: bool) -> tuple[bytes, Any]:
        count = -1 if null else self._rng.randrange(0, 4)
        head = Encoder().uvarint(count + 1) if self._flexible else Encoder().int32(count)
        items = [self._of(kind, field, null=False) for _ in range(count)]
        return bytes(head) + b"".join(data for data, _ in items), [value for _, value in items]


def _range(text: str, top: int) -> range:
    if text == "none":
        return range(0)
    first, _, last = text.partition("-")
    return range(int(first.rstrip("+")), (top if text.endswith("+") else int(last or first)) + 1)


def _holds(text: str, version: int) -> bool:
    return version in _range(text, 99)

"""From YAML text to nodes, in bounded time and space whatever the text is."""

from __future__ import annotations

from typing import Any

import yaml

from kcontract.document import codes
from kcontract.document.mistakes import Notebook, Refused
from kcontract.document.yaml_nodes import Entry, ListNode, MapNode, Node, ScalarNode, resolve
from kcontract.model.location import Location

MAX_DEPTH = 64
MAX_NODES = 50_000

# only their event streams are used: a loader's constructors never run
_EVENTS: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class _Abandoned(Exception):  # noqa: N818 -- unwinds the composer after a mistake that leaves nothing to go on with
    pass


def compose(data: bytes, file: str, notebook: Notebook) -> Node | None:
    """The one document in `data`, or None if it is not to be read at all; every mistake goes to `notebook`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        notebook.add(codes.FILE_ENCODING, Location(file, line), f"byte {error.start} is not UTF-8", "save it as UTF-8")
        return None
    try:
        return _Composer(text, file, notebook).document()
    except _Abandoned:
        return None
    except yaml.YAMLError as error:
        _note_syntax(error, text, file, notebook)
        return None


def _note_syntax(error: yaml.YAMLError, text: str, file: str, notebook: Notebook) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line, mark.column) if mark else (0, 0)
    at = Location(file, line + 1, column + 1)
    lines = text.splitlines()
    if line < len(lines) and "\t" in lines[line][: column + 1]:
        notebook.add(codes.YAML_TAB, at, "a tab stands in the indentation", "indent with spaces")
        return
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    notebook.add(codes.YAML_SYNTAX, at, str(problem), "check quotes, brackets and indentation here and a line above")


class _Composer:
    """Builds nodes from parser events; counts what aliases stand for, and never recurses deeper than MAX_DEPTH."""

    def __init__(self, text: str, file: str, notebook: Notebook) -> None:
        self._parser = _EVENTS(text)
        self._file = file
        self._notebook = notebook
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._count = 0

    def document(self) -> Node | None:
        self._parser.get_event()  # the stream's start
        if self._parser.check_event(yaml.StreamEndEvent):
            return ScalarNode(Location(self._file), None, "")
        self._parser.get_event()  # the document's start
        node = self._node(self._parser.get_event(), 0)
        self._parser.get_event()
        if not self._parser.check_event(yaml.StreamEndEvent):
            at = self._at(self._parser.peek_event())
            self._notebook.add(codes.YAML_DOCUMENTS, at, "a second document starts here", "move it to its own file")
        return node

    def _at(self, event: Any) -> Location:
        mark = event.start_mark
        return Location(self._file, mark.line + 1, mark.column + 1)

    def _abandon(self, code: codes.Code, event: Any, message: str, fix: str = "") -> _Abandoned:
        self._notebook.add(code, self._at(event), message, fix)
        return _Abandoned()

    def _node(self, event: Any, depth: int) -> Node:
        before = self._count
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        self._spend(1, event)
        if depth > MAX_DEPTH:
            raise self._abandon(codes.YAML_TOO_DEEP, event, f"more than {MAX_DEPTH} levels")
        if event.tag is not None:
            fix = "remove the tag; quote the value if it is a text"
            self._notebook.add(codes.YAML_TAG, self._at(event), f"the tag {event.tag[:80]} is not followed", fix)
        node = self._value(event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node, self._count - before
        return node

    def _value(self, event: Any, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(event, depth)
        return self._mapping(event, depth)

    def _spend(self, nodes: int, event: Any) -> None:
        self._count += nodes
        if self._count > MAX_NODES:
            raise self._abandon(codes.YAML_TOO_MANY, event, f"more than {MAX_NODES:,} values, repetitions included")

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self._anchors:
            raise self._abandon(codes.YAML_ALIAS, event, f"no anchor `&{event.anchor[:80]}` stands above")
        node, size = self._anchors[event.anchor]
        self._spend(size, event)
        return node

    def _scalar(self, event: Any) -> ScalarNode:
        at = self._at(event)
        if not event.implicit[0] or event.style:
            return ScalarNode(at, event.value, event.value)
        try:
            return ScalarNode(at, resolve(event.value), event.value)
        except Refused as refused:
            self._notebook.add(refused.code, at, refused.message, refused.fix)
            return ScalarNode(at, event.value, event.value)

    def _list(self, start: Any, depth: int) -> ListNode:
        items: list[Node] = []
        while not isinstance(event := self._parser.get_event(), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return ListNode(self._at(start), tuple(items))

    def _mapping(self, start: Any, depth: int) -> MapNode:
        entries: dict[str, Entry] = {}
        while not isinstance(event := self._parser.get_event(), yaml.MappingEndEvent):
            key_node, key_at = self._node(event, depth + 1), self._at(event)
            node = self._node(self._parser.get_event(), depth + 1)
            key = self._key(key_node, event, key_at, entries)
            if key is not None:
                entries[key] = Entry(key_at, node)
        return MapNode(self._at(start), entries)

    def _key(self, node: Node, event: Any, at: Location, entries: dict[str, Entry]) -> str | None:
        if not isinstance(node, ScalarNode) or (node.value is None and not node.text):
            self._notebook.add(codes.KEY_NOT_TEXT, at, "a key must be a text", "quote it, or check for a stray `:`")
            return None
        if node.text == "<<" and not getattr(event, "style", None):
            self._notebook.add(codes.YAML_MERGE, at, "the merge key `<<` is not followed", "write the keys out")
            return None
        if node.text in entries:
            first = entries[node.text].key_at.line
            self._notebook.add(
                codes.KEY_DUPLICATE, at, f"`{node.text[:80]}` stands on line {first} already", "remove one"
            )
            return None
        return node.text

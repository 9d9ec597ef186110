"""One contract file, from its bytes to the model."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from kcontract.document import codes
from kcontract.document.fill_faults import fill_faults
from kcontract.document.fill_message import fill_message
from kcontract.document.fill_receive import fill_receive
from kcontract.document.fill_run import texts
from kcontract.document.fill_send import fill_send
from kcontract.document.fill_topic import fill_malformed, fill_registry, fill_reply
from kcontract.document.format import CONTRACT
from kcontract.document.mistakes import Refused
from kcontract.document.reading import Reading
from kcontract.document.shape import Form, Section, read
from kcontract.document.yaml_compose import compose
from kcontract.document.yaml_nodes import MapNode, Node, ScalarNode
from kcontract.model.contract import Contract, Malformed, Message, RegistryRules
from kcontract.model.location import Location

MAX_BYTES = 1024 * 1024
_LOCAL = ("send", "receive", "faults")
_BESIDE_FROM = ("kcontract", "from", *_LOCAL)
_LONGEST_CHAIN = 8


def fill_contract(reading: Reading) -> Contract:
    """The contract in `reading.file`. It is worth something only if no error was noted."""
    section = read_section(reading, CONTRACT)
    contract = _topic(reading, section, (reading.file,))
    message, reply, malformed = contract.message, contract.reply, contract.malformed
    return msgspec.structs.replace(
        contract,
        send=tuple(fill_send(reading, name, found, message) for name, found in section.get("send", {}).items()),
        receive=tuple(
            fill_receive(reading, name, found, message, reply, malformed)
            for name, found in section.get("receive", {}).items()
        ),
        faults=fill_faults(section.found.get("faults")),
    )


def read_section(reading: Reading, form: Form, without: tuple[str, ...] = ()) -> Section:
    """The file as the form wants it, without the keys in `without`; empty if it cannot be read at all."""
    node = _nodes(reading)
    if isinstance(node, ScalarNode) and node.value is None and not any(key.required for key in form.keys):
        node = MapNode(node.at, {})  # an empty kcontract.yaml only says where the project is
    if isinstance(node, MapNode) and without:
        node = MapNode(node.at, {name: entry for name, entry in node.entries.items() if name not in without})
    found = None if node is None else read(form, node, reading.notebook)
    return Section(reading.start, {}, frozenset(CONTRACT.by_name)) if found is None else found.value


def _nodes(reading: Reading) -> Node | None:
    try:
        data = reading.tree.read(reading.file, MAX_BYTES)
    except Refused as refused:
        reading.notebook.add(refused.code, reading.start, refused.message, refused.fix)
        return None
    return compose(data, reading.file, reading.notebook)


def _topic(reading: Reading, section: Section, visited: tuple[str, ...]) -> Contract:
    """What the contract says about its topic, of its own or taken over: all but send, receive and faults."""
    source = section.found.get("from")
    if source is None:
        return _own_topic(reading, section)
    _check_overrides(reading, section)
    path = reading.file_path(source)
    if path is None:
        return _nothing(section.at)
    if path in visited or len(visited) > _LONGEST_CHAIN:
        message = f"`{source.value}` comes back to this file" if path in visited else "too many contracts in a chain"
        reading.notebook.add(codes.FROM_CYCLE, source.at, message, "name the file that has the topic")
        return _nothing(section.at)
    other = replace(reading, file=path)
    taken = _topic(other, read_section(other, CONTRACT, _LOCAL), (*visited, path))
    return msgspec.structs.replace(taken, at=section.at, taken_from=path)


def _check_overrides(reading: Reading, section: Section) -> None:
    for name, found in section.found.items():
        if name not in _BESIDE_FROM:
            fix = "remove it here, or change it in the contract it is taken from"
            reading.notebook.add(codes.FROM_OVERRIDES, found.key_at, f"`{name}` is taken with `from`", fix)


def _nothing(at: Location) -> Contract:
    return Contract(at, "", Message(at), RegistryRules(at), Malformed())


def _own_topic(reading: Reading, section: Section) -> Contract:
    for name in ("topic", "message"):
        if name not in section.given:
            reading.notebook.add(codes.KEY_REQUIRED, section.at, f"a contract needs `{name}`", f"add `{name}:`")
    message = fill_message(reading, section.found.get("message"))
    return Contract(
        at=section.at,
        topic=section.get("topic", ""),
        message=message,
        registry=fill_registry(reading, section.found.get("registry"), message),
        malformed=fill_malformed(section.found.get("malformed"), reading.project.malformed),
        partitions=section.get("partitions", 1),
        compacted=section.get("cleanup") == "compact",
        config=tuple((name, found.value) for name, found in section.get("config", {}).items()),
        description=section.get("description", ""),
        owner=section.get("owner", ""),
        tags=texts(section.get("tags", ())),
        reply=fill_reply(reading, section.found.get("reply"), message),
    )

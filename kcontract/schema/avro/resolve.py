"""Reading with another schema than the one written with (Avro 1.12, "Schema Resolution").

Compiled once a pair into closures from the writer's datum to the reader's. What cannot be resolved raises when such a
value comes, not before: a writer's union may be resolvable in one branch only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from kcontract.model.case import Layer
from kcontract.schema.avro.decode import decode
from kcontract.schema.avro.defaults import default_datum
from kcontract.schema.avro.match import (
    choose,
    exact,
    fields_of,
    full_names_match,
    names_match,
    promotable,
    source_field,
)  # fmt: skip
from kcontract.schema.avro.nodes import (
    Array,
    AvroSchema,
    Branch,
    Datum,
    EnumType,
    Field,
    Fixed,
    Logical,
    Map,
    Node,
    Primitive,
    RecordType,
    Union,
    simple_name,
    type_name,
)  # fmt: skip
from kcontract.schema.problem import DecodeError, Problems

Resolver = Callable[[Any, Problems], Any]


def read(writer: AvroSchema, reader: AvroSchema, data: bytes, *, strict: bool) -> Datum:
    """`data`, written with `writer`, as a datum of `reader`. Raises DecodeError, of layer RESOLUTION if the bytes are
    right but the schemas do not fit for this datum."""
    datum = decode(writer, data, strict=strict)
    return resolver_of(writer, reader)(datum, Problems(stop_at=0 if strict else None))


@lru_cache(maxsize=512)
def resolver_of(writer: AvroSchema, reader: AvroSchema) -> Resolver:
    """The compiled resolution: a writer's datum and a collector of problems → the reader's datum.

    Soft problems: names that differ where Java's reader does not look at them, and logical types that differ.
    """
    return _Compiler(writer, reader).resolver(writer.root, reader.root)


def _refuse(code: str, reason: str, *, soft: bool = False) -> DecodeError:
    return DecodeError(Layer.RESOLUTION, code, reason, soft=soft)


def _same(datum: Any, _: Problems) -> Any:
    return datum


class _Compiler:
    def __init__(self, writer: AvroSchema, reader: AvroSchema) -> None:
        self.writer = writer
        self.reader = reader
        self.records: dict[tuple[str, str], Resolver] = {}

    def resolver(self, left: Node, right: Node) -> Resolver:  # noqa: PLR0911  # one a pair of types
        left, right = self.writer.follow(left), self.reader.follow(right)
        match left, right:
            case Union(branches=branches), _:
                return self.written_union(branches, right)
            case _, Union(branches=branches):
                return self.read_union(left, branches)
            case Primitive(), Primitive():
                return _primitive(left, right)
            case RecordType(), RecordType():
                return self.record(left, right)
            case EnumType(), EnumType():
                return _named(left, right, _enum(left, right))
            case Fixed(), Fixed():
                return _fixed(left, right)
            case Array(items=one), Array(items=other):
                return _array(self.resolver(one, other))
            case Map(values=one), Map(values=other):
                return _map(self.resolver(one, other))
        return _never("incompatible_writer", f"{type_name(left)} written, {type_name(right)} read")

    def written_union(self, branches: tuple[Node, ...], right: Node) -> Resolver:
        resolvers = tuple(self.resolver(branch, right) for branch in branches)

        def resolve(datum: Branch, problems: Problems) -> Any:
            return resolvers[datum.index](datum.value, problems)

        return resolve

    def read_union(self, left: Node, branches: tuple[Node, ...]) -> Resolver:
        index = choose(self.writer, left, self.reader, branches)
        index = self.by_structure(left, branches) if index is None else index
        if index is None:
            return _never("new_symbol_or_branch:branch", f"no branch of the reader's union takes {type_name(left)}")
        inner, chosen = self.resolver(left, branches[index]), index

        def resolve(datum: Any, problems: Problems) -> Branch:
            return Branch(chosen, inner(datum, problems))

        return resolve

    def by_structure(self, left: Node, branches: tuple[Node, ...]) -> int | None:
        """Java takes a record by its fields when no name matches."""
        if not isinstance(left, RecordType):
            return None
        known = fields_of(left)
        for index, branch in enumerate(branches):
            right = self.reader.follow(branch)
            if isinstance(right, RecordType) and all(_filled(known, field) for field in right.fields):
                return index
        return None

    def record(self, left: RecordType, right: RecordType) -> Resolver:
        pair = left.name, right.name
        if pair in self.records:
            return lambda datum, problems: self.records[pair](datum, problems)  # noqa: PLW0108  # not compiled yet
        fields: list[tuple[str, str, Resolver]] = []

        def resolve(datum: dict[str, Datum], problems: Problems) -> Any:
            result, target = {}, ""
            try:
                for target, source, field in fields:  # target is read when a field fails
                    value = datum.get(source)
                    result[target] = value if field is _same else field(value, problems)
            except DecodeError as error:
                raise error.below(target) from None
            return result

        named = resolve if names_match(left, right) else _noting(resolve, _other_name(left, right, soft=True))
        self.records[pair] = named
        known = fields_of(left)
        fields.extend(self.field(known, field) for field in right.fields)
        return named

    def field(self, known: Mapping[str, Field], field: Field) -> tuple[str, str, Resolver]:
        source = source_field(known, field)
        if source is not None:
            return field.name, source.name, self.resolver(source.type, field.type)
        if not field.has_default:
            reason = f"the writer has no field {field.name}, and the reader no default for it"
            return field.name, "", _never("incompatible_writer:missing_field", reason)
        schema = self.reader
        return field.name, "", lambda _datum, _problems: default_datum(schema, field.type, field.default, field.name)


def _filled(known: Mapping[str, Field], field: Field) -> bool:
    source = source_field(known, field)
    if source is None:
        return field.has_default
    return (
        not isinstance(source.type, Primitive)
        or not isinstance(field.type, Primitive)
        or (exact(source.type, field.type) or promotable(source.type, field.type))
    )


def _never(code: str, reason: str) -> Resolver:
    def resolve(_datum: Any, _problems: Problems) -> Any:
        raise _refuse(code, reason)

    return resolve


def _noting(inner: Resolver, error: Callable[[], DecodeError]) -> Resolver:
    def resolve(datum: Any, problems: Problems) -> Any:
        problems.note(error())
        return inner(datum, problems)

    return resolve


def _other_name(left: Any, right: Any, *, soft: bool) -> Callable[[], DecodeError]:
    return lambda: _refuse("renamed", f"{left.name} written, {right.name} read, and no alias", soft=soft)


def _named(left: EnumType | Fixed, right: EnumType | Fixed, inner: Resolver) -> Resolver:
    """Readers compare an enum's and a fixed's name: Java the full one, Python the unqualified one."""
    if full_names_match(left, right):
        return inner
    if names_match(left, right):
        return _noting(inner, _other_name(left, right, soft=True))
    return _never("renamed", f"{left.name} written, {right.name} read, and no alias")


def _enum(left: EnumType, right: EnumType) -> Resolver:
    known, default = frozenset(right.symbols), right.default
    if known.issuperset(left.symbols):
        return _same

    def resolve(datum: str, _: Problems) -> str:
        if datum in known:
            return datum
        if default is None:
            raise _refuse("new_symbol_or_branch:symbol", f"{simple_name(right.name)} has no symbol {datum}")
        return default

    return resolve


def _fixed(left: Fixed, right: Fixed) -> Resolver:
    if left.size != right.size:
        return _never("incompatible_writer", f"fixed of {left.size} bytes written, of {right.size} read")
    return _named(left, right, _logical(left.logical, right.logical, _same))


def _primitive(left: Primitive, right: Primitive) -> Resolver:
    if left.type == right.type:
        return _logical(left.logical, right.logical, _same)
    if not promotable(left, right):
        return _never("incompatible_writer", f"{left.type} written, {right.type} read")
    return _logical(left.logical, right.logical, _promotion(left.type, right.type))


def _promotion(left: str, right: str) -> Resolver:
    if right in ("float", "double"):
        return lambda datum, _: float(datum)
    if right == "bytes":
        return lambda datum, _: datum.encode("utf-8", "surrogatepass")
    if left == "bytes":
        return _text
    return _same


def _text(datum: bytes, problems: Problems) -> str:
    """Java takes any bytes for a string, Python only UTF-8."""
    try:
        return datum.decode()
    except UnicodeDecodeError as error:
        reason = f"bytes written, string read, and not UTF-8: {error.reason}"
        problems.note(_refuse("incompatible_writer:bytes", reason, soft=True))
        return datum.decode(errors="replace")


def _logical(left: Logical | None, right: Logical | None, inner: Resolver) -> Resolver:
    """Two logical types that differ: the spec is silent but for decimals, and readers differ."""
    if left is None or right is None or left == right:
        return inner
    reason = f"{left.name} written, {right.name} read"
    return _noting(inner, lambda: _refuse("incompatible_writer:logical", reason, soft=True))


def _array(item: Resolver) -> Resolver:
    if item is _same:
        return _same

    def resolve(datum: list[Datum], problems: Problems) -> Any:
        result: list[Datum] = []
        try:
            for each in datum:
                result.append(item(each, problems))  # the index of a failure is its length
        except DecodeError as error:
            raise error.below(len(result)) from None
        return result

    return resolve


def _map(value: Resolver) -> Resolver:
    def resolve(datum: dict[str, Datum], problems: Problems) -> Any:
        result, key = {}, ""
        try:
            for key, each in datum.items():  # key is read when a value fails
                result[key] = value(each, problems)
        except DecodeError as error:
            raise error.below(key) from None
        return result

    return resolve

"""Avro body (14–29): bytes that a valid message becomes by damage, by attack, or by another legal spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from kcontract.generate.kind import MAX_BYTES, Ground, Kind, Mutant, Parent, only_avro
from kcontract.generate.kinds.avro_schema import (
    has,
    is_array,
    is_decimal,
    is_double,
    is_enum,
    is_int,
    is_map,
    is_recursive,
    is_sized,
    is_string,
    is_union,
    is_zero_sized,
    spans_of,
    splice,
)  # fmt: skip
from kcontract.generate.kinds.avro_values import EXTREMES, decimals, non_finite, ranges
from kcontract.generate.tokens import forms
from kcontract.model.case import Layer
from kcontract.model.record import Record
from kcontract.schema.avro.encode import Span, long_bytes
from kcontract.schema.avro.nodes import EnumType, Node, Primitive, Union

DEPTHS = (100, 300, 500, 900, 1_000, 5_000, 100_000)
_HUGE = 800_000


def _truncated(ground: Ground, parent: Parent, rng: Random) -> Iterator[Mutant]:
    body = parent.body
    places = sorted(
        {0, *(span.start for span in spans_of(ground, parent)), *(s.head for s in spans_of(ground, parent))}
    )
    inner = [place for place in places if 1 < place < len(body) - 1]
    named = [("start", 1), ("middle", len(body) // 2), ("end", len(body) - 1)]
    named += [("boundary", place) for place in rng.sample(inner, min(6, len(inner)))]
    for variant, size in named:
        if 0 <= size < len(body):
            yield Mutant(parent.with_body(body[:size]), variant, f"only {size} of {len(body)} bytes", str(size))


def _trailing(_: Ground, parent: Parent, rng: Random) -> Iterator[Mutant]:
    tails = (("zero", b"\0"), ("newline", b"\n"), ("one", rng.randbytes(1)), ("eight", rng.randbytes(8)))
    for variant, tail in tails:
        yield Mutant(parent.with_body(parent.body + tail), variant, f"{len(tail)} more bytes: {tail.hex()}")


def _concatenated(_: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
    if parent.body:
        yield Mutant(parent.with_body(parent.body * 2), "body", "the body twice")
    if parent.head:
        yield Mutant(parent.with_body(parent.body + parent.head + parent.body), "framed", "two framed messages")


def _untouched(parent: Parent) -> list[int]:
    """Offsets in the body that belong to no token: a damaged identity could not be made fresh again."""
    body, taken = parent.body, set[int]()
    for form in (form for token in parent.tokens for form in forms(token)):
        at = body.find(form)
        while at >= 0:
            taken.update(range(at, at + len(form)))
            at = body.find(form, at + 1)
    return [offset for offset in range(len(body)) if offset not in taken]


def _bit_flip(_: Ground, parent: Parent, rng: Random) -> Iterator[Mutant]:
    body, places = parent.body, _untouched(parent)
    for at in rng.sample(places, min(len(places), 60)):
        bit = rng.randrange(8)
        one = bytes((body[at] ^ 1 << bit,))
        other = bytes((rng.randrange(256),))
        before, after = body[:at], body[at + 1 :]
        yield Mutant(parent.with_body(before + one + after), "flip", f"bit {bit} of byte {at} flipped", str(at))
        yield Mutant(parent.with_body(before + other + after), "substitute", f"byte {at} is {other.hex()}", str(at))
        yield Mutant(
            parent.with_body(body[:at] + other + body[at:]), "insert", f"{other.hex()} before byte {at}", str(at)
        )
        yield Mutant(parent.with_body(before + after), "delete", f"byte {at} left out", str(at))


def _indexes(count: int) -> tuple[tuple[str, int], ...]:
    return ("beyond", count), ("huge", 2**40), ("negative", -1), ("below", -(2**31) - 1)


def _union_index(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    for span in spans_of(ground, parent):
        if isinstance(span.node, Union):
            for variant, index in _indexes(len(span.node.branches)):
                record = splice(parent, span.start, span.head, long_bytes(index))
                yield Mutant(record, variant, f"union index {index} at {span.path}", span.path)


def _enum_index(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    for span in spans_of(ground, parent):
        if isinstance(span.node, EnumType):
            for variant, index in _indexes(len(span.node.symbols)):
                record = splice(parent, span.start, span.end, long_bytes(index))
                yield Mutant(record, variant, f"enum index {index} at {span.path}", span.path)


def _length_bomb(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    lengths = (("2_31", 2**31), ("2_62", 2**62), ("negative", -1), ("max", 2**63 - 1))
    for span in spans_of(ground, parent):
        if isinstance(span.node, Primitive) and span.node.type in ("string", "bytes"):
            for variant, length in lengths:
                record = splice(parent, span.start, span.head, long_bytes(length))
                yield Mutant(record, variant, f"length {length} at {span.path}", span.path)


def _count_bomb(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    for span in spans_of(ground, parent):
        if not (is_array(span.node) or is_map(span.node)):
            continue
        zero = ground.avro is not None and is_zero_sized(ground.avro, span.node)
        for count in (10**8, 2**31, 2**62) if zero else (10**8,):
            body = long_bytes(count) + (b"\0" if zero else b"")
            variant = f"empty_{'1e8' if count == 10**8 else '2_31' if count == 2**31 else '2_62'}" if zero else "huge"
            yield Mutant(
                splice(parent, span.start, span.head, body), variant, f"{count} items at {span.path}", span.path
            )


def _depth_bomb(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    unit = _nesting(ground, parent)
    if unit is None:
        return
    outer, inner = unit
    body = parent.body
    before, after = body[outer.start : inner.start], body[inner.end : outer.end]
    for depth in DEPTHS:
        if depth * (len(before) + len(after)) <= MAX_BYTES:
            nested = before * depth + body[inner.start : inner.end] + after * depth
            record = splice(parent, outer.start, outer.end, nested)
            yield Mutant(record, str(depth), f"{outer.path or 'the root'} nested {depth} times")


def _nesting(ground: Ground, parent: Parent) -> tuple[Span, Span] | None:
    """A record and one of the same type inside it, the innermost such pair."""
    spans = [span for span in spans_of(ground, parent) if getattr(span.node, "fields", None)]
    for inner in reversed(spans):
        for outer in reversed(spans):
            inside = outer.start <= inner.start and inner.end <= outer.end and outer is not inner
            if inside and outer.node is inner.node and outer.path != inner.path:
                return outer, inner
    return None


def _overlong(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    endless = True  # once: it is large
    for span in spans_of(ground, parent):
        end = _varint_end(span)
        if end is None or end <= span.start:
            continue
        number = parent.body[span.start : end]
        opened = number[:-1] + bytes((number[-1] | 0x80,))
        spellings = [("padded", opened + b"\0"), ("eleven", opened + b"\x80" * (10 - len(number)) + b"\0")]
        if endless:
            spellings.append(("endless", b"\x80" * _HUGE))
            endless = False
        for variant, spelled in spellings:
            note = f"the number at {span.path} in {len(spelled)} bytes"
            yield Mutant(splice(parent, span.start, end, spelled), variant, note, span.path)


def _varint_end(span: Span) -> int | None:
    """The end of the number that a node begins with; None where it begins with none."""
    if isinstance(span.node, EnumType) or (isinstance(span.node, Primitive) and span.node.type in ("int", "long")):
        return span.end
    return span.head if span.head > span.start else None


_BAD_TEXT = (
    ("continuation", b"a\x80b"),
    ("overlong", b"\xc0\xaf"),
    ("surrogate", b"\xed\xa0\x80"),
    ("byte_ff", b"\xff\xfe"),
)


def _invalid_utf8(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    for span in spans_of(ground, parent):
        if isinstance(span.node, Primitive) and span.node.type == "string":
            for variant, raw in _BAD_TEXT:
                record = splice(parent, span.start, span.end, long_bytes(len(raw)) + raw)
                yield Mutant(record, variant, f"text {raw.hex()} at {span.path}", span.path)


def _int_overflow(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    numbers = (("above", 2**31), ("below", -(2**31) - 1), ("2_40", 2**40), ("max_long", 2**63 - 1))
    for span in spans_of(ground, parent):
        if isinstance(span.node, Primitive) and span.node.type == "int":
            for variant, number in numbers:
                record = splice(parent, span.start, span.end, long_bytes(number))
                yield Mutant(record, variant, f"{number} in the int at {span.path}", span.path)


def _replaced(makes: Callable[[Span], Iterator[tuple[str, bytes, str]]]) -> Callable[..., Iterator[Mutant]]:
    """Mutants in which one leaf has other bytes: `makes` gives variant, bytes and words for each."""

    def mutants(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
        large: set[str] = set()
        for span in spans_of(ground, parent):
            for variant, raw, words in makes(span):
                if len(raw) > 10_000:
                    if variant in large:
                        continue
                    large.add(variant)
                yield Mutant(splice(parent, span.start, span.end, raw), variant, f"{words} at {span.path}", span.path)

    return mutants


def _odd(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    for span in spans_of(ground, parent):
        if isinstance(span.node, Primitive) and span.node.type == "boolean":
            for byte in (b"\x02", b"\xff"):
                note = f"boolean 0x{byte.hex()} at {span.path}"
                yield Mutant(splice(parent, span.start, span.end, byte), "boolean", note, span.path)
        elif is_array(span.node) or is_map(span.node):
            for variant, record in _odd_blocks(parent, span):
                yield Mutant(record, variant, f"{variant.replace('_', ' ')} at {span.path}", span.path)


def _odd_blocks(parent: Parent, span: Span) -> Iterator[tuple[str, Record]]:
    items = parent.body[span.head : span.end - 1]
    if span.end - span.head < 1 or not items:
        return
    count = parent.body[span.start : span.head]
    negative = bytes((count[0] - 1,)) + count[1:]  # zigzag: n is 2n, and -n is 2n - 1
    yield "sized_block", splice(parent, span.start, span.end, negative + long_bytes(len(items)) + items + b"\0")
    yield "block_size", splice(parent, span.start, span.end, negative + long_bytes(len(items) + 3) + items + b"\0")
    twice = splice(parent, span.start, span.end, (count + items) * 2 + b"\0")
    yield "map_key" if is_map(span.node) else "multi_block", twice


def _is_boolean(node: Node) -> bool:
    return isinstance(node, Primitive) and node.type == "boolean"


KINDS: tuple[Kind, ...] = (
    Kind(
        "truncated", 14, "Avro body", Layer.DECODE, "the bytes end too early", "invalid", "rejects it",
        "A message was cut: by a buffer, a proxy, a crash. Decoders say EOFError, IndexError or struct.error, depending"
        " on where it was cut.",
        ("start", "middle", "end", "boundary"), only_avro, _truncated, share=2,
    ),
    Kind(
        "trailing_bytes", 15, "Avro body", Layer.DECODE, "bytes behind a whole message", "either; invalid if strict",
        "rejects it, or takes it and says so",
        "Avro has no end mark. Stock deserializers read what the schema asks for and never look whether something is"
        " left: a sign that the writer's schema has fields that this reader does not know.",
        ("zero", "newline", "one", "eight"), only_avro, _trailing,
    ),
    Kind(
        "concatenated", 16, "Avro body", Layer.DECODE, "two messages in one value", "either; invalid if strict",
        "rejects it",
        "A producer wrote its buffer twice, or batched by hand. Stock deserializers read the first and drop the second"
        " without a word: a lost message.",
        ("body", "framed"), only_avro, _concatenated,
    ),
    Kind(
        "bit_flip", 17, "Avro body", Layer.DECODE, "one bit flipped, one byte replaced, inserted or left out",
        "invalid or either, as the bytes say", "rejects it",
        "Only mutants that the strict decoder refuses are sent: nearly half of all flips give another valid message,"
        " which no consumer can notice.",
        ("flip", "substitute", "insert", "delete"), only_avro, _bit_flip, keep_valid=False, share=4,
    ),
    Kind(
        "union_index_bad", 18, "Avro body", Layer.DECODE, "a union index that names no branch",
        "invalid; either for index -1, unless strict", "rejects it",
        "Python decoders look the branch up in a list: -1 is the last branch, so the value is read with the wrong type"
        " and the rest of the message with it.",
        ("beyond", "huge", "negative", "below"), has(is_union, "no union in the schema"), _union_index,
    ),
    Kind(
        "enum_index_bad", 19, "Avro body", Layer.DECODE, "an enum index that names no symbol",
        "invalid; either for index -1, unless strict", "rejects it",
        "Index -1 is the last symbol in Python: a cancelled order becomes a delivered one, without an error.",
        ("beyond", "huge", "negative", "below"), has(is_enum, "no enum in the schema"), _enum_index,
    ),
    Kind(
        "length_bomb", 20, "Avro body", Layer.RESOURCES,
        "a string or bytes that claims gigabytes, or less than nothing",
        "invalid", "rejects it without reserving the memory",
        "A decoder that allocates what the length says dies of it; one that seeks by a negative length reads in"
        " circles.",
        ("2_31", "2_62", "negative", "max"), has(is_sized, "no string or bytes in the schema"), _length_bomb,
        dangerous=True,
    ),
    Kind(
        "count_bomb", 21, "Avro body", Layer.RESOURCES, "an array or map that claims 10^8 items or more",
        "invalid (either, where the items have no bytes)", "rejects it within its time and memory",
        "Items without bytes (null, an empty record) cost the sender nothing: five bytes make a list of a hundred"
        " million entries.",
        ("empty_1e8", "empty_2_31", "empty_2_62", "huge"),
        has(lambda node: is_array(node) or is_map(node), "no array or map in the schema"), _count_bomb, dangerous=True,
    ),
    Kind(
        "depth_bomb", 22, "Avro body", Layer.RESOURCES, "a recursive type nested 100 to 100,000 times", "either",
        "survives: a limit, or decoding in another process",
        "Recursive decoders use the machine's stack. Nine kilobytes kill a Python process that uses fastavro: a"
        " segmentation fault, which nothing can catch.",
        tuple(map(str, DEPTHS)), is_recursive, _depth_bomb, dangerous=True,
    ),
    Kind(
        "overlong_varint", 23, "Avro body", Layer.DECODE, "a number in more bytes than it needs",
        "either; invalid if strict", "rejects it",
        "A varint of an int64 has at most ten bytes. Decoders without that limit shift a growing number for as long as"
        " the bytes go on, in quadratic time.",
        ("padded", "eleven", "endless"), only_avro, _overlong, dangerous=True,
    ),
    Kind(
        "invalid_utf8", 24, "Avro body", Layer.DECODE, "a string that is not UTF-8", "invalid", "rejects it",
        "Latin-1 from an old system, a cut character, an encoded surrogate. Java puts U+FFFD in its place and goes on,"
        " Python raises UnicodeDecodeError.",
        tuple(name for name, _ in _BAD_TEXT), has(is_string, "no string in the schema"), _invalid_utf8,
    ),
    Kind(
        "int_overflow", 25, "Avro body", Layer.CONSTRAINTS, "more than 32 bits in an int", "either; invalid if strict",
        "rejects it",
        "int and long look the same on the wire. Python hands on the large number, Java wraps or throws: two consumers"
        " of one topic see different values.",
        ("above", "below", "2_40", "max_long"), has(is_int, "no int in the schema"), _int_overflow,
    ),
    Kind(
        "logical_out_of_range", 26, "Avro body", Layer.CONSTRAINTS,
        "a date, time, timestamp or uuid that cannot be one", "invalid or either", "rejects it",
        "The raw number is legal Avro, the date is not: OverflowError in the deserializer, or (time-millis -1) a wrong"
        " value without an error.",
        ("too_large", "too_small", "uuid"), has(EXTREMES.applies, "no date, time, timestamp or uuid in the schema"),
        _replaced(ranges),
    ),
    Kind(
        "decimal_abuse", 27, "Avro body", Layer.CONSTRAINTS, "a decimal beyond its precision, empty, or huge",
        "either; invalid if strict", "rejects it",
        "fastavro rounds what is beyond the precision without a word, takes no bytes for 0, and needs minutes for the"
        " digits of a megabyte.",
        ("precision", "empty", "huge"), has(is_decimal, "no decimal in the schema"), _replaced(decimals),
        dangerous=True,
    ),
    Kind(
        "non_finite", 28, "Avro body", Layer.CONSTRAINTS, "NaN, an infinity or -0.0 in a float or double",
        "either, unless constraints speak of it", "handles or rejects it, but does not pass it on as JSON",
        "Legal Avro, but no JSON: a consumer that writes its results as JSON produces text that others cannot read, and"
        " NaN compares as false with everything.",
        ("nan", "infinity", "minus_infinity", "minus_zero"), has(is_double, "no float or double in the schema"),
        _replaced(non_finite),
    ),
    Kind(
        "odd_encodings", 29, "Avro body", Layer.DECODE, "unusual spellings, some of them legal",
        "valid for legal ones (blocks with sizes, several blocks), else either", "processes the legal ones",
        "Arrays and maps may come in several blocks, and blocks may carry their size in bytes: other libraries write"
        " that. A boolean other than 0 and 1, or a key twice, is not legal.",
        ("boolean", "sized_block", "block_size", "multi_block", "map_key"),
        has(lambda node: is_array(node) or is_map(node) or _is_boolean(node), "no array, map or boolean in the schema"),
        _odd,
    ),
)  # fmt: skip

"""Values for a JSON Schema: an ordinary one, the edges one at a time, and random ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from random import Random
from typing import Any

from kcontract.generate.budget import DEPTH, LONGEST, Budget, TooDeepError
from kcontract.generate.distinct import distinct
from kcontract.generate.formats import PATTERNS, SAMPLES
from kcontract.generate.json_names import more_names, texts_of, with_each
from kcontract.generate.json_schema import (
    Aim,
    JsonSchemaView,
    Plain,
    aim_of,
    contained,
    item_schema,
    missing_names,
    property_schemas,
    schema_of_name,
    types_of,
)
from kcontract.generate.leaf_check import leaf_check
from kcontract.generate.numbers import floats, integer_limits, integers, random_integer
from kcontract.generate.patterns import UnsupportedPatternError
from kcontract.generate.round_robin import round_robin
from kcontract.generate.text import boundary_texts, content_texts, random_text
from kcontract.schema.json.dialects import json_equal_key

MAX_ITEMS = 40
_FEW = 8
_TEXT = {"type": "string"}


class JsonValues:
    """Generates from a view of a schema. `fits` is the real validator of the whole value."""

    def __init__(self, view: JsonSchemaView, fits: Callable[[Any], bool]) -> None:
        self._view = view
        self._fits = fits
        self._leaves: dict[int, tuple[Plain, list[Any]]] = {}
        self._aims: dict[int, Aim] = {}
        self._choices: dict[int, tuple[Any, list[Plain]]] = {}
        self._demands: dict[tuple[int, int], tuple[Plain, Plain]] = {}
        self._budget = Budget()
        self._attempt = self._budget.attempt
        self._patterns: list[str] = []

    @property
    def unsupported(self) -> list[str]:
        """What could not be generated, in words: patterns outside the subset, and what is too large."""
        return [*self._patterns, *self._budget.notes]

    @property
    def too_large(self) -> list[str]:
        """What of that is larger than what is generated."""
        return self._budget.too_large

    def ordinary(self, rng: Random, *, full: bool = False) -> Any:
        """A small ordinary value; with `full`, with every optional property and an item in every array.

        Raises TooDeepError if none could be found.
        """
        for value in self._candidates(rng, full):
            if self._fits(value):
                return value
        if self._budget.deepened():
            return self.ordinary(rng, full=full)
        raise TooDeepError("no valid value found")

    def _candidates(self, rng: Random, full: bool) -> Iterator[Any]:
        for choice in self.plains(self._view.document):
            for depth in (0, self._budget.depth - 2):
                value = self._attempt(lambda choice=choice, depth=depth: self._plain(choice, depth, full))  # type: ignore[misc]
                if value:
                    yield value[0]
        patience = self._budget.patience()
        for _ in range(300):
            if not patience.left():
                return
            value = self._attempt(lambda: self.draw(self._view.document, rng))
            if value:
                yield value[0]

    def boundaries(self, rng: Random) -> Iterator[Any]:
        """Valid values, each with one edge: breadth first over the places, so that a prefix is fair to all."""
        seen: set[str] = set()  # of texts, which tell 1 from True and from 1.0
        lists = [self._edges(choice, 0) for choice in self.plains(self._view.document)]
        base = self._attempt(lambda: self.ordinary(rng))
        for value in chain(base, round_robin(lists)):
            text = repr(value)
            if text not in seen and self._fits(value):
                seen.add(text)
                yield value

    def random(self, rng: Random) -> Iterator[Any]:
        """Valid values without end; ends when a thousand tries in a row found none."""
        patience = self._budget.patience()
        while patience.left():
            value = self._attempt(lambda: self.draw(self._view.document, rng))
            if value and self._fits(value[0]):
                patience.renew()
                yield value[0]

    def plains(self, schema: Any) -> list[Plain]:
        """The alternatives of a subschema (kept, since schemas are the same objects every time)."""
        known = self._choices.get(id(schema))
        if known is None:
            known = schema, self._view.choices(schema)
            self._choices[id(schema)] = known
        return known[1]

    def _aim(self, plain: Plain) -> Aim:
        """What is asked of a plain schema again and again."""
        known = self._aims.get(id(plain))
        if known is None:
            known = self._aims[id(plain)] = aim_of(plain)
        return known

    # -- ordinary ------------------------------------------------------------------------------------------------

    def simple(self, schema: Any, depth: int, full: bool = False) -> Any:
        """An ordinary value of a subschema; TooDeepError if the budgets do not allow one."""
        for choice in self.plains(schema):
            value = self._attempt(lambda choice=choice: self._plain(choice, depth, full))  # type: ignore[misc]
            if value:
                return value[0]
        raise TooDeepError("no alternative fits")

    def _plain(self, plain: Plain, depth: int, full: bool) -> Any:
        self._budget.enter(depth)
        self._budget.spend()
        kind = (types_of(plain) or ["null"])[0]
        if "const" in plain or "enum" in plain or kind not in ("object", "array"):
            leaves = self.leaves(plain)
            if not leaves:
                raise TooDeepError("no leaf fits")
            return self._paid(leaves[0])
        return self._object(plain, depth, full) if kind == "object" else self._array(plain, depth, full)

    def _object(self, plain: Plain, depth: int, full: bool) -> dict[str, Any]:
        out: dict[str, Any] = {}
        required = frozenset(plain.get("required", ()))
        for name, sub in property_schemas(plain).items():
            if name in required:
                out[name] = self.simple(sub, depth + 1, full)
            elif full:
                out.update((name, value) for value in self._attempt(lambda sub=sub: self.simple(sub, depth + 2, full)))  # type: ignore[misc]
        self._complete(plain, out, lambda sub: self.simple(sub, depth + 1))
        lacking = self._at_least(plain, "minProperties") - len(out)
        if lacking > 0:
            names = more_names(plain, len(out), lacking, self._named(plain, depth))
            for name in islice((one for one in names if one not in out), lacking):
                out[name] = self.simple(schema_of_name(plain, name), depth + 1)
        return out

    def _complete(self, plain: Plain, out: dict[str, Any], make: Callable[[Any], Any]) -> None:
        """Add what must come with the properties that are there."""
        while missing := missing_names(plain, out):
            for name in missing:
                out[name] = make(self._aim(plain).properties.get(name, schema_of_name(plain, name)))

    def _named(self, plain: Plain, depth: int) -> list[str]:
        """Names that `propertyNames` describes."""
        if not isinstance(plain.get("propertyNames"), dict):
            return []
        return list(islice(self._all_edges(self._kept(plain, _TEXT, plain["propertyNames"]), depth + 1), MAX_ITEMS))

    def _array(self, plain: Plain, depth: int, full: bool) -> list[Any]:
        low = max(self._at_least(plain, "minItems"), contained(plain))
        if full and depth < self._budget.depth - 1:  # two: one can be wrong beside a good one; deep down they multiply
            low = max(low, int(min(2 if depth < 2 else 1, plain.get("maxItems", 2), plain.get("maxContains", 2))))
        return self._items(plain, low, depth, full)

    def _items(self, plain: Plain, count: int, depth: int, full: bool = False) -> list[Any]:
        self._budget.has(count, f"minItems {count:,}")
        distinct = self._distinct(plain, count, depth) if plain.get("uniqueItems") and count > 1 else []
        demanded = min(count, contained(plain))
        first = [self.simple(self._demanded(plain, index), depth + 1) for index in range(demanded)]
        last = (self.simple(item_schema(plain, index), depth + 1, full) for index in range(demanded, count))
        return [*first, *(distinct[demanded:] or last)]

    def _demanded(self, plain: Plain, index: int) -> Any:
        """What an item must be that `contains` asks for."""
        return self._kept(plain, plain["contains"], item_schema(plain, index))

    def _kept(self, plain: Plain, part: Any, other: Any) -> Any:
        """What is both; kept, or its alternatives would be read again each time."""
        key = id(part), id(other)
        if key not in self._demands:
            self._demands[key] = plain, {"allOf": [part, other]}
        return self._demands[key][1]

    def _distinct(self, plain: Plain, count: int, depth: int) -> list[Any]:
        """Items that are all different, each of the schema of its place."""
        schemas = [item_schema(plain, index) for index in range(count)]
        sources = {id(schema): distinct(self._all_edges(schema, depth + 1), self.plains(schema)) for schema in schemas}
        known: set[Any] = set()
        return [self._paid(self._next(sources[id(schema)], known)) for schema in schemas]

    def _next(self, source: Iterator[Any], known: set[Any]) -> Any:
        """The first that is not known."""
        for value in source:
            if (key := json_equal_key(value)) not in known:
                known.add(key)
                return value
        raise TooDeepError("too few distinct items")

    def _at_least(self, plain: Plain, word: str) -> int:
        """What a keyword asks for, if it is within the budget."""
        least: int = plain.get(word, 0)
        self._budget.has(least, f"{word} {least:,}")
        return least

    def _paid(self, value: Any) -> Any:
        """A value that was not made here, counted."""
        self._budget.text(len(value) if isinstance(value, str) else 0)
        return value

    # -- edges ---------------------------------------------------------------------------------------------------

    def _all_edges(self, schema: Any, depth: int) -> Iterator[Any]:
        return round_robin([self._edges(choice, depth) for choice in self.plains(schema)])

    def _edges(self, plain: Plain, depth: int) -> Iterator[Any]:
        if depth > self._budget.depth:
            return
        if "const" in plain or "enum" in plain:
            yield from self.leaves(plain)
            return
        if any(kind not in ("object", "array") for kind in types_of(plain)):
            yield from self.leaves(plain)
        if "object" in types_of(plain):
            yield from self._object_edges(plain, depth)
        if "array" in types_of(plain):
            yield from self._array_edges(plain, depth)

    def _object_edges(self, plain: Plain, depth: int) -> Iterator[Any]:
        bases = self._attempt(lambda: self._object(plain, depth, True))
        least = self._attempt(lambda: self._object(plain, depth, False))
        yield from bases + least
        base = (bases or least)[:1]
        if not base:
            return
        required = frozenset(plain.get("required", ()))
        places = [
            with_each(base[0], name, self._all_edges(sub, depth + 1)) for name, sub in property_schemas(plain).items()
        ]
        omitted = ({k: v for k, v in base[0].items() if k != name} for name in base[0] if name not in required)
        yield from round_robin([omitted, *places, self._extra(plain, base[0], depth)])

    def _extra(self, plain: Plain, base: dict[str, Any], depth: int) -> Iterator[Any]:
        """Maps: properties that only `additionalProperties` describes."""
        more = plain.get("additionalProperties")
        if isinstance(more, dict):
            for name in ("", "key", "ключ 😀", "a/b~c"):
                yield from ({**base, name: value} for value in islice(self._all_edges(more, depth + 1), 3))

    def _array_edges(self, plain: Plain, depth: int) -> Iterator[Any]:
        low, high = plain.get("minItems", 0), plain.get("maxItems")
        counts = [low, low + 1, low + 2, *([high - 1, high] if high is not None else [MAX_ITEMS])]
        for count in dict.fromkeys(counts):
            if low <= count <= (MAX_ITEMS if high is None else min(high, 1_000)):
                yield from self._attempt(lambda count=count: self._items(plain, count, depth))  # type: ignore[misc]
        size = max(low, 1)
        base = self._attempt(lambda: self._items(plain, size, depth))
        if base and (high is None or high >= size):
            for value in self._all_edges(item_schema(plain, 0), depth + 1):
                yield [value, *base[0][1:]]

    # -- leaves --------------------------------------------------------------------------------------------------

    def leaves(self, plain: Plain) -> list[Any]:
        """Legal scalars, an ordinary one first (and the members of an enum of any type)."""
        known = self._leaves.get(id(plain))
        if known is None:
            known = plain, self._make_leaves(plain)
            self._leaves[id(plain)] = known
        return known[1]

    def _make_leaves(self, plain: Plain) -> list[Any]:
        if "const" in plain or "enum" in plain:
            candidates = [plain["const"]] if "const" in plain else list(plain["enum"])
        else:
            candidates = list(round_robin([iter(self._of_type(kind, plain)) for kind in types_of(plain)]))
        check = leaf_check(plain)
        return [value for value in candidates if check(value)]

    def _of_type(self, kind: str, plain: Plain) -> list[Any]:
        if kind == "string":
            return self._texts(plain)
        if kind == "integer":
            return integers(plain)
        if kind == "number":
            return [*floats(plain), *integers(plain)[1:5]]
        if kind == "boolean":
            return [True, False]
        return [None] if kind == "null" else []

    def _texts(self, plain: Plain) -> list[Any]:
        low, high = plain.get("minLength", 0), plain.get("maxLength")
        if low > LONGEST:
            self._budget.note(f"minLength {low:,} is more than the {LONGEST:,} characters of which one is generated")
            return []
        if "pattern" in plain:
            return [*self._patterned(plain), *SAMPLES.get(plain.get("format", ""), ()), *boundary_texts(low, high)]
        if plain.get("format") in SAMPLES:
            return list(SAMPLES[plain["format"]])
        if plain.keys() & {"contentEncoding", "contentMediaType"}:
            return content_texts(plain)
        texts = boundary_texts(low, high)
        ordinary = "abc"[: 3 if high is None else min(3, high)].ljust(low, "x")
        return [ordinary, *texts]

    def _patterned(self, plain: Plain) -> Sequence[str]:
        source, barred = plain["pattern"], plain.get("not")
        unlike = (barred["pattern"],) if isinstance(barred, dict) and [*barred] == ["pattern"] else ()
        form = PATTERNS.get(plain.get("format", ""), "")
        try:
            found = texts_of(source, 20, plain.get("minLength", 0), plain.get("maxLength"), unlike, form)
        except UnsupportedPatternError as problem:
            self._patterns.append(f"pattern {source}: {problem}")
            return ()
        check = leaf_check({"type": "string", "pattern": source})
        if not any(map(check, found)):
            self._patterns.append(f"pattern {source}: no text for it was found")
        return found

    # -- random --------------------------------------------------------------------------------------------------

    def draw(self, schema: Any, rng: Random, depth: int = 0) -> Any:
        """A random value of a subschema; TooDeepError if the depth budget does not allow one."""
        choices = self.plains(schema)
        if not choices:
            raise TooDeepError("nothing fits here")
        self._budget.enter(depth)
        self._budget.spend()
        plain = choices[0] if len(choices) == 1 else rng.choice(choices)
        kinds = self._aim(plain).kinds
        kind = kinds[0] if len(kinds) == 1 else rng.choice(kinds)
        if kind not in ("object", "array") or "const" in plain or "enum" in plain:
            return self._paid(self._random_leaf(kind, plain, rng))
        return self._random_object(plain, rng, depth) if kind == "object" else self._random_array(plain, rng, depth)

    def _random_leaf(self, kind: str, plain: Plain, rng: Random) -> Any:
        leaves = self.leaves(plain)
        free = self._aim(plain).free
        if kind == "integer" and free and rng.random() < 0.7:
            low, high = integer_limits(plain)
            if low <= high:
                return random_integer(rng, low, high)
        if kind == "string" and free and leaves and rng.random() < 0.7:
            return random_text(rng, plain.get("minLength", 0), plain.get("maxLength"))
        if not leaves:
            raise TooDeepError("no leaf fits")
        return rng.choice(leaves)

    def _random_object(self, plain: Plain, rng: Random, depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        required = frozenset(plain.get("required", ()))
        for name, sub in self._aim(plain).properties.items():
            if name in required:
                out[name] = self.draw(sub, rng, depth + 1)
            elif rng.random() < 0.7 / (1 + depth / 3):
                out.update((name, value) for value in self._attempt(lambda sub=sub: self.draw(sub, rng, depth + 1)))  # type: ignore[misc]
        self._complete(plain, out, lambda sub: self.draw(sub, rng, depth + 1))
        more = plain.get("additionalProperties", True)
        lacking = self._at_least(plain, "minProperties") - len(out)
        if plain.keys() & {"patternProperties", "propertyNames"}:
            wanted = lacking > 0 or rng.random() < 0.5
            names = list(more_names(plain, len(out), lacking, self._named(plain, depth))) if wanted else []
            for name in rng.sample(names, min(max(lacking, rng.randint(0, 2)), len(names))):
                out[name] = self.draw(schema_of_name(plain, name), rng, depth + 1)
            return out
        extra = rng.randint(0, 2) if isinstance(more, dict) else 0
        while len(out) < plain.get("minProperties", 0) + extra:
            out[random_text(rng, 1, 12)] = self.draw(more, rng, depth + 1)
        return out

    def _random_array(self, plain: Plain, rng: Random, depth: int) -> list[Any]:
        low = max(self._at_least(plain, "minItems"), contained(plain))
        count = rng.randint(low, min(plain.get("maxItems", low + 4), low + self._more_items(depth)))
        if plain.get("uniqueItems") and count > _FEW:  # drawn one by one they hardly ever all differ
            return self._distinct(plain, count, depth)
        demanded = frozenset(rng.sample(range(count), min(contained(plain), count)))
        return [
            self.simple(plain["contains"], depth + 1)
            if index in demanded
            else self.draw(item_schema(plain, index), rng, depth + 1)
            for index in range(count)
        ]

    def _more_items(self, depth: int) -> int:
        """Items beyond the least: next to none where all values go deep, or they multiply."""
        if self._budget.depth == DEPTH:
            return 4
        return 1 if depth < DEPTH else 0

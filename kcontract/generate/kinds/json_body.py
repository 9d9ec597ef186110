"""JSON body (30–42): text that is no JSON, JSON that parsers differ about, and values against the schema."""

from __future__ import annotations

from kcontract.generate.kind import Ground, Kind, only_json
from kcontract.generate.kinds import json_text, json_values
from kcontract.model.case import Layer


def _has_schema(ground: Ground) -> str:
    return "" if ground.payload.view is not None else "payload is Avro without constraints"


KINDS: tuple[Kind, ...] = (
    Kind(
        "json_syntax", 30, "JSON body", Layer.DECODE, "text that is no JSON", "invalid", "rejects it",
        "Cut text, quotes of the wrong kind, comments, a comma too many, two documents in one value: lenient parsers"
        " take some of it, and then consumers disagree.",
        ("truncated", "unclosed", "single_quotes", "comment", "two_documents", "whitespace", "trailing_comma",
         "unquoted_key"),
        only_json, json_text.syntax,
    ),
    Kind(
        "json_nonstandard", 31, "JSON body", Layer.DECODE, "NaN, infinities, 1e400, a byte order mark, UTF-16",
        "invalid (either for the mark and for overflow)", "rejects it",
        "Python's json reads NaN and Infinity, and writes them again for others to fail on. json.loads on bytes even"
        " takes UTF-16.",
        ("bom", "utf16", *json_text.NONSTANDARD), only_json, json_text.nonstandard,
    ),
    Kind(
        "json_unicode", 32, "JSON body", Layer.DECODE,
        "strings that are not UTF-8, lone surrogates, NUL, control characters",
        "invalid; either for lone surrogate escapes; valid for an escaped NUL",
        "rejects what is invalid, keeps the rest",
        "A lone surrogate escape is decoded by Python into text that cannot be encoded again: the dead letter, the log"
        " line or the database insert fails instead of the parser. PostgreSQL takes no NUL.",
        tuple(json_text.TEXTS), only_json, json_text.unicode,
    ),
    Kind(
        "json_numbers", 33, "JSON body", Layer.CONSTRAINTS,
        "numbers at and beyond 2^53, 2^63, 2^64; hundreds of digits",
        "valid within int64, else either", "keeps them exactly, or rejects them",
        "JavaScript, and any parser that reads into binary64, rounds from 2^53 on. Python refuses to print integers of"
        " more than 4,300 digits. 1.0 is an integer for JSON Schema, and a float for a typed consumer.",
        tuple(json_text.NUMBERS), only_json, json_text.numbers,
    ),
    Kind(
        "duplicate_keys", 34, "JSON body", Layer.CONSTRAINTS, "the same key twice with different values",
        "either; invalid if strict", "rejects it, or always takes the same one",
        "Most parsers take the last value, some the first: a validator and the service behind it may see different"
        " documents.",
        ("first", "last"), only_json, json_text.duplicates,
    ),
    Kind(
        "depth_bomb_json", 35, "JSON body", Layer.RESOURCES, "arrays or objects nested 100 to 100,000 deep", "either",
        "survives: rejects it, or handles it",
        "Recursive parsers and validators end in RecursionError, a stack overflow or a dead process.",
        tuple(f"{name}_{levels}" for levels in json_text.DEPTHS for name in ("arrays", "objects")), only_json,
        json_text.depth, dangerous=True,
    ),
    Kind(
        "wrong_root", 36, "JSON body", Layer.CONSTRAINTS, "null, an array, a scalar, JSON in a string",
        "invalid, as the schema says", "rejects it",
        "Valid JSON of another shape. `payload['id']` on a list, a number or None raises TypeError rather than"
        " KeyError;"
        " a message that was encoded twice is a string.",
        ("null", "array", "object", "string", "number", "boolean", "double_encoded", "wrapped"), only_json,
        json_values.wrong_root,
    ),
    Kind(
        "missing_required", 37, "JSON body", Layer.CONSTRAINTS, "each required property left out in turn", "invalid",
        "rejects it",
        "A consumer that reads with a default turns the gap into a value that nobody sent; one that does not raises"
        " KeyError, in the middle of its work.",
        applies=only_json, mutants=json_values.missing, share=3,
    ),
    Kind(
        "wrong_type", 38, "JSON body", Layer.CONSTRAINTS, "each place with a value of each other type, null included",
        "invalid", "rejects it",
        "\"5\" for 5, 1 for true, null for anything. Lax validation coerces, and other consumers of the topic do not.",
        ("null", "boolean", "integer", "number", "string", "quoted", "array", "object"), only_json,
        json_values.wrong_type, share=4,
    ),
    Kind(
        "out_of_bounds", 39, "JSON body", Layer.CONSTRAINTS, "one below each minimum, one above each maximum",
        "invalid", "rejects it",
        "Numbers, lengths and counts just beyond what the schema (or, for Avro, `constraints`) allows: the first thing"
        " that is missing where a consumer does not validate.",
        ("below_minimum", "above_maximum", "at_excluded_minimum", "at_excluded_maximum", "not_a_multiple", "too_short",
         "too_long", "too_few_items", "too_many_items", "repeated_item"),
        _has_schema, json_values.out_of_bounds, share=3,
    ),
    Kind(
        "value_violation", 40, "JSON body", Layer.CONSTRAINTS, "near misses of an enum, const, pattern or format",
        "invalid; either for formats, unless assertFormats", "rejects it",
        "Another case of letters, a character too many, February 30: values that look right.",
        ("const", "enum", "pattern", "format"), _has_schema, json_values.violations, share=3,
    ),
    Kind(
        "unexpected_property", 41, "JSON body", Layer.CONSTRAINTS, "a property that the schema does not name",
        "valid in an open model, invalid in a closed one", "processes it if the model is open",
        "The next version of a producer sends more than this consumer knows. Strict parsing of an open model breaks on"
        " the day of the release.",
        ("root", "nested"), only_json, json_values.unexpected,
    ),
    Kind(
        "pathological_strings", 42, "JSON body", Layer.RESOURCES,
        "bait for regular expressions, a string of 800 kB, 20,000 items", "either", "stays within its time",
        "A pattern with nested repetition takes exponential time on a near miss; comparing every item with every other"
        " takes minutes.",
        ("regex_bait", "long", "many_items"), only_json, json_values.pathological, dangerous=True,
    ),
)  # fmt: skip

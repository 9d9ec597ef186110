"""`avro`: the values of an Avro schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Literal, overload

from hypothesis.strategies import SearchStrategy

from kcontract.errors import UsageError
from kcontract.generate.avro_values import AvroValues
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.json_form import json_form
from kcontract.schema.avro.nodes import AvroSchema, Datum
from kcontract.schema.avro.parse import parse
from kcontract.strategies.avro_data import AvroData
from kcontract.strategies.avro_python import python_form
from kcontract.strategies.large import made_whole

Schema = Mapping[str, Any] | list[Any] | str | PathLike[str]
Form = Literal["python", "json", "binary"]


@overload
def avro(
    schema: Schema,
    *,
    form: Literal["binary"],
    references: Mapping[str, Any] | None = None,
    non_finite: bool = False,
) -> SearchStrategy[bytes]: ...


@overload
def avro(
    schema: Schema, *, form: Form = "python", references: Mapping[str, Any] | None = None, non_finite: bool = False
) -> SearchStrategy[Any]: ...


def avro(
    schema: Schema, *, form: Form = "python", references: Mapping[str, Any] | None = None, non_finite: bool = False
) -> SearchStrategy[Any]:
    """Valid values of an Avro schema: every type and logical type, within exact bounds.

    `schema`: the schema as it stands in JSON (an object or an array), its text or the name of a type, or the path of
    its file. `references`: named types that are defined elsewhere, full name → schema. `non_finite`: also NaN, the
    infinities and -0.0 in `float` and `double`.

    `form` says what comes out: `python`, the values that fastavro and Confluent's serializers take (a union's value is
    `(branch, value)` where they could not tell its branch); `json`, as in the examples of contracts; `binary`, without
    any framing. Values shrink to 0, empty texts and the first branch of a union; recursion goes three steps beyond
    what a value needs. Values of hundreds of parts and more are made whole, and hardly shrink.

    Raises SchemaError for what is no schema, UsageError GENERATE_UNSATISFIABLE for a record that cannot but hold
    itself, GENERATE_TOO_LARGE for one with more than 20,000 parts, or a fixed of more than a million bytes.
    """
    parsed = parsed_schema(schema, references or {})
    data = _data(parsed, non_finite)
    if data.is_empty:
        raise UsageError(
            "GENERATE_UNSATISFIABLE", "no value of the schema ends: a record holds itself", "make one step optional"
        )
    forms: dict[Form, Callable[[Datum], Any]] = {
        "python": python_form(parsed),
        "json": lambda datum: json_form(parsed, datum),
        "binary": lambda datum: encode(parsed, datum),
    }
    return data.map(forms[form])


def _data(parsed: AvroSchema, non_finite: bool) -> SearchStrategy[Datum]:
    """Drawn part by part, if it is neither too large for that nor nested more deeply than Hypothesis can follow."""
    values = AvroValues(parsed, lambda _: True)
    whole = made_whole(values)
    if whole is not None:
        return whole
    drawn = AvroData(parsed, non_finite=non_finite).root()
    try:
        drawn.validate()
    except RecursionError:
        whole = made_whole(values, 0)
    return drawn if whole is None else whole


def parsed_schema(schema: Schema, references: Mapping[str, Any]) -> AvroSchema:
    """The schema that is meant by a document, a text, a type's name or a path."""
    return parse(_text(schema), {name: _text(other) for name, other in references.items()})


def _text(schema: Schema) -> str:
    if isinstance(schema, Mapping | list):
        return json.dumps(schema)
    if isinstance(schema, str):
        return schema if schema.lstrip()[:1] in ("{", "[", '"') else json.dumps(schema)
    return Path(schema).read_text(encoding="utf-8")

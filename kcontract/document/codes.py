"""Every code that a mistake in a contract file can have, with what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Code:
    """One way for a file to be wrong. `summary` is a line, `explain` what `kcontract explain CODE` shows."""

    name: str
    summary: str
    explain: str
    severity: Severity = "error"


FILE_UNREADABLE = Code(
    "FILE_UNREADABLE",
    "The file cannot be read.",
    "The file does not exist, is not a regular file, or may not be read by this user.",
)
FILE_TOO_LARGE = Code(
    "FILE_TOO_LARGE",
    "The file is larger than a contract, schema or example may be.",
    "Contract files may have 1 MiB, schemas and examples 8 MiB, so that a hostile pull request cannot fill the memory.",
)
FILE_ENCODING = Code(
    "FILE_ENCODING",
    "The file is not UTF-8.",
    "Contract files, schemas and examples are UTF-8 text. Save the file as UTF-8; a byte order mark is tolerated.",
)
YAML_SYNTAX = Code(
    "YAML_SYNTAX",
    "The file is not YAML.",
    "The YAML parser gave up here, so nothing after this place was checked. The cause often stands a line earlier: "
    "a quote or bracket that is not closed, or a `: ` inside a plain text, which then needs quotes.",
)
YAML_TAB = Code(
    "YAML_TAB",
    "A tab stands where YAML wants spaces.",
    "YAML does not allow tabs as indentation. Indent with spaces.",
)
YAML_DOCUMENTS = Code(
    "YAML_DOCUMENTS",
    "The file holds several YAML documents.",
    "One file is one contract. Put what follows `---` into a file of its own.",
)
YAML_TAG = Code(
    "YAML_TAG",
    "A YAML tag is used.",
    "Tags such as `!!python/object` or `!env` are never followed: a contract is plain data. Quote a text that looks "
    "like a number instead of tagging it, and take secrets with `${NAME}`.",
)
YAML_ALIAS = Code(
    "YAML_ALIAS",
    "An alias names no anchor that stands above it.",
    "`*name` repeats the value marked `&name` earlier in the same file; an anchor inside its own value does not count.",
)
YAML_MERGE = Code(
    "YAML_MERGE",
    "A merge key `<<` is used.",
    "Merge keys hide where a value comes from and left YAML with version 1.2. Write the keys out, or put what several "
    "contracts share under `services` in kcontract.yaml.",
)
YAML_TOO_DEEP = Code(
    "YAML_TOO_DEEP",
    "The file nests too deeply.",
    "More than 64 levels of lists and mappings are refused. Put a deep schema into a file of its own.",
)
YAML_TOO_MANY = Code(
    "YAML_TOO_MANY",
    "The file holds too many values.",
    "More than 50,000 values, counting each repetition through an alias, are refused: a few lines of aliases can stand "
    "for billions of values.",
)
YAML_NUMBER = Code(
    "YAML_NUMBER",
    "A number is not finite, or has too many digits.",
    "`.nan`, `.inf`, numbers beyond binary64 and integers of more than 1,000 digits have no JSON form. Quote the value "
    "if it is meant as text.",
)
KEY_DUPLICATE = Code(
    "KEY_DUPLICATE",
    "A key is given twice.",
    "YAML readers silently keep one of the two values, not all of them the same one. Remove one.",
)
KEY_NOT_TEXT = Code(
    "KEY_NOT_TEXT",
    "A key is not text.",
    "Keys are names: not empty, not a list, not a mapping.",
)
KEY_UNKNOWN = Code(
    "KEY_UNKNOWN",
    "A key is not part of the format.",
    "Unknown keys are mistakes, because a misspelt promise would otherwise never be checked.",
)
KEY_REQUIRED = Code(
    "KEY_REQUIRED",
    "A key that must be given is missing.",
    "The message names the key and where it belongs; docs/contract-file.md has all keys with their defaults.",
)
TYPE_WRONG = Code(
    "TYPE_WRONG",
    "A value has the wrong type.",
    "Text that looks like a number, `true` or `null` needs quotes; `yes`, `no`, `on` and `off` are text here "
    "(YAML 1.2), booleans are `true` and `false`.",
)
VALUE_UNKNOWN = Code(
    "VALUE_UNKNOWN",
    "A value is none of those allowed.",
    "The message lists the allowed values; upper and lower case count.",
)
VALUE_RANGE = Code(
    "VALUE_RANGE",
    "A number is outside its range.",
    "The message says the range. Partitions, instances, attempts and counts are whole numbers.",
)
LIST_EMPTY = Code(
    "LIST_EMPTY",
    "A list or mapping that must hold something is empty.",
    "An empty command, list of fields or table promises nothing. Fill it or remove the key.",
)
EXACTLY_ONE = Code(
    "EXACTLY_ONE",
    "Exactly one of several keys must be given.",
    "Some things take several forms, such as an action: `http`, `command` or `start`. None, or "
    "two of them, has no meaning.",
)
POLICY_COUNT = Code(
    "POLICY_COUNT",
    "A receiver needs exactly one policy for invalid records.",
    "`onInvalid` is the promise that malformed records are judged by. It is exactly one of `{deadLetter: TOPIC}`, "
    "`skip`, `{stop: exit}`, `{stop: pause}` and `{reply: error}`.",
)
DURATION_INVALID = Code(
    "DURATION_INVALID",
    "A duration is malformed.",
    "A duration is a number with a unit: `100ms`, `5s`, `2m`.",
)
RATE_INVALID = Code(
    "RATE_INVALID",
    "A rate is malformed.",
    "A rate is a number of records a second, more than none: `200/s`, `0.5/s`.",
)
SHARE_INVALID = Code(
    "SHARE_INVALID",
    "A share is malformed.",
    "A share is a percentage from `0%` to `100%`, such as `0.1%`.",
)
TOPIC_INVALID = Code(
    "TOPIC_INVALID",
    "A topic name is not one that Kafka allows.",
    "Kafka allows 1 to 249 characters of `a-z A-Z 0-9 . _ -`, and neither `.` nor `..`.",
)
POINTER_INVALID = Code(
    "POINTER_INVALID",
    "A pointer is not a JSON Pointer.",
    "A pointer (RFC 6901) is empty for the whole value, or starts with `/`: `/patient/name`. A `~` in a name is "
    "written `~0`, a `/` is written `~1`.",
)
EXPRESSION_INVALID = Code(
    "EXPRESSION_INVALID",
    "An expression is malformed.",
    "Expressions are `$message.key`, `$message.payload#/field`, `$message.header#/name`, and for senders also "
    "`$request.body#/field`, `$request.path#/name`, `$response.status`, `$response.body#/field`.",
)
EXPRESSION_PLACE = Code(
    "EXPRESSION_PLACE",
    "An expression names something that does not exist here.",
    "`$request` and `$response` belong to senders: only their `where`, `action` and `given` have a request. Elsewhere "
    "there is only `$message`.",
)
PLACEHOLDER_UNKNOWN = Code(
    "PLACEHOLDER_UNKNOWN",
    "A placeholder has no meaning, or none here.",
    "Known are {bootstrap} {registry} {topic} {deadLetter} {retry} {reply} {emits} {group} {port} {run} and "
    "{EXPRESSION}; ${NAME} is taken from the caller's environment; `{{` is a literal brace. {deadLetter}, {retry}, "
    "{reply} and {emits} need a topic of that sort in the contract.",
)
FUNCTION_INVALID = Code(
    "FUNCTION_INVALID",
    "A function's name is malformed.",
    "Functions are named `module:function`, as in `tests.ids:existing`. Reading a contract never imports them.",
)
REGEX_INVALID = Code(
    "REGEX_INVALID",
    "A regular expression does not compile.",
    "Regular expressions are Python's, searched for anywhere in the text. In double quotes YAML wants `\\\\d`; use "
    "single quotes for `\\d`.",
)
URL_INVALID = Code(
    "URL_INVALID",
    "A URL is malformed.",
    "Only http:// and https:// URLs with a host are asked; placeholders such as {port} may stand in them.",
)
HTTP_ACTION_INVALID = Code(
    "HTTP_ACTION_INVALID",
    "An HTTP action is not `METHOD /path`.",
    "An action is a method and a path or http URL: `POST /api/patients`, `PUT /api/patients/{id}`.",
)
KIND_UNKNOWN = Code(
    "KIND_UNKNOWN",
    "No kind of malformed record has this code.",
    "`kcontract kinds` lists the codes. A variant follows a colon: `bit_flip:insert`.",
)
PATH_MISSING = Code(
    "PATH_MISSING",
    "A file that the contract names does not exist.",
    "Paths are relative to the contract file, else to the project root (the nearest directory above with "
    "kcontract.yaml, pyproject.toml or .git).",
)
PATH_AMBIGUOUS = Code(
    "PATH_AMBIGUOUS",
    "A path is found both beside the contract and in the project root.",
    "Two different files answer to this path, and silently taking one of them would hide a mistake. Write the path so "
    "that only one matches, for example starting with `./` for the one beside the contract.",
)
PATH_OUTSIDE = Code(
    "PATH_OUTSIDE",
    "A path leaves the project.",
    "Every file that a contract names must lie inside the project root, with symbolic links followed: a pull request "
    "must not read other files of the machine. Copy the file into the project.",
)
SCHEMA_INVALID = Code(
    "SCHEMA_INVALID",
    "A schema is not legal.",
    "A .avsc file must be a legal Avro schema, everything else a legal JSON Schema of its declared draft (2020-12 "
    "unless `$schema` says otherwise).",
)
SCHEMA_KIND = Code(
    "SCHEMA_KIND",
    "A schema of the wrong kind stands here.",
    "Avro (.avsc) is for payloads, keys, readers and versions. Headers, constraints, `when` and HTTP bodies are "
    "described by JSON Schema, inline or in a .json file.",
)
SCHEMA_REMOTE = Code(
    "SCHEMA_REMOTE",
    "A schema refers to another file or to the network.",
    "No `$ref` is ever fetched. Put the definition under `$defs`, or name the file in `message.references`.",
)
SCHEMA_UNSATISFIABLE = Code(
    "SCHEMA_UNSATISFIABLE",
    "No value satisfies a schema.",
    "What it asks for excludes itself: a minimum above its maximum, an enum without a member of the type, `allOf` of "
    "two types, a required property that is `false`; in Avro a record that contains itself without a way out. No "
    "message can be valid then.",
)
EXAMPLE_INVALID = Code(
    "EXAMPLE_INVALID",
    "An example is not JSON, or not valid against its own schema.",
    "Examples are the first cases sent, as valid ones. They are JSON in the form of the payload.",
)
FROM_OVERRIDES = Code(
    "FROM_OVERRIDES",
    "A contract changes what it takes with `from`.",
    "`from` takes topic, message, registry and reply of another team's contract as they are. Only own `send`, "
    "`receive` and `faults` may be added; what should change must change in the contract it is taken from.",
)
FROM_CYCLE = Code(
    "FROM_CYCLE",
    "Contracts take from each other in a circle.",
    "Following `from` comes back to this file, so there is no topic to take.",
)
IDENTITY_MISSING = Code(
    "IDENTITY_MISSING",
    "A receiver is idempotent, but the message has no identity.",
    "Whether a record is a repeat can only be said by `message.identity`, for example `$message.payload#/event_id`.",
)
WIRE_MIXED = Code(
    "WIRE_MIXED",
    "The event types of one topic have schemas of different kinds.",
    "All payloads under `message.oneOf`, and all `registry.versions`, are either Avro or JSON Schema: one topic "
    "has one wire.",
)
WIRE_SCHEMALESS = Code(
    "WIRE_SCHEMALESS",
    "The wire carries a schema id, but there is no payload schema.",
    "`confluent` and `confluent-header` put the id of a registered schema on each record. Give `message.payload`.",
)
REPLY_MISSING = Code(
    "REPLY_MISSING",
    "The policy `{reply: error}` has no error reply to be judged by.",
    "Give `reply: {topic: …, error: SCHEMA}` in the same contract; the error schema tells a refusal from an answer.",
)
RUN_FORM = Code(
    "RUN_FORM",
    "A run has not exactly one form.",
    "A service is run by exactly one of `command`, `service`, `image`, `compose` (with `service`), `group` alone "
    "(already running), `handler` (receivers) and `make` (senders); other keys go with some of these only.",
)
SERVICE_UNKNOWN = Code(
    "SERVICE_UNKNOWN",
    "A service is not declared in kcontract.yaml.",
    "`run: {service: NAME}` takes the keys of `services.NAME` in kcontract.yaml at the project root.",
)
WHERE_TWICE = Code(
    "WHERE_TWICE",
    "One place of an effect is promised twice.",
    "`copies: [a]` is `where: {/a: $message.payload#/a}`; the same pointer may not stand in both, and a `where` "
    "function takes no `copies` beside it.",
)
POINTER_UNKNOWN = Code(
    "POINTER_UNKNOWN",
    "A pointer leads to a field that the schema does not have.",
    "The schema says which fields exist here, and this is none of them, so the promise could never be judged.",
)
POINTER_UNDECLARED = Code(
    "POINTER_UNDECLARED",
    "A pointer leads to a field that the schema leaves open.",
    "The JSON Schema allows additional properties, so the field may exist, but it is not declared: generated records "
    "will not have it. Declare it, or correct the pointer.",
    "warning",
)
VERSIONS_LAST = Code(
    "VERSIONS_LAST",
    "The newest of `registry.versions` is not the payload.",
    "`versions` goes from oldest to newest, and the last one is `message.payload`. It is read as if the payload had "
    "been named behind them.",
    "warning",
)
TOPIC_TWICE = Code(
    "TOPIC_TWICE",
    "Two contracts describe one topic.",
    "One topic has one contract. A team that only receives takes the other's file with `from`.",
)
EMITS_DIFFERS = Code(
    "EMITS_DIFFERS",
    "An emitted event differs from the contract of its topic.",
    "The topic named under `emits` has a contract of its own, with another payload schema. Name the same file in both.",
    "warning",
)
RUN_DIFFERS = Code(
    "RUN_DIFFERS",
    "One service is run in two ways.",
    "A service that stands in several contracts is started once for all of them, so `run` must be the same. Declare it "
    "once under `services` in kcontract.yaml and write `run: {service: NAME}`.",
)

CATALOGUE: tuple[Code, ...] = (
    FILE_UNREADABLE, FILE_TOO_LARGE, FILE_ENCODING, YAML_SYNTAX, YAML_TAB, YAML_DOCUMENTS, YAML_TAG,
    YAML_ALIAS, YAML_MERGE, YAML_TOO_DEEP, YAML_TOO_MANY, YAML_NUMBER, KEY_DUPLICATE, KEY_NOT_TEXT,
    KEY_UNKNOWN, KEY_REQUIRED, TYPE_WRONG, VALUE_UNKNOWN, VALUE_RANGE, LIST_EMPTY, EXACTLY_ONE, POLICY_COUNT,
    DURATION_INVALID, RATE_INVALID, SHARE_INVALID, TOPIC_INVALID, POINTER_INVALID, EXPRESSION_INVALID,
    EXPRESSION_PLACE, PLACEHOLDER_UNKNOWN, FUNCTION_INVALID, REGEX_INVALID, URL_INVALID, HTTP_ACTION_INVALID,
    KIND_UNKNOWN, PATH_MISSING, PATH_AMBIGUOUS, PATH_OUTSIDE, SCHEMA_INVALID, SCHEMA_KIND, SCHEMA_REMOTE,
    SCHEMA_UNSATISFIABLE, EXAMPLE_INVALID, FROM_OVERRIDES, FROM_CYCLE, IDENTITY_MISSING, WIRE_MIXED, WIRE_SCHEMALESS,
    REPLY_MISSING, RUN_FORM, SERVICE_UNKNOWN, WHERE_TWICE, POINTER_UNKNOWN, POINTER_UNDECLARED, VERSIONS_LAST,
    TOPIC_TWICE, EMITS_DIFFERS, RUN_DIFFERS,
)  # fmt: skip
"""All codes, in the order of this file."""

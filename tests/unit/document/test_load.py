"""Whole projects on disk: what is found, what is filled, what stays out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kcontract.document.load import Loaded, load_contracts, load_project, required
from kcontract.errors import UsageError
from kcontract.model.contract import Contract, Expression, Malformed
from tests.unit.document import trees

WHOLE = """\
kcontract: 1
topic: patient.created
description: A patient record was created.
owner: registration
tags: [clinical]
partitions: 4
cleanup: compact
config: {max.message.bytes: 2000000, compression.type: lz4}
message:
  key: {type: string, format: uuid}
  keyFrom: $message.payload#/patient_id
  payload: schemas/patient.avsc
  headers: {required: [correlation_id], properties: {correlation_id: {type: string}, reply_to: {type: string}}}
  correlationId: $message.header#/correlation_id
  identity: $message.payload#/event_id
  examples: [examples/patient.json]
  generators: {/patient_id: tests.ids:existing, /event_id: [NO, yes]}
registry: {compatibility: BACKWARD_TRANSITIVE, versions: [schemas/patient_v1.avsc, schemas/patient.avsc]}
malformed: {strict: true, invalid: [bad_magic]}
reply: {topic: $message.header#/reply_to, payload: schemas/open.json, error: schemas/order.json, within: 250ms}
send:
  patient-api:
    run: {service: patients}
    given: [{http: POST /api/wards, bind: {ward: $response.body#/id}}]
    action: {http: "POST /api/wards/{ward}/patients", body: schemas/open.json}
    where: {/patient_id: $response.body#/id, /event_id: $request.path#/ward}
receive:
  billing:
    run:
      command: [python, -m, billing.consumer, "--port", 8080]
      env: {BROKERS: "{bootstrap}", DLQ: "{deadLetter}", TOKEN: "${TOKEN}", JSON: '{{"a": 1}', DEBUG: true}
      stopTimeout: 2m
    onInvalid: {deadLetter: {topic: patient.created.dlq, preserve: [value], headers: {x-error: exception}}}
    retry: {topic: patient.created.retry, attempts: 5, backoff: 100ms}
    emits:
      topic: invoice.opened
      payload: schemas/open.json
      copies: [event_id]
      where: {/id: $message.payload#/patient_id}
      when: {required: [address]}
      order: {/id: [a, b]}
    order: key
    idempotent: true
    slo: {p95: 100ms, at: 200/s, errors: 0.1%}
    health: {http: "http://localhost:{port}/health", expect: {status: ok}}
    malformed: {either: [bad_magic], exclude: [burst]}
  audit:
    run: {group: audit-group}
    onInvalid: skip
faults:
  brokerDown: {send: accepts, health: degraded, recovers: 30s}
  databaseDown: {down: [pg_ctl, stop], up: [pg_ctl, start]}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The files of the test project on disk, with one contract that uses nearly everything."""
    source = Path(__file__).parent / "project"
    for path in source.rglob("*"):
        if path.is_file() and path.parent.name != "contracts":
            target = tmp_path / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts/patient.created.yaml").write_text(WHOLE)
    (tmp_path / "schemas/open.json").write_text('{"type": "object"}')
    return tmp_path


def load(root: Path) -> Loaded:
    """All contracts of the project."""
    return load_contracts([], load_project(root))


@pytest.fixture
def contract(root: Path) -> Contract:
    """The contract that uses nearly everything."""
    loaded = load(root)
    assert loaded.mistakes == ()
    return loaded.contracts[0]


def test_the_topic_is_filled(contract: Contract) -> None:
    """Everything about the topic arrives in the model."""
    assert (contract.topic, contract.partitions, contract.compacted, contract.tags) == (
        "patient.created", 4, True, ("clinical",),
    )  # fmt: skip
    assert contract.config == (("max.message.bytes", "2000000"), ("compression.type", "lz4"))
    assert str(contract.at) == "contracts/patient.created.yaml:1:1"


def test_the_message_is_filled(contract: Contract) -> None:
    """Schemas are texts with their files, the wire follows the payload, examples are data."""
    message = contract.message
    assert message.payload is not None
    assert (message.payload.kind, message.payload.file, message.wire) == ("avro", "schemas/patient.avsc", "confluent")
    assert message.key is not None
    assert message.key.text == '{"type": "string", "format": "uuid"}'
    assert message.correlation_id == Expression("message.header", "correlation_id")
    assert message.examples[0]["labels"] == {"a": 1}
    assert message.generators == (("/patient_id", "tests.ids:existing"), ("/event_id", ["NO", "yes"]))


def test_a_service_of_the_project_fills_the_run(contract: Contract) -> None:
    """`{service: NAME}` keeps the name and takes the other keys from kcontract.yaml; its place is the contract's."""
    run = contract.send[0].run
    assert (run.service, run.command, run.env) == ("patients", ("python", "-m", "patients"), (("PORT", "{port}"),))
    assert str(run.at) == "contracts/patient.created.yaml:23:5"


def test_given_actions_bind_names(contract: Contract) -> None:
    """What a preparing action binds can be named in later paths and in `where`."""
    sender = contract.send[0]
    assert sender.given[0].bind == (("ward", Expression("response.body", "/id")),)
    assert sender.where is not None
    assert dict(sender.where.pairs)["/event_id"] == Expression("request.path", "ward")


def test_the_receiver_is_filled(contract: Contract) -> None:
    """Durations are seconds, shares fractions; numbers in commands and environments are the text as written."""
    billing = contract.receive[0]
    assert billing.run.command[-1] == "8080"
    assert dict(billing.run.env)["DEBUG"] == "true"
    assert billing.run.stop_timeout == 120
    assert billing.retry is not None
    assert (billing.retry.attempts, billing.retry.backoff) == (5, 0.1)
    assert billing.retry.topics == ("patient.created.retry",)
    assert billing.slo is not None
    assert (billing.slo.p95, billing.slo.rate, billing.slo.errors) == (0.1, 200, 0.001)
    assert billing.health is not None
    assert billing.health.expect == {"status": "ok"}


def test_attempts_may_have_topics_of_their_own(root: Path) -> None:
    """As Spring makes them, where the time between attempts grows."""
    path = root / "contracts" / "patient.created.yaml"
    path.write_text(path.read_text().replace("topic: patient.created.retry", "topic: [p-retry-100, p-retry-200]"))
    (contract,) = (one for one in load(root).contracts if one.receive and one.receive[0].retry)
    retry = contract.receive[0].retry
    assert retry is not None
    assert (retry.topic, retry.topics) == ("p-retry-100", ("p-retry-100", "p-retry-200"))


@pytest.mark.parametrize(
    ("topics", "codes"),
    [("[]", ["LIST_EMPTY"]), ('[""]', ["TOPIC_INVALID"]), ("[[a]]", ["TYPE_WRONG"]), ("[a, 5]", ["TYPE_WRONG"])],
)
def test_topics_for_attempts_that_are_none(root: Path, topics: str, codes: list[str]) -> None:
    """Each is told with its place."""
    path = root / "contracts" / "patient.created.yaml"
    path.write_text(path.read_text().replace("topic: patient.created.retry", f"topic: {topics}"))
    assert [mistake.code for mistake in load(root).mistakes] == codes


def test_policies_take_short_and_long_forms(contract: Contract) -> None:
    """`skip` is a word, `deadLetter` a topic or a mapping."""
    billing, audit = contract.receive
    assert (audit.on_invalid.policy, audit.on_invalid.skip_log, audit.run.observed) == ("skip", None, True)
    dead_letter = billing.on_invalid.dead_letter
    assert dead_letter is not None
    assert (dead_letter.preserve, dead_letter.headers) == (("value",), "mapping")
    assert dead_letter.mapping == (("x-error", "exception"),)


def test_effects_expand_copies_and_promise_no_correlation_id_unasked(contract: Contract) -> None:
    """`copies: [a]` is `where: {/a: $message.payload#/a}`. Only a `correlationId` that is written down is a promise."""
    (effect,) = contract.receive[0].emits
    assert effect.where is not None
    assert effect.where.pairs == (
        ("/event_id", Expression("message.payload", "/event_id")),
        ("/id", Expression("message.payload", "/patient_id")),
    )
    assert effect.correlation_id is None
    assert effect.order == (("/id", ("a", "b")),)


def test_tolerances_are_merged_from_project_to_receiver(contract: Contract) -> None:
    """The project's come first, then the contract's, then the receiver's; a code counts where it is named last."""
    assert contract.malformed == Malformed(strict=True, invalid=("bad_magic",), either=("trailing_bytes",))
    billing, audit = contract.receive
    assert contract.malformed_for(audit) == contract.malformed
    own = contract.malformed_for(billing)
    assert (own.strict, own.invalid, own.either, own.exclude) == (True, (), ("trailing_bytes", "bad_magic"), ("burst",))


def test_the_reply_may_stand_where_the_request_says(contract: Contract) -> None:
    """A reply's topic is a name or an expression."""
    assert contract.reply is not None
    assert contract.reply.topic == Expression("message.header", "reply_to")
    assert (contract.reply.within, contract.reply.correlation_id) == (0.25, contract.message.correlation_id)


def test_faults_are_filled(contract: Contract) -> None:
    """Faults keep the order of the file."""
    broker, database = contract.faults
    assert (broker.name, broker.send, broker.health, broker.recovers) == ("brokerDown", "accepts", "degraded", 30)
    assert (database.down, database.up) == (("pg_ctl", "stop"), ("pg_ctl", "start"))


def test_another_contract_is_taken_without_its_services(root: Path) -> None:
    """`from` takes topic and message with paths of that file; senders and receivers there are not even looked at."""
    (root / "vendor").mkdir(exist_ok=True)
    vendored = "kcontract: 1\ntopic: vendored\nmessage: {payload: own.json}\nreceive: {x: {run: {service: nobody}}}\n"
    (root / "vendor/topic.yaml").write_text(vendored)
    (root / "vendor/own.json").write_text('{"type": "string"}')
    own = "kcontract: 1\nfrom: vendor/topic.yaml\nreceive: {mine: {run: {command: [run]}, onInvalid: {stop: pause}}}\n"
    (root / "contracts/mine.yaml").write_text(own)
    loaded = load_contracts([root / "contracts/mine.yaml"], load_project(root))
    assert loaded.mistakes == ()
    (contract,) = loaded.contracts
    assert (contract.topic, contract.taken_from, contract.at.file) == (
        "vendored", "vendor/topic.yaml", "contracts/mine.yaml",
    )  # fmt: skip
    assert contract.message.payload is not None
    assert contract.message.payload.file == "vendor/own.json"
    assert [receive.name for receive in contract.receive] == ["mine"]


def test_two_teams_may_take_one_contract(root: Path) -> None:
    """A topic has one contract, but any number of contracts that take it."""
    (root / "vendor").mkdir(exist_ok=True)
    (root / "vendor/topic.yaml").write_text("kcontract: 1\ntopic: v\nmessage: {payload: {type: string}}\n")
    for name in ("a", "b"):
        (root / f"contracts/{name}.yaml").write_text("kcontract: 1\nfrom: vendor/topic.yaml\n")
    assert load(root).mistakes == ()


def test_a_wrong_project_file_is_reported_with_the_contracts(root: Path) -> None:
    """A mistake in kcontract.yaml stands there alone: what can be read of it still holds for the contracts."""
    (root / "kcontract.yaml").write_text("services: {patients: {command: [run], instances: many}}\nregistri: x\n")
    loaded = load(root)
    assert [(mistake.code, str(mistake.at)) for mistake in loaded.mistakes] == [
        ("TYPE_WRONG", "kcontract.yaml:1:50"),
        ("KEY_UNKNOWN", "kcontract.yaml:2:1"),
    ]
    assert len(loaded.contracts) == 1


def test_one_wrong_contract_does_not_hide_the_others(root: Path) -> None:
    """The good contracts are there beside the mistakes of the bad one."""
    (root / "contracts/bad.yaml").write_text("kcontract: 1\n")
    loaded = load(root)
    assert [contract.topic for contract in loaded.contracts] == ["patient.created"]
    assert {mistake.at.file for mistake in loaded.mistakes} == {"contracts/bad.yaml"}


def test_a_mistake_in_a_shared_schema_is_told_once(root: Path) -> None:
    """A schema file that several contracts use is wrong once, and all of them stay out."""
    for name in ("a", "b"):
        (root / f"contracts/{name}.yaml").write_text(
            f"kcontract: 1\ntopic: {name}\nmessage: {{payload: schemas/illegal.avsc}}\n"
        )
    loaded = load(root)
    assert [str(mistake.at) for mistake in loaded.mistakes] == ["schemas/illegal.avsc:1:1"]
    assert [contract.topic for contract in loaded.contracts] == ["patient.created"]


def test_the_globs_of_the_project_name_the_contracts(root: Path) -> None:
    """`contracts` in kcontract.yaml replaces contracts/**/*.yaml."""
    (root / "kcontract.yaml").write_text("contracts: [topics/*.yml]\n")
    (root / "topics").mkdir()
    (root / "topics/a.yml").write_text("kcontract: 1\ntopic: a\nmessage: {payload: {type: string}}\n")
    assert [contract.topic for contract in load(root).contracts] == ["a"]


def test_a_path_outside_the_project_is_refused(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Contract files themselves must lie inside the project."""
    other = tmp_path_factory.mktemp("other") / "c.yaml"
    other.write_text("kcontract: 1\n")
    assert [mistake.code for mistake in load_contracts([other], load_project(root)).mistakes] == ["PATH_OUTSIDE"]


def test_a_link_out_of_the_project_is_refused(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A schema that is a symbolic link to another place of the machine is not read."""
    secret = tmp_path_factory.mktemp("secret") / "secret.json"
    secret.write_text('{"type": "string"}')
    (root / "schemas/link.json").symlink_to(secret)
    (root / "contracts/a.yaml").write_text("kcontract: 1\ntopic: a\nmessage: {payload: schemas/link.json}\n")
    loaded = load_contracts([root / "contracts/a.yaml"], load_project(root))
    assert [(mistake.code, str(mistake.at)) for mistake in loaded.mistakes] == [
        ("PATH_OUTSIDE", "contracts/a.yaml:3:20")
    ]


def test_required_contracts_are_there_or_an_error(root: Path) -> None:
    """Commands that need contracts get them, or one error with every mistake."""
    assert len(required(load(root))) == 1
    (root / "contracts/bad.yaml").write_text("kcontract: 1\ntopik: x\n")
    with pytest.raises(UsageError, match=r"contracts/bad\.yaml:2:1 KEY_UNKNOWN") as raised:
        required(load(root))
    assert raised.value.code == "CONTRACT_MISTAKES"


def test_no_contract_at_all_is_an_error(tmp_path: Path) -> None:
    """An empty project has nothing to test, which is said."""
    (tmp_path / ".git").mkdir()
    with pytest.raises(UsageError) as raised:
        required(load(tmp_path))
    assert raised.value.code == "CONTRACTS_NONE"
    assert str(tmp_path) in raised.value.message
    assert "kcontract init" in raised.value.fix


def test_contracts_below_the_root_are_not_overlooked_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory of a larger repository, without a file that makes it a project, is told what would make it one."""
    (tmp_path / ".git").mkdir()
    part = tmp_path / "services" / "billing"
    (part / "contracts").mkdir(parents=True)
    monkeypatch.chdir(part)
    with pytest.raises(UsageError, match=r"no contract was found in") as raised:
        required(load_contracts((), load_project(part)))
    assert f"for those of {part}, write an empty kcontract.yaml" in raised.value.fix
    (part / "kcontract.yaml").touch()
    assert load_project(part).project.root == str(part)


@pytest.mark.parametrize("text", ["", "# only a comment\n"])
def test_an_empty_project_file_only_says_where_the_project_is(tmp_path: Path, text: str) -> None:
    """All its keys have defaults; a list in their place is a mistake."""
    (tmp_path / "kcontract.yaml").write_text(text)
    assert load(tmp_path).mistakes == ()
    (tmp_path / "kcontract.yaml").write_text("- a\n")
    assert [mistake.code for mistake in load(tmp_path).mistakes] == ["TYPE_WRONG"]


def test_a_receivers_expressions_speak_of_what_its_reader_gives() -> None:
    """A field that only the reader has, with its default, may be named: the record is resolved to that schema."""
    fields = [{"name": "patient_id", "type": "string"}, {"name": "ward", "type": "string", "default": "none"}]
    reader = {"type": "record", "name": "Patient", "namespace": "test", "fields": fields}
    text = """\
kcontract: 1
topic: t
message: {payload: schemas/patient.avsc}
receive:
  r: {run: {command: [run]}, onInvalid: skip, reader: schemas/ward.avsc, emits: {topic: seen, copies: [ward]}}
"""
    loaded = trees.load(text, extra={"schemas/ward.avsc": json.dumps(reader).encode()})
    assert loaded.mistakes == ()

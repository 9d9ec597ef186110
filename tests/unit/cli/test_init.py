"""`kcontract init` from schema files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.command import kcontract

AVRO = (
    '{"type":"record","name":"a.B","fields":[{"name":"event_id","type":"string"},{"name":"order_id","type":"string"}]}'
)
JSON = '{"type":"object","required":["id"],"properties":{"id":{"type":"string"}}}'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two schemas as the working directory."""
    (tmp_path / "kcontract.yaml").write_text("kcontract: 1\n")
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/order.placed-value.avsc").write_text(AVRO)
    (tmp_path / "schemas/order.paid.json").write_text(JSON)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_schema_becomes_a_contract_that_lint_accepts(project: Path) -> None:
    """Patterns are understood without a shell; topics are called like the files."""
    ended = kcontract("init", "schemas/*")
    assert (ended.code, ended.out) == (0, "wrote contracts/order.paid.yaml\nwrote contracts/order.placed.yaml\n")
    assert kcontract("lint").out == "2 files: nothing wrong\n"
    text = (project / "contracts/order.placed.yaml").read_text()
    assert "  payload: schemas/order.placed-value.avsc\n" in text
    assert "  identity: $message.payload#/event_id\n" in text
    assert "  # keyFrom: $message.payload#/order_id " in text


def test_options_name_topic_service_command_and_directory(project: Path) -> None:
    """What is said is written, quoted where that is needed."""
    ended = kcontract(
        "init", "schemas/order.paid.json", "--topic", "paid", "--service", "till", "--command", "run 'a: b' -v",
        "--out", "made",
    )  # fmt: skip
    assert (ended.code, ended.out) == (0, "wrote made/paid.yaml\n")
    text = (project / "made/paid.yaml").read_text()
    assert "topic: paid\n" in text
    assert '  till:\n    run:\n      command: [run, "a: b", -v]\n' in text


def test_what_a_schema_refers_to_is_named_beside_it(project: Path) -> None:
    """Of all files that are given a contract lists those that its schema needs, directly or not; without them the
    mistake says how to give them."""
    common = project / "schemas/common"
    common.mkdir()
    field = '{"type":"record","name":"%s","namespace":"a","fields":[{"name":"f","type":"%s"}]}'
    (common / "address.avsc").write_text(field % ("Address", "Country"))
    (common / "country.avsc").write_text('{"type":"enum","name":"a.Country","symbols":["DE"]}')
    (common / "other.avsc").write_text(field % ("Other", "int"))
    (common / "money.json").write_text('{"type":"integer"}')
    (project / "schemas/sent.avsc").write_text(field % ("Sent", "Address"))
    refers = '{"type":"object","required":["id"],"properties":{"id":{"type":"string"},"sum":{"$ref":"money.json"}}}'
    (project / "schemas/billed.json").write_text(refers)
    for name in ("schemas/sent.avsc", "schemas/billed.json"):
        ended = kcontract("init", name)
        assert (ended.code, "--reference FILE" in ended.err) == (2, True), ended.err
    ended = kcontract("init", "schemas/*.*", "--reference", "schemas/common/*")
    assert ended.code == 0, ended.err
    assert "4 files: nothing wrong\n" in kcontract("lint").out
    listed = (project / "contracts/sent.yaml").read_text()
    assert "    - {name: a.Address, subject: a.Address, file: schemas/common/address.avsc}\n" in listed
    assert "    - {name: a.Country, " in listed
    assert "a.Other" not in listed
    assert "    - {name: money.json, subject: " in (project / "contracts/billed.yaml").read_text()
    assert "references" not in (project / "contracts/order.placed.yaml").read_text()


@pytest.mark.parametrize(("file", "text"), [("a.avsc", "[]"), ("a.avsc", "{"), ("a.json", "{"), ("a.avsc", '"int"')])
def test_a_reference_that_is_none_is_named(project: Path, file: str, text: str) -> None:
    """As a schema is."""
    (project / file).write_text(text)
    ended = kcontract("init", "schemas/order.paid.json", "--reference", file)
    assert ended.code == 2
    assert ended.err.startswith(f"error: {file}")


@pytest.mark.parametrize("text", ['{"type": "record"', '{"type": "record", "name": "a", "fields": 1}'])
def test_a_schema_that_is_none_is_named(project: Path, text: str) -> None:
    """Of many files of a pattern, the one that is to be corrected, and what to do."""
    (project / "schemas/bad.avsc").write_text(text)
    ended = kcontract("init", "schemas/*")
    assert ended.code == 2
    assert ended.err.startswith("error: schemas/bad.avsc: ")
    assert "  fix: " in ended.err
    assert not (project / "contracts").exists()


def test_nothing_is_overwritten_and_nothing_half_written(project: Path) -> None:
    """One file that is there keeps all from being written."""
    (project / "contracts").mkdir()
    (project / "contracts/order.placed.yaml").write_text("mine")
    ended = kcontract("init", "schemas/*")
    assert ended.code == 2
    assert "FILE_EXISTS" in ended.err
    assert [path.name for path in (project / "contracts").iterdir()] == ["order.placed.yaml"]
    assert (project / "contracts/order.placed.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["init"], "INIT_NOTHING"),
        (["init", "schemas/none.avsc"], "SCHEMA_MISSING"),
        (["init", "schemas/none*.avsc"], "SCHEMA_MISSING"),
        (["init", "schemas/order.paid.json", "schemas/order.placed-value.avsc", "--topic", "a"], "INIT_TOPIC_ONE"),
        (["init", "schemas/order.paid.json", "--topic", "a/b"], "TOPIC_ILLEGAL"),
        (["init", "bad.avsc"], "AVRO_UNKNOWN_TYPE"),
        (["init", "../outside.json"], "SCHEMA_OUTSIDE"),
        (["init", "--from-topic", "orders"], "INIT_NO_BROKER"),
        (["init", "schemas/order.paid.json", "--command", "run 'it"], "COMMAND_QUOTES"),
        (["init", "schemas/order.paid.json", "--out", "kcontract.yaml/x"], "FILE_UNWRITABLE"),
    ],
)
def test_wrong_usage_has_a_code_and_writes_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], code: str
) -> None:
    """Exit 2, one code, no file."""
    monkeypatch.delenv("KCONTRACT_BOOTSTRAP_SERVERS", raising=False)
    (project / "bad.avsc").write_text('"nothing"')
    (project.parent / "outside.json").write_text("{}")
    ended = kcontract(*args)
    assert ended.code == 2
    assert f"[{code}]" in ended.err
    assert not (project / "contracts").exists()

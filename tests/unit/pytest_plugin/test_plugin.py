"""The plugin in projects of its own, with pytest in another process: parameters, fixtures, options, what it prints."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kcontract

CONTRACT = """
kcontract: 1
topic: orders
message:
  payload: {type: object, required: [id, amount], properties: {id: {type: string}, amount: {type: integer}}}
  key: {type: string, minLength: 1}
receive:
  billing: {run: {command: [none]}, onInvalid: skip}
"""
HANDLERS = """
import json

def careful(record):
    payload = json.loads(record.value or b"null")
    if not record.key or not isinstance(payload, dict):
        raise ValueError(payload)
    if not isinstance(payload.get("id"), str) or type(payload.get("amount")) is not int:
        raise ValueError(payload)

def careless(record):
    return json.loads(record.value)["id"]
"""
KINDS = '["missing_required", "wrong_type", "wrong_root"]'


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with one contract."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(Path(kcontract.__file__).parents[1]))  # a relative one names nothing there
    pytester.makepyprojecttoml("[tool.pytest.ini_options]\n")
    pytester.mkdir("contracts").joinpath("orders.yaml").write_text(CONTRACT)
    pytester.makepyfile(hands=HANDLERS)
    return pytester


def ran(project: pytest.Pytester, *options: str) -> pytest.RunResult:
    return project.runpytest_subprocess("-p", "kcontract.pytest_plugin", "-p", "no:cacheprovider", *options)


def test_a_test_is_run_once_for_each_malformed_record(project: pytest.Pytester) -> None:
    """The careful handler refuses all, the careless one fails with a test to paste, which fails as well."""
    project.makepyfile(
        test_hands=f"""
        import kcontract.testing, pytest
        from hands import careful, careless

        @kcontract.testing.malformed("orders", kinds={KINDS})
        def test_careful(case):
            kcontract.testing.assert_rejected(careful, case, (ValueError,))

        @kcontract.testing.malformed("orders", kinds=["missing_required"])
        def test_careless(case, contract):
            assert contract("orders").look(case.record).expectation == "invalid"
            kcontract.testing.assert_rejected(careless, case, (KeyError,))

        @kcontract.testing.valid("orders", most=5)
        def test_valid(case):
            assert careful(case.record) is None
        """
    )
    result = ran(project)
    counts = result.parseoutcomes()
    assert counts["failed"] == 1
    assert counts["passed"] >= 10
    result.stdout.fnmatch_lines(["*accepted a malformed record: missing_required*"])
    printed = result.stdout.str()
    start = printed.index("import kcontract.testing\n\n\ndef test_careless")
    pasted = printed[start : printed.index("\n=====", start)]
    before = (project.path / "test_hands.py").read_text()
    (project.path / "test_hands.py").write_text(f"{before}\n{pasted}\n")
    again = ran(project, "-k", "again")
    again.assert_outcomes(failed=1, deselected=sum(counts.values()))


def test_what_hypothesis_finds_is_told_as_a_test_to_paste(project: pytest.Pytester) -> None:
    """The smallest case, whatever the parameter is called; of two drawn values nothing is told."""
    project.makepyfile(
        test_drawn="""
        import kcontract.testing
        from hypothesis import HealthCheck, given, settings, strategies as st
        from kcontract.strategies import event

        calm = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

        @calm
        @given(event("orders"))
        def test_small(one):
            assert one.payload["amount"] < 1000

        @calm
        @given(event("orders"), st.integers())
        def test_two(one, number):
            assert number < 1000
        """
    )
    result = ran(project)
    result.assert_outcomes(failed=2)
    printed = result.stdout.str()
    assert printed.count("kcontract: this case as a test of its own") == 1
    start = printed.index("import kcontract.testing\n\n\ndef test_small_valid_again")
    pasted = printed[start : printed.index("\n____", start)]
    before = (project.path / "test_drawn.py").read_text()
    (project.path / "test_drawn.py").write_text(f"{before}\n{pasted}\n")
    again = ran(project, "-k", "again")
    again.assert_outcomes(failed=1, deselected=2)
    again.stdout.fnmatch_lines(["*assert 1000 < 1000*"])


def test_what_is_told_of_methods_and_of_several_failures_can_be_pasted(project: pytest.Pytester) -> None:
    """Each has a name of its own and its class; of a group of failures the first one is told."""
    project.makepyfile(
        test_methods="""
        import kcontract.testing
        from hypothesis import HealthCheck, given, settings
        from kcontract.strategies import event

        calm = settings(
            deadline=None, derandomize=True, max_examples=40,
            suppress_health_check=list(HealthCheck),
        )

        class TestHands:
            @kcontract.testing.malformed("orders", kinds=["missing_required"])
            def test_method(self, case, contract):
                assert "amount" in case.payload and "id" in case.payload

            @calm
            @given(event("orders"))
            def test_drawn(self, case):
                if case.payload["amount"] % 2:
                    raise ValueError
                raise KeyError
        """
    )
    printed = ran(project).stdout.str()
    assert "ExceptionGroup" in printed
    pasted = re.findall(r"(?s)(import kcontract.testing\n\n\ndef test_.*?)\n(?:____|====)", printed)
    names = [name for text in pasted for name in re.findall(r"def (test_\w+_again)", text)]
    assert len(set(names)) == len(names) == 3
    before = (project.path / "test_methods.py").read_text()
    (project.path / "test_methods.py").write_text("\n\n\n".join([before, *pasted]) + "\n")
    ran(project, "-k", "again").assert_outcomes(failed=3, deselected=3)


def test_kinds_that_make_nothing_are_an_error(project: pytest.Pytester) -> None:
    """A loop over no record, or a test without parameters, would pass for ever."""
    project.makepyfile(
        test_none="""
        import kcontract.testing, pytest

        @pytest.mark.parametrize("kinds", [["truncated"], ["trunkated"], ["null_value"]])
        def test_all_are_invalid(contract, kinds):
            assert all(case.expectation == "invalid" for case in contract("orders").malformed(kinds))
        """
    )
    result = ran(project)
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines([
        "*no record of truncated is invalid for orders (truncated: *KIND_WITHOUT_CASES*", "*fix: *kcontract kinds*",
        "*there is no kind trunkated*", "*no record of null_value is invalid*",
    ])  # fmt: skip


def test_what_was_sent_is_held_against_the_contract(project: pytest.Pytester) -> None:
    """Payloads, bytes, clients' records; and a message that says what is wrong, where."""
    project.makepyfile(
        """
        from types import SimpleNamespace
        import pytest
        from kcontract.testing import Record, assert_dead_lettered, assert_valid_event

        def test_valid(contract):
            orders = contract("orders")
            assert_valid_event({"id": "a", "amount": 1}, "orders")
            assert_valid_event(b'{"id": "a", "amount": 1}', orders)
            assert_valid_event(orders.healthy().message, orders)
            assert_valid_event(SimpleNamespace(key=b"k", value=b'{"id": "a", "amount": 1}', headers=[]), orders)
            assert orders.record({"id": "a", "amount": 1}, key=b"mine").key == b"mine"

        @pytest.mark.parametrize("event, why", [
            ({"id": 1, "amount": 1}, "/id"),
            (b"no", "JSON"),
            ("no", "wrong_root"),
            (Record("orders", 0, 0, b"", b'{"id": "a", "amount": 1}', (), None), "key"),
        ])
        def test_invalid(contract, event, why):
            with pytest.raises(AssertionError, match="not a valid event of orders") as caught:
                assert_valid_event(event, contract("orders"))
            assert why in str(caught.value)

        def test_letters(contract):
            case = contract("orders").healthy()
            letter = SimpleNamespace(key=case.record.key, value=case.record.value, headers=[("error", b"x")])
            assert_dead_lettered([SimpleNamespace(key=b"", value=b"", headers=None), letter], case)
            letter.value = b"other"
            assert_dead_lettered(letter, case, preserve=["key"])
            with pytest.raises(AssertionError, match="value: "):
                assert_dead_lettered(letter, case.record)
            with pytest.raises(AssertionError, match="no dead letter came"):
                assert_dead_lettered([], case)

        def test_avro(contract):
            assert_valid_event({"id": "a"}, "bills")
            with pytest.raises(AssertionError, match=": .* at the root is no record Bill: it lacks id\\n  value: "):
                assert_valid_event({}, "bills")
            with pytest.raises(AssertionError, match="it also has more"):
                assert_valid_event({"id": "a", "more": 1}, "bills")

        def test_avro_record(contract):
            bills = contract("bills")
            assert bills.look(bills.record({"id": "a"})).expectation == "valid"
            with pytest.raises(Exception, match="cannot carry this payload: .* it lacks id") as caught:
                bills.record({})
            assert caught.value.code == "PAYLOAD_NOT_ENCODABLE"

        def test_json_record(contract):
            orders = contract("orders")
            assert orders.look(orders.record({"id": 1})).expectation == "invalid"
        """
    )
    (project.path / "contracts/bill.avsc").write_text(
        '{"type": "record", "name": "Bill", "fields": [{"name": "id", "type": "string"}]}'
    )
    (project.path / "contracts/bills.yaml").write_text("kcontract: 1\ntopic: bills\nmessage: {payload: bill.avsc}\n")
    ran(project).assert_outcomes(passed=9)


def test_options_reach_the_contracts(project: pytest.Pytester) -> None:
    """Seed, number, kinds, and where the project is."""
    project.makepyfile(
        """
        def test_options(contract):
            orders = contract("orders", "billing")
            assert len(list(orders.valid())) == 7
            assert {case.kind.partition(":")[0] for case in orders.malformed()} == {"missing_required"}
        """
    )
    options = ("--kcontract-max-examples", "7", "--kcontract-kinds", "missing_required", "--kcontract-seed", "5")
    ran(project, *options, "--kcontract-root", str(project.path)).assert_outcomes(passed=1)


def test_a_misspelt_kind_is_told_before_any_test_runs(project: pytest.Pytester) -> None:
    """With the nearest name, whether a test asks for malformed records or not; blanks beside commas are no part of
    names."""
    project.makepyfile("""
        def test_nothing(): pass
        def test_kinds(contract): assert {case.kind for case in contract("orders").malformed()} == {"missing_required"}
    """)
    result = ran(project, "--kcontract-kinds", "missing_required,wrong_typ")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    told = "ERROR: --kcontract-kinds: there is no kind wrong_typ [[]KIND_UNKNOWN[]]: did you mean wrong_type?"
    result.stderr.fnmatch_lines([told])
    assert "test_nothing" not in result.stdout.str()
    ran(project, "--kcontract-kinds", "missing_required, valid").assert_outcomes(passed=2)


def test_stored_failures_are_parameters_as_well(project: pytest.Pytester) -> None:
    """As `fuzz` has stored them, those of valid records among the valid ones."""
    contract = CONTRACT.replace("run: {command: [none]}", "run: {handler: 'hands:careless', rejects: [KeyError]}")
    project.path.joinpath("contracts/orders.yaml").write_text(contract)
    command = [sys.executable, "-m", "kcontract", "fuzz", "--max-examples", "5", "--kinds", "missing_required"]
    assert subprocess.run(command, cwd=project.path, capture_output=True, check=False, timeout=300).returncode == 1
    (stored,) = [path.stem for path in project.path.joinpath(".kcontract/cases").iterdir()]
    project.makepyfile(
        """
        import kcontract.testing

        @kcontract.testing.malformed("orders", kinds=["wrong_root"])
        def test_one(case): pass

        @kcontract.testing.valid("orders", most=2)
        def test_two(case): assert case.payload

        @kcontract.testing.valid("orders", most=2, stored=False)
        def test_three(case): pass
        """
    )
    cases = project.path / ".kcontract/cases"
    kept = json.loads((cases / f"{stored}.json").read_text())
    kept |= {"finding": "aaaaaaaa", "kind": "valid", "expectation": "valid", "rejection": None}
    kept["record"] |= {"key": "aw==", "value": base64.b64encode(b'{"id": "a", "amount": 1}').decode()}
    (cases / "aaaaaaaa.json").write_text(json.dumps(kept))
    ran(project, "--collect-only", "-q", "-k", f"aaaaaaaa or {stored}").stdout.fnmatch_lines(
        [f"*test_one?stored-{stored}?", "*test_two?stored-aaaaaaaa?", "*2/* tests collected*"]
    )


def test_workers_share_one_registry_and_agree_about_the_cases(project: pytest.Pytester) -> None:
    """It is gone when the last one has gone."""
    project.mkdir("schemas").joinpath("e.avsc").write_text(
        '{"type": "record", "name": "E", "fields": [{"name": "id", "type": "string"}]}'
    )
    project.path.joinpath("contracts/events.yaml").write_text(
        """
kcontract: 1
topic: events
message: {payload: schemas/e.avsc, wire: confluent}
receive: {billing: {run: {command: [none]}, onInvalid: skip}}
"""
    )
    project.makepyfile(
        """
        import urllib.request, pathlib, kcontract.testing

        @kcontract.testing.malformed("events", kinds=["truncated"])
        def test_case(case): pass

        def seen(registry, contract):
            events = contract("events").registered(registry.url)
            assert events.healthy().record.value[:1] == b"\\0"
            urllib.request.urlopen(registry.url + "/subjects").read()
            with pathlib.Path("urls").open("a") as file:
                file.write(registry.url + "\\n")

        def test_one(kcontract_registry, contract): seen(kcontract_registry, contract)
        def test_two(kcontract_registry, contract): seen(kcontract_registry, contract)
        """
    )
    result = ran(project, "-p", "xdist", "-n", "2", "--dist", "each")
    assert "failed" not in result.parseoutcomes()
    assert len(set(project.path.joinpath("urls").read_text().split())) == 1


def test_asynchronous_tests(project: pytest.Pytester) -> None:
    """With pytest-asyncio, fixtures and parameters work as in others."""
    project.makepyfile(
        """
        import kcontract.testing, pytest
        from hands import careful, careless

        async def handle(record):
            return careless(record)

        @pytest.mark.asyncio
        @kcontract.testing.malformed("orders", kinds=["missing_required"])
        async def test_later(case, contract):
            with pytest.raises(KeyError):
                await handle(case.record)
        """
    )
    result = ran(project, "-p", "pytest_asyncio.plugin")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["async def test_later_missing_required_2_again(contract):", "*await test_later(*"])


def test_a_run_that_uses_nothing_of_it_loads_nothing_of_it() -> None:
    """Only the package itself and the plugin."""
    code = "import sys, kcontract.pytest_plugin; print(sorted(name for name in sys.modules if 'kcontract' in name))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert shown.strip() == "['kcontract', 'kcontract.pytest_plugin']"

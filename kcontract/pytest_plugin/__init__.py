"""The plugin that pytest finds beside kcontract: options and fixtures. It loads nothing of kcontract until one of them
is used."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kcontract.testing.contracts import ContractInTest
    from kcontract.testing.shared import SharedBroker, SharedRegistry

_OPTIONS = (
    (
        "--kcontract-root",
        str,
        "A directory of the project whose contracts are meant (default: where pytest was started, else its root).",
    ),
    ("--kcontract-seed", int, "Of generated records (default 0)."),
    ("--kcontract-max-examples", int, "Valid records that a contract gives at most (default 200)."),
    ("--kcontract-kinds", str, "Only these kinds of malformed records, comma separated."),
    ("--kcontract-bootstrap-servers", str, "A cluster that runs already; else a local Apache Kafka is started."),
    ("--kcontract-registry", str, "A schema registry that runs already; else an embedded one is started."),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("kcontract", "contracts of Kafka topics")
    for name, kind, text in _OPTIONS:
        group.addoption(name, type=kind, default=None, help=text)


def pytest_configure(config: pytest.Config) -> None:
    """A misspelt kind ends the run here: told by the first test that asks for malformed records, it came late, and in
    runs without such a test never. pytest.UsageError."""
    kinds = _kinds(config)
    if not kinds:
        return
    from kcontract.errors import UsageError  # noqa: PLC0415 - the plugin must cost nothing unused
    from kcontract.generate.catalogue import checked  # noqa: PLC0415

    try:
        checked(kinds)
    except UsageError as error:
        raise pytest.UsageError(f"--kcontract-kinds: {error.message} [{error.code}]: {error.fix}") from None


def _kinds(config: pytest.Config) -> frozenset[str]:
    given = config.getoption("--kcontract-kinds") or ""
    return frozenset(name.strip() for name in given.split(",") if name.strip())


@pytest.fixture(scope="session")
def contract(pytestconfig: pytest.Config) -> Callable[..., ContractInTest]:
    """`contract("patient.created")`: records of that contract, and what it says of others'."""
    from kcontract.testing.contracts import contract as find  # noqa: PLC0415 - the plugin must cost nothing unused

    option = pytestconfig.getoption
    given = {
        "seed": option("--kcontract-seed"),
        "max_examples": option("--kcontract-max-examples"),
        "kinds": _kinds(pytestconfig) or None,
    }
    settings = {name: value for name, value in given.items() if value is not None}
    here, root = pytestconfig.invocation_params.dir, pytestconfig.rootpath
    starts = (Path(option("--kcontract-root")),) if option("--kcontract-root") else (here, root)
    return lambda topic, receiver="": find(topic, receiver=receiver, start=starts, settings=settings)


@pytest.fixture(scope="session")
def kcontract_broker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedBroker]:
    """One Apache Kafka for the whole test run and all workers of pytest-xdist; the last one that uses it ends it."""
    from kcontract.testing.shared import shared_broker  # noqa: PLC0415

    given = request.config.getoption("--kcontract-bootstrap-servers")
    with shared_broker(_common(request, tmp_path_factory) / "kcontract-broker", given) as broker:
        yield broker


@pytest.fixture(scope="session")
def kcontract_registry(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedRegistry]:
    """One schema registry for the whole test run and all workers, as `kcontract_broker`."""
    from kcontract.testing.shared import shared_registry  # noqa: PLC0415

    given = request.config.getoption("--kcontract-registry")
    with shared_registry(_common(request, tmp_path_factory) / "kcontract-registry", given) as registry:
        yield registry


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed for a case is told as one to paste."""
    report = yield
    if report.when == "call" and report.failed:
        case = getattr(item, "funcargs", {}).get("case")
        text = _snippet(item, case) if _is_case(case) else _snippet_of_drawn(item, call)
        if text:
            report.sections.append(("kcontract: this case as a test of its own", text))
    return report


def _is_case(value: Any) -> bool:
    return type(value).__module__ == "kcontract.testing.values" and type(value).__name__ == "Case"


def _snippet_of_drawn(item: Any, call: pytest.CallInfo[Any]) -> str:
    """The same for the smallest case that Hypothesis has found, if it draws nothing else."""
    inner = getattr(getattr(getattr(item, "obj", None), "hypothesis", None), "inner_test", None)
    code = getattr(inner, "__code__", None)
    if code is None or call.excinfo is None:
        return ""
    seen = _locals_of(call.excinfo.value, code)
    taken = [name for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if name in seen]
    cases = [name for name in taken if _is_case(seen[name])]
    others = [name for name in taken if name not in cases and name != "self"]
    if len(cases) != 1 or not set(others) <= set(item._fixtureinfo.argnames):
        return ""
    from kcontract.testing.snippets import Failed, snippet  # noqa: PLC0415

    is_async = inspect.iscoroutinefunction(inner)
    given = Failed(item.originalname, seen[cases[0]], _owner(item), others, "", is_async, cases[0], is_drawn=True)
    return snippet(given)


def _locals_of(error: BaseException, code: Any) -> dict[str, Any]:
    """The variables of the function with this code where the error, or the first of several, passed it."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is code:
            return dict(trace.tb_frame.f_locals)
        trace = trace.tb_next
    return _locals_of(error.exceptions[0], code) if isinstance(error, BaseExceptionGroup) else {}


def _snippet(item: Any, case: Any) -> str:
    from kcontract.testing.snippets import Failed, snippet  # noqa: PLC0415

    others = [name for name in item._fixtureinfo.argnames if name != "case"]
    label = item.name.partition("[")[2].rstrip("]")
    return snippet(Failed(item.originalname, case, _owner(item), others, label, inspect.iscoroutinefunction(item.obj)))


def _owner(item: Any) -> str:
    return item.cls.__qualname__ if item.cls is not None else ""


def _common(request: pytest.FixtureRequest, factory: pytest.TempPathFactory) -> Path:
    """The directory that the workers of a test run share."""
    base = factory.getbasetemp()
    return base.parent if hasattr(request.config, "workerinput") else base

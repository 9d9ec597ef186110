"""The project file kcontract.yaml."""

from __future__ import annotations

from kcontract.document.fill_contract import read_section
from kcontract.document.fill_run import fill_run, texts
from kcontract.document.fill_topic import fill_malformed
from kcontract.document.format import PROJECT
from kcontract.document.placeholder_check import check_run
from kcontract.document.reading import Reading
from kcontract.model.contract import Malformed, Project


def fill_project(reading: Reading) -> Project:
    """The project whose root is `reading.project.root`, with what its kcontract.yaml says."""
    section = read_section(reading, PROJECT)
    services = section.get("services", {})
    for found in services.values():
        check_run(reading, found)
    defaults = reading.project
    return Project(
        root=defaults.root,
        services=tuple((name, fill_run(reading, found, "project")) for name, found in services.items()),
        contracts=texts(section.get("contracts", ())) or defaults.contracts,
        broker=section.get("broker"),
        registry=section.get("registry"),
        malformed=fill_malformed(section.found.get("malformed"), Malformed()),
        max_examples=section.get("maxExamples"),
        max_time=section.get("maxTime"),
    )

"""Runs for the formats that machines read, and text that wants to be more than text."""

from __future__ import annotations

import io

import msgspec

from kcontract.model.baseline import Accepted
from kcontract.model.finding import Finding
from kcontract.model.location import Location
from kcontract.model.record import Record
from kcontract.model.summary import Blocked, KindCount, UnitSummary
from kcontract.ports import StreamItem
from kcontract.report.formats import FORMATS
from tests.unit.report.findings import FINDINGS
from tests.unit.report.samples import started
from tests.unit.report.samples import verdict as verdict_on
from tests.unit.report.test_text_report import BILLING, GONE, end, start

HOSTILE = (
    "\n::error file=x::owned\n   ::stop-commands::now\n##[error]owned ##[add-mask]x\r::set-output name=a::b "
    "\x1b[2J\x1b]0;title\x07 \x00\x08\ufffe\ud800 ]]> </failure><script>alert(1)</script> & \" ' % %0A "
    "```\n````\n| a | b |\n</details> $(id) `id` \u202e\u2028 {0} [red]x[/red] :smile:"
)
"""Commands for the log of a CI server, control characters, the ends of XML, HTML and Markdown."""
STALE = Accepted("0badcafe", "LOST", "billing", "known", "2026-01-01", at=Location("known.yaml", 4, 5))
API = UnitSummary(unit="patient-api", topics=("patient.created",), seconds=2.0, requests=40)


def accepted(finding: Finding, reason: str = "#12, next release") -> Finding:
    """The finding as a baseline leaves it."""
    return msgspec.structs.replace(finding, accepted=reason, fails=False)


def whole() -> list[StreamItem]:
    """Every verdict once, one of them accepted; a unit that could not run, and a stale entry."""
    made = [msgspec.structs.replace(make(), id=f"{place:08x}") for place, make in enumerate(FINDINGS)]
    findings = (accepted(made[0]), *made[1:])
    summary = msgspec.structs.replace(end(*findings, units=(BILLING, API, GONE)), stale=(STALE,))
    return [start(), started(), *findings, BILLING, API, GONE, summary]


def hostile() -> list[StreamItem]:
    """A finding and a unit whose every text is HOSTILE."""
    text = HOSTILE.encode("utf-8", "surrogatepass")
    first = verdict_on(
        "CRASHED",
        f"truncated:{HOSTILE}",
        text,
        at=Location(f"contracts/{HOSTILE}.yaml", 3, 1),
        promised=HOSTILE,
        seen=(HOSTILE,),
        cause=HOSTILE,
        stderr=HOSTILE,
        note=HOSTILE,
        topic=HOSTILE,
        record=Record(text, text, ((HOSTILE, text),)),
    )
    found = Finding(id="3f9a01c2", unit=HOSTILE, first=first, count=2, kinds=(first.kind, "valid"))
    unit = UnitSummary(
        unit=HOSTILE,
        topics=(HOSTILE,),
        seconds=1.0,
        cases=2,
        kinds=(KindCount(HOSTILE, "invalid", 2, ((HOSTILE, 2),)),),
        blind=((HOSTILE, HOSTILE),),
        notes=(HOSTILE,),
    )
    gone = msgspec.structs.replace(GONE, blocked=Blocked("COULD_NOT_RUN", HOSTILE, HOSTILE))
    tolerated = accepted(msgspec.structs.replace(found, id="00000001"), HOSTILE)
    stale = msgspec.structs.replace(STALE, unit=HOSTILE, at=Location(HOSTILE))
    summary = msgspec.structs.replace(end(found, tolerated, units=(unit, gone)), stale=(stale,), broker=HOSTILE)
    return [start(), started(), found, tolerated, unit, gone, summary]


def written(code: str, items: list[StreamItem], *, verbose: bool = False) -> str:
    """What the format makes of these items."""
    stream = io.StringIO()
    report = next(known for known in FORMATS if known.code == code).make(stream, verbose=verbose)
    for item in items:
        report.take(item)
    report.close()
    report.close()
    return stream.getvalue()

"""What is promised while a part of the environment is down."""

from __future__ import annotations

from kcontract.document.fill_run import texts
from kcontract.document.shape import Found, Section
from kcontract.model.contract import Fault


def fill_faults(found: Found | None) -> tuple[Fault, ...]:
    """All declared faults, in the order of the file."""
    if found is None:
        return ()
    section: Section = found.value
    return tuple(_fault(name, fault) for name, fault in section.found.items())


def _fault(name: str, found: Found) -> Fault:
    section: Section = found.value
    return Fault(
        at=found.key_at,
        name=name,  # type: ignore[arg-type]  # one of the keys of `faults`
        send=section.get("send"),
        health=section.get("health"),
        recovers=section.get("recovers"),
        down=texts(section.get("down", ())),
        up=texts(section.get("up", ())),
    )

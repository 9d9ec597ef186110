"""Draws a contract's valid records: an order on standard input, records on the original standard output.

Run as a module in the project root. It is ended by its parent, or when nobody reads any more. What the project's
functions print goes to standard error.
"""

from __future__ import annotations

import os
import sys

import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings

from kcontract.errors import KcontractError
from kcontract.generate.kind import Parent
from kcontract.harness.frames import frames, send
from kcontract.model.drawn import Drawn, DrawOrder, Draws
from kcontract.strategies.contract_cases import ContractCases

_AT_ONCE = 32


def main() -> None:
    """One order."""
    out = os.dup(1)
    os.dup2(2, 1)
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - as `python -m` does
    order = msgspec.msgpack.decode(next(frames(sys.stdin.buffer)), type=DrawOrder)
    try:
        draw(order, out)
    except BrokenPipeError:
        return
    except KcontractError as error:
        send(out, Draws(last=True, problem=error.message, fix=error.fix))
    except Exception as error:
        send(out, Draws(last=True, problem=f"{type(error).__name__}: {error}"[:500]))


def draw(order: DrawOrder, out: int) -> None:
    """Send what is ordered, as soon as there is some."""
    cases = ContractCases(order.contract, order.receive, order.book)
    waiting: list[Drawn] = []

    def take(pair: tuple[int, Parent]) -> None:
        waiting.append(Drawn(pair[1].record, pair[1].tokens))
        if len(waiting) >= _AT_ONCE:
            send(out, Draws(tuple(waiting)))
            waiting.clear()

    quiet = settings(
        max_examples=order.count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(order.seed)(quiet(given(cases.parents())(take)))()
    send(out, Draws(tuple(waiting), last=True))


if __name__ == "__main__":
    main()

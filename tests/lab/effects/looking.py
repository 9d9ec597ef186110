"""Looks into the ledger from outside: as a function, and as a command `looking DATABASE ID`."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

DATABASE = "build/lab/row-ledger.sqlite"


def find(database: str, identity: str) -> dict[str, Any] | None:
    """The order of that id, if it was written down."""
    if not Path(database).exists():
        return None
    connection = sqlite3.connect(database, timeout=30)
    row = connection.execute("select said from orders where id = ?", (identity,)).fetchone()
    connection.close()
    return None if row is None else dict(json.loads(row[0]))


def is_kept(order: dict[str, Any]) -> bool:
    """Whether the order was written down; AssertionError if as another one."""
    kept = find(DATABASE, order["order_id"])
    if kept is None:
        return False
    assert kept["quantity"] == order["quantity"], f"{kept['quantity']!r} is not {order['quantity']!r}"
    return True


def main() -> int:
    """0 and what was written down, 1 if nothing was."""
    kept = find(sys.argv[1], sys.argv[2])
    if kept is not None:
        sys.stdout.write(f"quantity {kept.get('quantity')!r}\n")
    return 1 if kept is None else 0


if __name__ == "__main__":
    sys.exit(main())

"""Takes the account number through a float: beyond 2^53 it is another account's."""

from __future__ import annotations

from typing import Any

from examples.patients.billing.service import Billing
from examples.patients.common.worker import main


class Misread(Billing):
    def invoice(self, event: dict[str, Any], correlation: str) -> dict[str, Any]:
        return super().invoice({**event, "account_no": int(float(event["account_no"]))}, correlation)


if __name__ == "__main__":
    main(Misread)

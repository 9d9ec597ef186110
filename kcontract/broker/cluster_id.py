"""Names for clusters, as Apache Kafka makes them."""

from __future__ import annotations

import base64
import uuid


def new_cluster_id() -> str:
    """A fresh cluster id: 22 characters of URL-safe base64.

    None begins with "-": Kafka's own tools would take it for an option. Its `Uuid.randomUuid` leaves them out as well.
    """
    while (made := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return made

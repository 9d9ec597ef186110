"""Ids of clusters."""

from __future__ import annotations

import base64
import uuid

import pytest

from kcontract.broker.cluster_id import new_cluster_id


def test_an_id_that_looks_like_an_option_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kafka's storage tool reads `-t -abc` as two options, so such an id is drawn again."""
    like_an_option, plain = uuid.UUID(bytes=b"\xf8" + bytes(15)), uuid.UUID(bytes=b"\x04" + bytes(15))
    drawn = iter([like_an_option, like_an_option, plain])
    monkeypatch.setattr(uuid, "uuid4", lambda: next(drawn))
    assert new_cluster_id() == "BAAAAAAAAAAAAAAAAAAAAA"


def test_an_id_is_sixteen_bytes() -> None:
    """Kafka reads an id back as a UUID."""
    made = new_cluster_id()
    assert len(made) == 22
    assert len(base64.urlsafe_b64decode(made + "==")) == 16

"""Makes a service act over HTTP, and brings back whatever it answers."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx

from kcontract.model.service import Answer, HttpRequest

MAX_BODY_BYTES = 16 << 20
_IDLE_S = 1.0
"""Servers close idle connections, some after two seconds; a request must not meet that moment."""


class HttpTrigger:
    """Implements `ports.Trigger`, keeping connections alive. Proxies of the environment are not used, redirects not
    followed."""

    def __init__(self) -> None:
        self._client = httpx.Client(
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=_IDLE_S),
        )

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float) -> Answer:
        """The answer, or an `Answer` with status 0 and the error. Never raises.

        `timeout` is in seconds and for all of it, the reading of a body included that drips for ever.
        """
        deadline = time.monotonic() + timeout
        try:
            with self._client.stream(method, url, headers=dict(headers), content=body, timeout=timeout) as response:
                return _read(response, deadline)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError) as error:
            hung_up = isinstance(error, httpx.RemoteProtocolError)
            return Answer(0, error=f"{type(error).__name__}: {error}", hung_up=hung_up)

    def at_once(self, requests: Sequence[HttpRequest], timeout: float) -> list[Answer]:
        """Their answers, in this order. No connection is kept: a server with one thread would serve nobody else."""
        with ThreadPoolExecutor(max_workers=max(1, len(requests))) as pool:
            return list(pool.map(partial(self._closing, timeout=timeout), requests))

    def _closing(self, one: HttpRequest, timeout: float) -> Answer:
        return self.request(one.method, one.url, {**one.headers, "Connection": "close"}, one.body, timeout)

    def close(self) -> None:
        self._client.close()


def _read(response: httpx.Response, deadline: float) -> Answer:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return Answer(0, error=f"the body of the answer {response.status_code} is over {MAX_BODY_BYTES} bytes")
        if time.monotonic() > deadline:
            return Answer(0, error=f"the body of the answer {response.status_code} did not end in time")
    return Answer(response.status_code, bytes(body), retry_after="retry-after" in response.headers)

"""The connections of urllib3 with what they lack: a deadline for answers, and certainty about what was sent.

On their own they allow the read timeout for every single byte, and tell a handshake that failed like an
answer that was lost.
"""

from __future__ import annotations

import io
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from http.client import HTTPResponse, IncompleteRead
from socket import socket
from typing import Any
from urllib.parse import unquote, urlsplit

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, PoolManager, ProxyManager, Retry, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util import make_headers, parse_url

_NO_BODY = frozenset({"GET", "HEAD"})


class PunctualConnections:
    """Sends requests over connections that it keeps open; speaks TLS as the context says that it is given.

    What it raises has an `urllib3` `ConnectTimeoutError` beneath it if, and only if, surely nothing arrived:
    there was no connection in time, or the proxy refused to make one. A handshake that breaks is no proof:
    all that is known is that the host, or something on the way, was reached.

    :param context: makes the TLS settings, when they are needed
    """

    def __init__(self, context: Callable[[], ssl.SSLContext]) -> None:
        self._context = cache(context)
        self._managers: dict[str | None, PoolManager] = {}  # by the proxy's address

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | io.RawIOBase | None,
        timeout: Timeout,
        proxy: str | None,
    ) -> BaseHTTPResponse:
        """Send one request; return the answer when its headers are there. Follows and repeats nothing.

        Raises what urllib3 raises, `ValueError` for what can't be sent, and `OSError`.
        """
        parts = urlsplit(url)
        target = f"/{parts.path.lstrip('/')}" + (f"?{parts.query}" if parts.query else "")
        if proxy and parts.scheme == "http":
            target = f"http://{parts.netloc}{target}"
        if body is None and method not in _NO_BODY:
            headers = {**headers, "Content-Length": "0"}
        return self._pool(parts.scheme, parts.hostname, parts.port, proxy).urlopen(
            method,
            target,
            body=body,
            headers=headers,
            retries=Retry(0, read=False),
            redirect=False,
            assert_same_host=False,
            timeout=timeout,
            preload_content=False,
            decode_content=False,
        )

    def close(self) -> None:
        """Close all connections."""
        for manager in self._managers.values():
            manager.clear()

    def _pool(self, scheme: str, host: str | None, port: int | None, proxy: str | None) -> HTTPConnectionPool:
        if proxy not in self._managers:
            self._managers[proxy] = _behind(proxy) if proxy else PoolManager()
        settings = {"ssl_context": self._context()} if scheme == "https" else {}
        pool = self._managers[proxy].connection_from_host(host, port, scheme, settings)
        pool.ConnectionCls = _SecureConnection if scheme == "https" else _PlainConnection
        return pool


def _behind(proxy: str) -> ProxyManager:
    """Return what connects through a proxy; errors would show the credentials in its address."""
    address, parts = parse_url(proxy), urlsplit(proxy)
    credentials = parts.username and f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return ProxyManager(
        address._replace(auth=None).url, proxy_headers=make_headers(proxy_basic_auth=credentials)
    )


class _UntilDeadline(io.RawIOBase):
    """Reads from a socket until the timeout that the socket has at first is used up."""

    def __init__(self, sock: socket, source: io.RawIOBase) -> None:
        super().__init__()
        self._sock, self._source = sock, source
        self._patience = sock.gettimeout()
        self.has_ended = False
        self._deadline = float("inf") if self._patience is None else time.monotonic() + self._patience

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Fill the buffer with what is there; raises `TimeoutError` when the time is used up."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer was not complete in time")
        self._sock.settimeout(None if self._patience is None else left)
        size = self._source.readinto(buffer)
        self.has_ended = size == 0
        return size

    def close(self) -> None:
        """Give the socket its timeout back."""
        with suppress(OSError):  # it is closed already
            self._sock.settimeout(self._patience)  # the next request may use it
        self._source.close()
        super().close()


class _PunctualAnswer(HTTPResponse):
    """An answer that has to be there, whole, within the socket's timeout."""

    def __init__(self, sock: socket, *args: Any, **named: Any) -> None:
        super().__init__(sock, *args, **named)
        self._reader = _UntilDeadline(sock, self.fp.detach())
        self.fp = io.BufferedReader(self._reader)

    def begin(self) -> None:
        """Read the headers; raises `IncompleteRead` where the library would take half of them for all."""
        super().begin()
        if self._reader.has_ended:
            raise IncompleteRead(b"")


class _PlainConnection(HTTPConnection):
    """A connection that tells whether it was there when something went wrong."""

    response_class = _PunctualAnswer

    def connect(self) -> None:
        """Connect, shake hands, cross the proxy; raises `ConnectTimeoutError` for what takes too long."""
        try:
            super().connect()
        except TimeoutError as error:
            raise NewConnectionError(self, str(error)) from error

    def _tunnel(self) -> None:
        """Ask the proxy for a tunnel; raises `NewConnectionError` when it answers with a no."""
        try:
            super()._tunnel()
        except OSError as error:
            if type(error) is not OSError:  # a subclass comes from the network, not from the proxy
                raise
            raise NewConnectionError(self, str(error)) from error


class _SecureConnection(_PlainConnection, HTTPSConnection):
    """The same over TLS."""

    def connect(self) -> None:
        """Connect without a warning at each connection that `verify` is off: the user wanted it."""
        super().connect()
        self.is_verified = True

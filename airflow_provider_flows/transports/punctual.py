"""The adapter of `requests` with what it lacks: a deadline for an answer, and certainty about what was sent.

On its own it allows the read timeout for every single byte, and tells a handshake that failed like an answer
that was lost.
"""

from __future__ import annotations

import io
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPResponse, IncompleteRead
from socket import socket
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

if TYPE_CHECKING:
    from requests import PreparedRequest
    from urllib3.connectionpool import HTTPConnectionPool


class PunctualAdapter(HTTPAdapter):
    """Speaks TLS as the given context says.

    What it raises has an `urllib3` `ConnectTimeoutError` beneath it if, and only if, surely nothing arrived:
    there was no connection in time, or the proxy refused to make one. A handshake that breaks is no proof:
    all that is known is that the host, or something on the way, was reached.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """Return the host, and our own TLS settings."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self._context}

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: Any,
        proxies: Mapping[str, str] | None = None,
        cert: Any = None,
    ) -> HTTPConnectionPool:
        """Return the pool for a request, with punctual connections."""
        pool: Any = super().get_connection_with_tls_context(request, verify, proxies, cert)
        pool.ConnectionCls = _SecureConnection if pool.scheme == "https" else _PlainConnection
        return pool  # type: ignore[no-any-return]  # its stub knows no connection classes

    def cert_verify(self, *_: Any) -> None:
        """Leave the pool alone: the context says it all."""


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

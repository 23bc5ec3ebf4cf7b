"""What went wrong in `aiohttp`, in our words: what surely never arrived, and what may have."""

from __future__ import annotations

import asyncio
import ssl

from airflow_provider_flows.protocol.errors import (
    ConnectionFieldError,
    NotSentError,
    ResponseLostError,
)
from airflow_provider_flows.protocol.messages import Request
from airflow_provider_flows.transports.options import TransportOptions


def translated(
    error: Exception, request: Request, options: TransportOptions, sent_at: float | None = None
) -> Exception:
    """Return our error for one of the library's: what surely never arrived, and what may have."""
    if _never_arrived(error):
        return NotSentError(_why_not_sent(error, options), request, sent_at)
    if isinstance(error, ValueError):
        return ConnectionFieldError(
            f"{options.subject}: {request} cannot be sent as the connection stands: {error}"
        )
    if isinstance(error, asyncio.TimeoutError):
        text = f"no whole answer within the read timeout of {request.read_timeout:g} s"
        return ResponseLostError(text, request, sent_at)
    reason = error.__cause__ or error  # a file that cannot be read on lies beneath
    text = f"the connection broke: {type(reason).__name__}: {reason}"
    return ResponseLostError(text, request, sent_at)


def _never_arrived(error: Exception) -> bool:
    """Tell what surely never arrived from a handshake that broke: there the host was reached at least."""
    import aiohttp

    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return True
    if isinstance(error, aiohttp.ClientConnectorError):
        broke = isinstance(error.os_error, ConnectionError | ssl.SSLError)
        return not broke or isinstance(error.os_error, ConnectionRefusedError)
    return isinstance(error, aiohttp.ConnectionTimeoutError | aiohttp.ClientHttpProxyError)


def _why_not_sent(error: Exception, options: TransportOptions) -> str:
    import aiohttp

    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return f"no connection within the connect timeout of {options.connect_timeout:g} s"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"the server's certificate was rejected: {error}"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"no connection: the proxy answered {error.status} {error.message}"
    return f"no connection: {error}"

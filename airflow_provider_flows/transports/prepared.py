"""A request as `aiohttp` wants it: all that stays the same when it is sent again is made once."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_flows.protocol.messages import Request
from airflow_provider_flows.transports.multipart import MultipartBody
from airflow_provider_flows.transports.options import TransportOptions

if TYPE_CHECKING:
    import aiohttp
    from multidict import CIMultiDict
    from yarl import URL

SLOWEST_UPLOAD = 16 * 1024  # bytes a second


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `ClientSession.request` is told each time that one request is sent."""

    url: URL
    headers: CIMultiDict[str] | None  # None where they are others each time
    timeout: aiohttp.ClientTimeout
    is_plain: bool  # a GET without a proxy: there is nothing more to tell


class Preparer:
    """Prepares the requests of one transport; thousands of runs share what is the same for all of them."""

    def __init__(self, options: TransportOptions) -> None:
        self._options = options
        self._headers: dict[tuple[tuple[str, str], ...], CIMultiDict[str]] = {}
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}
        self._proxies: dict[str, tuple[URL | None, dict[str, str]]] = {}

    def prepared(self, request: Request) -> Prepared:
        """Return a request as `aiohttp` wants it."""
        from yarl import URL

        is_plain = self._proxy(request)[0] is None and request.method == "GET" and request.file is None
        return Prepared(
            url=URL(request.url, encoded=True),
            headers=self._shared_headers(request) if is_plain and isinstance(request.headers, dict) else None,
            timeout=self._shared_timeout(request),
            is_plain=is_plain,
        )

    def headers(self, request: Request, file: MultipartBody | None) -> dict[str, str]:
        """Return the headers of a request as they are now."""
        headers = dict(request.headers)
        if request.url.startswith("http:"):
            headers |= self._proxy(request)[1]
        if file:
            headers |= {"Content-Type": file.content_type, "Content-Length": str(file.len)}
        return headers

    def more(self, request: Request, file: MultipartBody | None) -> dict[str, Any]:
        """Return what else is to be told of a request that is not plain."""
        proxy, credentials = self._proxy(request)
        return {
            "data": file or request.body,
            "proxy": proxy,
            "proxy_headers": credentials,  # of the request for a tunnel
            "skip_auto_headers": ("Content-Type",),
        }

    def _proxy(self, request: Request) -> tuple[URL | None, dict[str, str]]:
        origin = "/".join(request.url.split("/", 3)[:3])
        if (found := self._proxies.get(origin)) is None:
            found = self._proxies[origin] = _proxy_and_credentials(self._options.proxy_for(origin))
        return found

    def _shared_headers(self, request: Request) -> CIMultiDict[str]:
        from multidict import CIMultiDict

        return self._headers.setdefault(tuple(request.headers.items()), CIMultiDict(request.headers))

    def _shared_timeout(self, request: Request) -> aiohttp.ClientTimeout:
        if request.file is not None:
            return timeout_of(request, self._options)
        return self._timeouts.setdefault(request.read_timeout, timeout_of(request, self._options))


def timeout_of(request: Request, options: TransportOptions) -> aiohttp.ClientTimeout:
    """Return how long a request may take, from the moment when it had its turn."""
    from aiohttp import ClientTimeout

    upload = request.file.size / SLOWEST_UPLOAD if request.file else 0
    return ClientTimeout(
        total=options.connect_timeout + upload + request.read_timeout,
        sock_connect=options.connect_timeout,
        sock_read=request.read_timeout,
    )


def _proxy_and_credentials(address: str | None) -> tuple[URL | None, dict[str, str]]:
    """Return a proxy and the header with its credentials; errors would show them in the address."""
    from yarl import URL

    if address is None:
        return None, {}
    proxy = URL(address)
    if proxy.user is None:
        return proxy, {}
    credentials = b64encode(f"{proxy.user}:{proxy.password or ''}".encode("latin-1")).decode()
    return proxy.with_user(None), {"Proxy-Authorization": f"Basic {credentials}"}

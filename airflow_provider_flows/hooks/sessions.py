"""A `requests` session of the HTTP provider for a user's own calls, signed in to one host only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow.providers.common.compat.sdk import Connection
from airflow.providers.http.hooks.http import HttpHook

if TYPE_CHECKING:
    import requests

    from airflow_provider_flows.platforms.spec_platform import SpecPlatform
    from airflow_provider_flows.transports.options import TransportOptions


class _CleanHttpHook(HttpHook):
    """The HTTP provider's hook on a connection without credentials or extras (which become headers)."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(http_conn_id=connection.conn_id)
        self._connection = connection

    def get_connection(self, conn_id: str) -> Connection:  # type: ignore[override]  # a class method there
        return self._connection


def signed_session(
    platform: SpecPlatform, options: TransportOptions, sign_in: Callable[[], Mapping[str, str]]
) -> requests.Session:
    """Return the session; it signs what goes to the platform's own address, and nothing else.

    `sign_in` is asked for the headers before each request, so that a token that ran out is renewed.
    """
    connection = Connection(conn_id=platform.settings.conn_id, conn_type="http", host=platform.base)
    session = _CleanHttpHook(connection).get_conn()
    session.trust_env = False  # else ~/.netrc would sign other hosts' requests, and ours again
    session.verify = options.verify and (options.authorities or True)
    session.cert = options.cert
    session.proxies = {
        scheme: proxy
        for scheme in ("http", "https")
        if (proxy := options.proxy_for(f"{scheme}://{urlsplit(platform.base).netloc}"))
    }
    session.auth = auth = _HostBound(platform.base, sign_in)
    strip = session.rebuild_auth

    def rebuild_auth(prepared: requests.PreparedRequest, response: requests.Response) -> None:
        """Take the credential off a request that a redirect sends elsewhere."""
        strip(prepared, response)  # type: ignore[no-untyped-call]  # untyped in its stubs
        if not auth.covers(prepared.url):
            for name in auth.names:
                prepared.headers.pop(name, None)

    session.rebuild_auth = rebuild_auth  # type: ignore[method-assign]  # the library's own place for this
    return session


class _HostBound:
    """Signs requests to one origin."""

    def __init__(self, base: str, sign_in: Callable[[], Mapping[str, str]]) -> None:
        self._origin = _origin(base)
        self._sign_in = sign_in
        self.names: set[str] = set()

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.covers(prepared.url):
            headers = self._sign_in()
            self.names |= set(headers)
            prepared.headers.update(headers)
        return prepared

    def covers(self, url: str | None) -> bool:
        """Whether an address is the platform's own."""
        return _origin(url or "") == self._origin


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)

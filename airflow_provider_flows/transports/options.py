"""How to reach a platform: what both transports take from a connection."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from airflow_provider_flows import __version__
from airflow_provider_flows.protocol.errors import ConnectionFieldError

HEADERS: Mapping[str, str] = {
    "User-Agent": f"airflow-provider-flows/{__version__}",
    "Accept-Encoding": "gzip",  # the only one that `Body` unpacks
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportOptions:
    """Certificates, proxies and patience. `verify` is a switch, or the path of the authorities to trust.

    `subject` is whom errors speak of; times are in seconds.
    """

    subject: str = "the connection"
    connect_timeout: float = 10.0
    verify: bool | str = True
    cert: str | tuple[str, str] | None = None
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_settings(
        cls, conn_id: str, public: Mapping[str, Any], secret: Mapping[str, Any]
    ) -> TransportOptions:
        """Read a connection's checked fields."""
        cert = public["cert"]
        return cls(
            subject=f"connection {conn_id!r}",
            connect_timeout=float(public["connect_timeout"]),
            verify=_switch(public["verify"]),
            cert=(cert[0], cert[1]) if isinstance(cert, list) else cert,
            proxies={"all": secret["proxy"]} if secret["proxy"] else dict(public["proxies"] or {}),
        )

    @property
    def authorities(self) -> str | None:
        """The file or folder of authorities to trust instead of the usual ones, as `requests` has it."""
        if isinstance(self.verify, str):
            return self.verify
        return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or None

    def proxy_for(self, url: str) -> str | None:
        """Return the proxy for an address: the connection's, else that of the environment, else none.

        Raises `ConnectionFieldError` for a kind of proxy that the transports cannot speak to.
        """
        parts = urlsplit(url)
        known: Mapping[str, str] = self.proxies or getproxies_environment()
        proxy = known.get(parts.scheme) or known.get("all")
        if not proxy or (not self.proxies and proxy_bypass(parts.netloc)):
            return None
        proxy = proxy if "://" in proxy else f"http://{proxy}"
        if (kind := urlsplit(proxy).scheme) not in {"http", "https"}:
            raise ConnectionFieldError(
                f"{self.subject}: the proxy for {parts.netloc} is one for {kind!r}, which is not supported: "
                "give an http:// proxy in the connection's field proxy, or name the host in no_proxy"
            )
        return proxy


def _switch(value: bool | str) -> bool | str:
    """A form and an URI can say true and false only as texts."""
    words: dict[str, bool] = {"true": True, "false": False}
    return words.get(value.strip().casefold(), value) if isinstance(value, str) else value

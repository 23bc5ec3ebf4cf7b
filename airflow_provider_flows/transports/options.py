"""How to reach a platform: what both transports take from a connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from airflow_provider_flows import __version__

USER_AGENT = f"airflow-provider-flows/{__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportOptions:
    """Certificates, proxies and patience. `verify` is a switch, or the path of the authorities to trust."""

    connect_timeout: float = 10.0
    verify: bool | str = True
    cert: str | tuple[str, str] | None = None
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_settings(cls, public: Mapping[str, Any], secret: Mapping[str, Any]) -> TransportOptions:
        """Read a connection's checked fields."""
        cert = public["cert"]
        proxies = dict(public["proxies"] or {})
        if secret["proxy"]:
            proxies = {"http": secret["proxy"], "https": secret["proxy"]}
        return cls(
            connect_timeout=float(public["connect_timeout"]),
            verify=_switch(public["verify"]),
            cert=(cert[0], cert[1]) if isinstance(cert, list) else cert,
            proxies=proxies,
        )

    def proxy_for(self, url: str) -> str | None:
        """Return the proxy for an address: the connection's, else that of the environment, else none."""
        parts = urlsplit(url)
        if self.proxies:
            return self.proxies.get(parts.scheme)
        if proxy_bypass(parts.netloc):
            return None
        return getproxies_environment().get(parts.scheme)


def _switch(value: bool | str) -> bool | str:
    """A form and an URI can say true and false only as texts."""
    words: dict[str, bool] = {"true": True, "false": False}
    return words.get(value.strip().casefold(), value) if isinstance(value, str) else value

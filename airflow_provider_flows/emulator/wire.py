"""What crosses the wire: a request as it came and the answer to be sent."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""Any value that JSON can hold."""

SENT = "sent"
"""The answer reaches the client."""
LOST = "lost"
"""The request took effect, then the connection is dropped without an answer."""
CUT = "cut"
"""Headers and half of the body are sent, then the connection is dropped."""
HANG = "hang"
"""Nothing is ever sent: the client has to give up."""


@dataclass(frozen=True, slots=True)
class WireRequest:
    """Holds one HTTP request exactly as it came, nothing decoded.

    ``raw_path`` is the path with its query string, as it stood in the request line.
    """

    method: str
    raw_path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # they hold credentials
    body: bytes = field(default=b"", repr=False)
    host: str = "127.0.0.1"
    remote: str = "127.0.0.1"  # the client's address

    def header(self, name: str) -> str | None:
        """Return a header's value, whatever the case of its name, or ``None``."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """Tells what is sent back, after how many seconds, and whether it arrives at all."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    fate: str = SENT

    def json(self) -> Json:
        """Return the body read as JSON; raises ``ValueError`` when it is not JSON."""
        return json.loads(self.body)


def is_loopback(address: str) -> bool:
    """Tell whether an IP address is this machine's own; what is no IP address is not."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def json_answer(
    status: int, body: Json, headers: Mapping[str, str] | None = None, delay: float = 0.0
) -> WireAnswer:
    """Build an answer whose body is JSON."""
    text = json.dumps(body, ensure_ascii=False)
    return WireAnswer(status, {"Content-Type": "application/json", **(headers or {})}, text.encode(), delay)

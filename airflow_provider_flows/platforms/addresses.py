"""Addresses as people write them, and what may stand in a path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from airflow_provider_flows.platforms.expressions import Where, template
from airflow_provider_flows.protocol.errors import (
    ConnectionFieldError,
    FlowIdError,
    OptionsError,
    UsageError,
)

_PART_NAMES = {"flow": "flow_id", "run.id": "the run id"}
_FAULTS: Mapping[str, type[UsageError]] = {"conn": ConnectionFieldError, "options": OptionsError}


def filled_address(data: Mapping[str, str], where: Where, names: Mapping[str, Any]) -> str:
    """Return the address that `url` and `path` of a spec make with these names.

    Raises `ConnectionFieldError` naming the connection's field that holds the url.
    """
    field = data["url"].removeprefix("${conn.").removesuffix("}")
    url = template(data["url"], where("url")).value(names)
    if not url:
        raise ConnectionFieldError(f"{field} is missing")
    return completed(url, template(data["path"], where("path")).fill(names, path_part), field)


def completed(address: str, ending: str, field: str) -> str:
    """Return the address with all of `ending` at its end, however much of it was written already.

    `https://h`, `https://h/t` and `https://h/t/v1` all become `https://h/t/v1` for the ending `/t/v1`, so
    that people may paste an address in any of the forms that a vendor's pages show.
    """
    address = checked_address(address, field).rstrip("/")
    wanted = [part for part in ending.split("/") if part]
    have = [part for part in urlsplit(address).path.split("/") if part]
    for length in range(min(len(wanted), len(have)), 0, -1):
        if have[-length:] == wanted[:length]:
            return "/".join([address, *wanted[length:]])
    if wanted and have[-1:] == wanted[-1:]:
        raise ConnectionFieldError(
            f"{field}: the address {address!r} should end in {ending!r} or in no path at all"
        )
    return "/".join([address, *wanted])


def checked_address(address: str, field: str) -> str:
    """Return the address if it is a plain http or https one.

    Raises `ConnectionFieldError` saying what is odd, without the address where it may hold a password.
    """
    if "@" in address:
        raise ConnectionFieldError(
            f"{field}: an address must hold no credentials and no '@'; put credentials into their own fields"
        )
    try:
        parts = urlsplit(address)
        is_plain = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_plain = False
    if not is_plain or not address.isprintable() or " " in address:
        raise ConnectionFieldError(f"{field}: {address!r} is not an address like https://host[:port][/path]")
    if "?" in address or "#" in address:
        raise ConnectionFieldError(f"{field}: the address {address!r} must end before the '?' or '#'")
    return address


def path_part(text: str, name: str) -> str:
    """Return a value percent-encoded as one part of a path.

    Raises the `UsageError` of what `name` is part of (connection, options, flow or run) if it can be none.
    """
    fault = _FAULTS.get(name.partition(".")[0], FlowIdError)
    return quote(checked_id(text, _PART_NAMES.get(name, name), fault), safe="")


def checked_id(text: object, what: str, fault: type[UsageError] = FlowIdError) -> str:
    """Return an id that survives as one part of a path; raises `fault` if it does not."""
    if not isinstance(text, str) or not text.strip():
        raise fault(f"{what} is empty or no text: {text!r}")
    if text in {".", ".."}:
        raise fault(f"{what} is {text!r}, which would change the address that it is part of")
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise fault(f"{what} holds control characters: {text!r}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise fault(f"{what} is no valid Unicode: {text!r}") from None
    return text

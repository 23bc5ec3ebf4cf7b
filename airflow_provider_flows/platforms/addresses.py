"""Addresses as people write them, and what may stand in a path."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from airflow_provider_flows.protocol.errors import ConnectionFieldError, FlowIdError

_PART_NAMES = {"flow": "flow_id", "run.id": "the run id"}


def completed(address: str, ending: str, field: str) -> str:
    """Return the address with all of `ending` at its end, however much of it was written already.

    `https://h`, `https://h/t` and `https://h/t/v1` all become `https://h/t/v1` for the ending `/t/v1`, so that
    people may paste an address in any of the forms that a vendor's pages show.
    """
    address = checked_address(address, field).rstrip("/")
    wanted = [part for part in ending.split("/") if part]
    have = [part for part in urlsplit(address).path.split("/") if part]
    for length in range(min(len(wanted), len(have)), 0, -1):
        if have[-length:] == wanted[:length]:
            return "/".join([address, *wanted[length:]])
    if len(wanted) > 1 and have and have[-1] == wanted[-1]:
        raise ConnectionFieldError(
            f"{field}: the address {address!r} should end in {ending!r} or in no path at all"
        )
    return "/".join([address, *wanted])


def checked_address(address: str, field: str) -> str:
    """Return the address if it is a plain http or https one; raises `ConnectionFieldError` saying what is odd."""
    try:
        parts = urlsplit(address)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise ConnectionFieldError(f"{field}: {address!r} is not an address") from None
    if parts.username or parts.password:
        raise ConnectionFieldError(
            f"{field}: an address must hold no credentials; put them into their own fields"
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_fine or _has_odd(address):
        raise ConnectionFieldError(f"{field}: {address!r} is not an address like https://host[:port][/path]")
    if parts.query or parts.fragment:
        raise ConnectionFieldError(f"{field}: the address {address!r} must end before the '?' or '#'")
    return address


def path_part(text: str, name: str) -> str:
    """Return a value percent-encoded as one part of a path; raises `FlowIdError` if it can be none."""
    return quote(checked_id(text, _PART_NAMES.get(name, name)), safe="")


def checked_id(text: object, what: str) -> str:
    """Return an id that survives as one part of a path; raises `FlowIdError` if it does not."""
    if not isinstance(text, str) or not text.strip():
        raise FlowIdError(f"{what} is empty or no text: {text!r}")
    if text in {".", ".."}:
        raise FlowIdError(f"{what} is {text!r}, which would change the address that it is part of")
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise FlowIdError(f"{what} holds control characters: {text!r}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise FlowIdError(f"{what} is no valid Unicode: {text!r}") from None
    return text


def _has_odd(address: str) -> bool:
    return any(character.isspace() or ord(character) < 32 for character in address)

"""How a secret can stand in a text: as it is, escaped, URL-encoded, or inside base64."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

_SHORTEST_BASE64 = 6  # characters; less would be found by chance
_PERCENT = re.compile("%[0-9A-F]{2}")


def spellings(secret: str) -> dict[bytes, str]:
    """Give every spelling with its kind. Raises ValueError for an empty secret, which is found everywhere."""
    if not secret:
        raise ValueError("a secret to search for is empty")
    found = {text.encode(): "URL-encoded" for text in _in_url(secret)}
    found |= {text.encode(): "escaped" for text in _in_json(secret)}
    found |= dict.fromkeys(_in_base64(secret.encode()), "base64")
    return found | {secret.encode(): "plain"}


def _in_url(secret: str) -> Iterator[str]:
    for encoded in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield encoded
        yield _PERCENT.sub(lambda found: found[0].lower(), encoded)


def _in_json(secret: str) -> Iterator[str]:
    """Give it as in JSON, and as in JSON that stands as a text in JSON."""
    for ascii_only in (True, False):
        once = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield json.dumps(once, ensure_ascii=ascii_only)[1:-1]


def _in_base64(secret: bytes) -> Iterator[bytes]:
    """Give what base64 makes of it at each of the three places where it can begin.

    The characters at both ends that also hold bits of what stands beside it are left out.
    """
    for before in range(3):
        text = base64.b64encode(bytes(before) + secret)
        mixed_ahead = (0, 2, 3)[before]
        mixed_behind = (0, 3, 2)[(before + len(secret)) % 3]
        core = text[mixed_ahead : len(text) - mixed_behind]
        if len(core) >= _SHORTEST_BASE64:
            yield core
            yield core.translate(bytes.maketrans(b"+/", b"-_"))

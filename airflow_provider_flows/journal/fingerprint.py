"""A short word for what was asked for, to tell one wish from another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def fingerprint(parts: Mapping[str, Any]) -> str:
    """Return a hash of JSON data; the order of keys does not matter, and what is no JSON is its text."""
    text = json.dumps(parts, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

"""Keeps secrets out of texts that people read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SHORTEST = 4  # shorter secrets would blot out ordinary words
LONGEST_TEXT = 500


class Scrubber:
    """Replaces every known secret in a text, also where it is spelled as in JSON or in an address."""

    def __init__(self, secrets: Iterable[object] = ()) -> None:
        self._secrets: list[str] = []
        self.add(*secrets)

    def add(self, *secrets: object) -> None:
        """Learn more secrets, such as a token that was just taken out."""
        texts = {str(secret) for secret in secrets if secret is not None}
        spelled = {form for text in texts if len(text) >= SHORTEST for form in _spellings(text)}
        known = spelled.union(self._secrets)
        self._secrets = sorted(known, key=len, reverse=True)  # a secret may contain a shorter one

    def __call__(self, text: str) -> str:
        """Return the text with `***` for each secret."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def shown(self, value: Any, limit: int = LONGEST_TEXT) -> str:
        """Return a value as one line of bearable length, empty for None; what is no text is written as JSON.

        The secrets go first: a cut through one would leave a piece that nobody recognises.
        """
        if value is None:
            return ""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        text = " ".join(self(text).split())
        return text if len(text) <= limit else f"{text[:limit]}…"


def _spellings(text: str) -> set[str]:
    in_json = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    return {text, quote(text, safe=""), quote_plus(text), *in_json}

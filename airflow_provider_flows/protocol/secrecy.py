"""Keeps secrets out of texts that people read."""

from __future__ import annotations

from collections.abc import Iterable

HIDDEN = "***"
SHORTEST = 4  # shorter secrets would blot out ordinary words


class Scrubber:
    """Replaces every known secret in a text."""

    def __init__(self, secrets: Iterable[object] = ()) -> None:
        self._secrets: list[str] = []
        self.add(*secrets)

    def add(self, *secrets: object) -> None:
        """Learn more secrets, such as a token that was just taken out."""
        texts = {str(secret) for secret in secrets if secret is not None}
        known = {text for text in texts if len(text) >= SHORTEST}.union(self._secrets)
        self._secrets = sorted(known, key=len, reverse=True)  # a secret may contain a shorter one

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text

"""The emulator as the demo sees it: a server of its own that counts what it was asked to start."""

from __future__ import annotations

from collections import Counter

import requests


def counted_starts(url: str) -> Counter[str] | None:
    """Ask the emulator how many flow runs it has started, by platform; None while it isn't there yet."""
    with requests.Session() as session:
        session.trust_env = False  # never through a proxy
        try:
            answer = session.get(f"{url}/_emulator/starts", timeout=10)
        except requests.ConnectionError:
            return None
    answer.raise_for_status()
    starts: Counter[str] = Counter()
    for row in answer.json()["starts"]:
        starts[row["platform"]] += row["starts"]
    return starts

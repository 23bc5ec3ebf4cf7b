"""How many tokens are taken out, and how often the connection is looked up, for ten thousand runs."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any, ClassVar

from airflow.secrets import BaseSecretsBackend

from tests.bench.polling.nginx import Server
from tests.bench.polling.sides import Place, flows_arguments
from tests.bench.polling.triggerer import FLOWS_PATH, order_triggers, raise_what_ended, runner


class CountingBackend(BaseSecretsBackend):
    """Asked before the environment; counts, and knows nothing."""

    asked: ClassVar[list[float]] = []

    def get_connection(self, conn_id: str, team_name: str | None = None) -> None:
        """Note when it was asked."""
        self.asked.append(time.monotonic())


async def measure(server: Server, place: Place, order: dict[str, Any]) -> dict[str, float]:
    """Return tokens, look-ups and polls over a time in which each run is asked for several times."""
    os.environ["AIRFLOW__SECRETS__BACKEND"] = f"{__name__}.{CountingBackend.__name__}"
    tokens = Path(server.token_log)
    already = _lines(tokens)
    _, before = server.counters()
    triggerer = runner()
    order_triggers(
        triggerer,
        FLOWS_PATH,
        (flows_arguments(number, place, "bench_unitelabs", "unitelabs") for number in range(order["runs"])),
    )
    began = time.monotonic()
    await triggerer.create_triggers()  # type: ignore[no-untyped-call]  # untyped in Airflow
    await asyncio.sleep(order["seconds"] - (time.monotonic() - began))
    took = time.monotonic() - began
    raise_what_ended(triggerer)
    taken = _lines(tokens) - already
    return {
        "tokens": taken,
        "lookups": len(CountingBackend.asked),
        "polls": server.counters()[1] - before - 1 - taken,
        "seconds": took,
    }


def _lines(file: Path) -> int:
    return len(file.read_text().splitlines())

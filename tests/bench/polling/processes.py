"""Runs each measurement in a process of its own, and takes the sides in turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from airflow_provider_flows.demo.environment import plain_environment
from tests.bench.context import Context
from tests.bench.polling.nginx import Server, nginx

_LONGEST = 900  # seconds that one measurement may take
_ROOT = Path(__file__).parents[3]


class MeasureError(Exception):
    """A measurement broke; the text ends with what its process said."""


@dataclass(frozen=True, slots=True)
class Lab:
    """A running server, and how to measure against it."""

    context: Context
    server: Server
    environment: Mapping[str, str]

    def measure(self, name: str, *, tls: bool = False, pause: float = 0.0, **order: Any) -> dict[str, Any]:
        """Return what one measurement in a fresh process gave; raises `MeasureError`."""
        whole = {"measure": name, "tls": tls, "pause": pause, "server": asdict(self.server), **order}
        # the peers' clients trust what the system trusts
        trust = {"SSL_CERT_FILE": self.server.authority, "REQUESTS_CA_BUNDLE": self.server.authority}
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.polling.child"],
            input=json.dumps(whole),
            env={**self.environment, **trust},
            cwd=_ROOT,
            capture_output=True,
            text=True,
            timeout=_LONGEST,
            check=False,
        )
        if done.returncode:
            raise MeasureError(f"{name} {order}: {done.stderr[-2000:]}")
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def in_turns(
        self, cases: Iterable[str], measure: Callable[[str], dict[str, Any]]
    ) -> dict[str, list[dict[str, Any]]]:
        """Return the answers of each case; every round takes each case once."""
        taken: dict[str, list[dict[str, Any]]] = {case: [] for case in cases}
        for _ in range(self.context.rounds):
            for case, answers in taken.items():
                answers.append(measure(case))
        return taken


@contextmanager
def running_lab(context: Context) -> Iterator[Lab]:
    """Run a server for one part of the bench."""
    with nginx(context.folder / "nginx") as server:
        yield Lab(context, server, environment(os.environ, context.folder / "home"))


def environment(inherited: Mapping[str, str], home: Path) -> dict[str, str]:
    """Build the variables of every measured process: an Airflow of its own that logs only warnings."""
    from cryptography.fernet import Fernet

    home.mkdir(exist_ok=True)
    return plain_environment(inherited) | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__FERNET_KEY": Fernet.generate_key().decode(),
        # All sides are spared what their log lines cost.
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "PYTHONWARNINGS": "ignore",
        "PYTHONHASHSEED": "0",
    }

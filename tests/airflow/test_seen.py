"""What Airflow's statistics are told, read from the socket of a StatsD server."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from airflow_provider_flows import seen

TOP = Path(__file__).parents[2]
LINE = re.compile(r"airflow\.flows\.([a-z.]+)((?:,\w+=\w+)*):([0-9.]+)\|(c|ms)")


@dataclass
class StatsServer:
    """Listens as a StatsD server does, and keeps what is told of flows."""

    told: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    _socket: socket.socket = field(default_factory=lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))

    def __post_init__(self) -> None:
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    @property
    def environment(self) -> Mapping[str, str]:
        """What lets Airflow send its statistics here, with their tags."""
        return {
            "AIRFLOW__METRICS__STATSD_ON": "True",
            "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
            "AIRFLOW__METRICS__STATSD_PORT": str(self._socket.getsockname()[1]),
            "AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED": "True",
        }

    def close(self) -> None:
        """Take what is still to be read, and stop."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.sendto(b"end", self._socket.getsockname())
        self._thread.join(10)
        self._socket.close()

    def _listen(self) -> None:
        while (packet := self._socket.recv(65536)) != b"end":
            if found := LINE.fullmatch(packet.decode()):
                name, tags, value, _ = found.groups()
                self.told[name, tags.removeprefix(",")].append(float(value))


def in_a_process(code: list[str], environment: Mapping[str, str]) -> str:
    """Return what a fresh Python prints last."""
    done = subprocess.run(
        [sys.executable, *code],
        cwd=TOP,
        env={**os.environ, "PYTHONPATH": str(TOP), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def told() -> dict[tuple[str, str], list[float]]:
    """Return what was told by tasks on each of the platforms, by name and tags."""
    server = StatsServer()
    try:
        last = in_a_process(["-m", "tests.airflow.tasks_with_statistics"], server.environment)
    finally:
        server.close()
    assert last == "done"
    return server.told


Told = Mapping[tuple[str, str], list[float]]


def test_a_start_is_counted_by_what_came_of_it(told: Told) -> None:
    """A run that began, an answer that was lost, and a refusal are three things."""
    starts = {name: values for name, values in told.items() if name[0].startswith("start.")}
    assert starts == {
        ("start.count", "platform=vishwa"): [1],
        ("start.count", "platform=wisebot"): [1],
        ("start.ambiguous", "platform=scade"): [1],
        ("start.failed", "platform=unitelabs"): [1],
    }


def test_each_question_is_counted_and_timed(told: Told) -> None:
    """In the triggerer as on a worker; one without a good answer is counted as such too."""
    count, latency = told["poll.count", "platform=vishwa"], told["poll.latency", "platform=vishwa"]
    assert set(count) == {1}
    assert len(count) == len(latency) >= 2
    assert all(0 <= each < 30_000 for each in latency)
    assert told["poll.failed", "platform=vishwa"] == [1]
    assert len(told["poll.count", "platform=blinkops"]) >= 1
    assert ("poll.count", "platform=wisebot") not in told


def test_how_long_a_run_took_is_told_once(told: Told) -> None:
    """By whoever notices its end, with its state, in milliseconds; counted from the run's start."""
    ended = {name: values for name, values in told.items() if name[0] == "run.duration"}
    assert set(ended) == {
        ("run.duration", "platform=vishwa,state=success"),
        ("run.duration", "platform=wisebot,state=success"),
        ("run.duration", "platform=blinkops,state=cancelled"),
    }
    assert all(len(values) == 1 for values in ended.values())
    assert 300 <= ended["run.duration", "platform=vishwa,state=success"][0] < 30_000
    assert ended["run.duration", "platform=blinkops,state=cancelled"][0] >= 90_000


def test_a_run_that_was_cancelled_is_counted(told: Told) -> None:
    """One that was over already is not."""
    assert told["run.cancelled", "platform=blinkops"] == [1]


def test_where_airflow_sends_no_statistics_nothing_is_done() -> None:
    """No part of them is imported, and a conversation is not even looked at."""
    code = """
import sys
from airflow_provider_flows import seen
before = set(sys.modules)
say = object()
assert seen.polls(say, "vishwa") is say
seen.count("start.count", "vishwa")
print(sorted(set(sys.modules) - before))
"""
    assert in_a_process(["-c", code], {}) == "[]"


@pytest.mark.parametrize(
    "wrong",
    [
        {"AIRFLOW__METRICS__STATSD_ON": "perhaps"},
        {"AIRFLOW__METRICS__STATSD_ON": "True", "AIRFLOW__METRICS__STATSD_HOST": "nowhere.invalid"},
        {"AIRFLOW__METRICS__STATSD_ON": "True", "AIRFLOW__METRICS__STATSD_CUSTOM_CLIENT_PATH": "no.such"},
    ],
)
def test_statistics_never_end_a_task(wrong: dict[str, str]) -> None:
    """Whatever is wrong with Airflow's settings of them, a task and its trigger go on."""
    code = """
from airflow_provider_flows import seen
with seen.start("vishwa"):
    seen.took("poll.latency", 0.1, "vishwa")
print("went on")
"""
    assert in_a_process(["-c", code], wrong) == "went on"


def test_the_docs_list_what_is_told(told: Told) -> None:
    """Each metric has its line in docs/metrics.md, and each line there is a metric."""
    page = (TOP / "docs" / "metrics.md").read_text()
    documented = set(re.findall(r"^\| `flows\.([a-z.]+)`", page, re.MULTILINE))
    assert documented == {name for name, _ in told}
    assert seen.__doc__ is not None
    assert "docs/metrics.md" in seen.__doc__

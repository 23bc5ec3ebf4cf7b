"""The peers meet the emulator's faults as our operator does."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from airflow_provider_flows.emulator import FlowEmulator
from tests.faults import peers, standins

CELL = "killed after the start/blinkops & deferred"


class Served:
    """Stand-ins in a thread, and a client with the peers' connections."""

    def __init__(self, emulator: FlowEmulator, folder: Path) -> None:
        self.trust = peers.make_trust(folder)
        self._emulator = emulator
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.session = requests.Session()
        self.session.verify = self.trust.environment["REQUESTS_CA_BUNDLE"]

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with standins.serving(self._emulator.url, self.trust.certificate) as self.url:
            self._ready.set()
            await self._stop.wait()

    def __enter__(self) -> Served:
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def dbt(self, method: str, path: str, body: Any = None, token: str = "") -> requests.Response:
        connection = peers.peer_connections(self.url)["peer_dbt"]
        return self.session.request(
            method,
            f"https://{connection['host']}/api/v2/accounts/{connection['login']}/{path}",
            headers={"Authorization": f"Token {token or connection['password']}"},
            json=body,
            timeout=5,
        )

    def http(self, flow: str, timeout: float = 5) -> requests.Response:
        connection = peers.peer_connections(self.url)["peer_http"]
        return self.session.post(
            f"{connection['host']}/api/v1/flow/{flow}",
            headers=connection["extra"],
            json={"inputs": {"cell": CELL}},
            timeout=timeout,
        )

    def trigger(self) -> requests.Response:
        return self.dbt("POST", f"jobs/{peers.conf_for(CELL, 1)['flow']}/run/", {"cause": CELL})


@pytest.fixture
def served(emulator: FlowEmulator, tmp_path: Path) -> Iterator[Served]:
    """Serve the stand-ins, with a flow of a minute for each peer."""
    for peer in peers.PEERS:
        emulator.flow(**peers.flow_for(peer, CELL, 60))
    with Served(emulator, tmp_path) as running:
        yield running


def test_a_dbt_run_is_started_asked_about_and_cancelled(served: Served, emulator: FlowEmulator) -> None:
    """The job's run is one run of BlinkOps that carries the cell, and its states are dbt Cloud's."""
    started = served.trigger().json()["data"]
    assert isinstance(started["id"], int)
    assert started["href"].endswith(f"/{started['id']}/")
    path = f"runs/{started['id']}/"
    assert served.dbt("GET", path).json()["data"]["status"] == 3
    assert served.dbt("POST", path + "cancel/").status_code == 200
    ended = served.dbt("GET", path).json()["data"]
    assert (ended["status"], ended["is_cancelled"]) == (30, True)
    assert [(run.platform, run.inputs, run.state) for run in emulator.runs()] == [
        ("blinkops", {"cell": CELL}, "cancelled")
    ]


@pytest.mark.parametrize(("outcome", "status"), [("success", 10), ("failed", 20)])
def test_a_dbt_run_ends_as_its_flow_does(
    served: Served, emulator: FlowEmulator, outcome: str, status: int
) -> None:
    """A good end is 10, a bad one 20 with the reason."""
    flow = peers.flow_for("dbt", CELL, 0)
    emulator.flow(**flow, outcome=outcome, error="the robot fell")
    run = served.trigger().json()["data"]["id"]
    ended = served.dbt("GET", f"runs/{run}").json()["data"]
    assert ended["status"] == status
    assert ended["status_message"] == (None if status == 10 else "the robot fell")


def test_accounts_and_jobs_can_be_looked_up(served: Served) -> None:
    """The account is the workspace, the job the playbook of the cell; an unknown job is a 404."""
    flow = peers.conf_for(CELL, 1)["flow"]
    assert served.dbt("GET", "").json()["data"]["id"] == 1
    assert served.dbt("GET", f"jobs/{flow}").json()["data"]["id"] == int(flow)
    assert served.dbt("GET", "jobs/1").status_code == 404
    assert served.dbt("GET", "runs/1/").status_code == 404


def test_a_wrong_token_starts_nothing(served: Served, emulator: FlowEmulator) -> None:
    """Both APIs refuse it with 401."""
    assert served.dbt("POST", "jobs/1/run/", {"cause": CELL}, token="wrong").status_code == 401
    wrong = served.session.post(f"{served.url}/api/v1/flow/1", headers={"Authorization": "Bearer wrong"})
    assert wrong.status_code == 401
    assert not emulator.requests


def test_the_http_peers_answer_comes_when_its_run_is_over(served: Served, emulator: FlowEmulator) -> None:
    """One POST starts one run of Wisebot, waits for it and has its result."""
    emulator.flow(**peers.flow_for("http", CELL, 0.3))
    answer = served.http(peers.conf_for(CELL, 0.3)["flow"])
    assert answer.json()["ok"]
    assert answer.elapsed.total_seconds() >= 0.3
    assert [(run.platform, run.inputs) for run in emulator.runs()] == [("wisebot", {"cell": CELL})]


@pytest.mark.parametrize("peer", peers.PEERS)
@pytest.mark.parametrize("kind", ["lost", "cut"])
def test_a_lost_or_half_answer_stays_so(served: Served, emulator: FlowEmulator, peer: str, kind: str) -> None:
    """The run was started, and the peer sees a connection that broke."""
    flow = peers.flow_for(peer, CELL, 0)
    emulator.flow(**flow)
    emulator.fault(kind, platform=flow["platform"], flow_id=flow["flow_id"], operation="start")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        served.http(flow["flow_id"]) if peer == "http" else served.trigger()
    assert len(emulator.runs(flow["platform"])) == 1


def test_an_emulator_that_is_away_is_a_dropped_connection(tmp_path: Path) -> None:
    """A platform that refuses connections drops the peer's."""
    with FlowEmulator() as gone:
        pass
    with Served(gone, tmp_path) as served, pytest.raises(requests.ConnectionError):
        served.trigger()


def test_errors_and_garbage_pass_as_they_are(served: Served, emulator: FlowEmulator) -> None:
    """Status, Retry-After and a page that is no JSON reach the peer; none of them started a run."""
    emulator.fault("rate_limit", platform="blinkops", retry_after=7)
    emulator.fault("status", platform="blinkops", status=502)
    emulator.fault("not_json", platform="blinkops")
    limited, broken, garbage = (served.trigger() for _ in range(3))
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    assert broken.status_code == 502
    assert garbage.text.startswith("<html>")
    assert not emulator.runs()


def test_an_answer_without_an_id_has_none(served: Served, emulator: FlowEmulator) -> None:
    """No number is made up for a run that the peer was not told of."""
    emulator.fault("no_run_id", platform="blinkops")
    assert "id" not in served.trigger().json()["data"]


def test_latency_passes(served: Served, emulator: FlowEmulator) -> None:
    """A slow answer is as slow for the peer."""
    emulator.fault("slow", platform="blinkops", operation="start", seconds=0.3)
    assert served.trigger().elapsed.total_seconds() >= 0.3


def test_a_peer_that_gives_up_has_started_its_run(
    served: Served, emulator: FlowEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    """What it sent took effect, and an answer that nobody waits for is no error of the stand-in's."""
    flow = peers.flow_for("http", CELL, 0.4)
    emulator.flow(**flow)
    with pytest.raises(requests.ReadTimeout):
        served.http(flow["flow_id"], timeout=0.2)
    assert served.http(flow["flow_id"]).ok  # by then the first answer was ready too
    assert len(emulator.runs("wisebot")) == 2
    assert not [record for record in caplog.records if record.name.startswith("aiohttp")]


def test_the_script_says_where_it_serves_and_ends_when_told(emulator: FlowEmulator, tmp_path: Path) -> None:
    """The first line names the address; SIGTERM ends it with 0."""
    trust = peers.make_trust(tmp_path)
    with subprocess.Popen(
        [sys.executable, standins.__file__, "--emulator", emulator.url, "--certificate", trust.certificate],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        url = process.stdout.readline().removeprefix("stand-ins ready at ").strip()
        bundle = trust.environment["REQUESTS_CA_BUNDLE"]
        assert requests.get(f"{url}/api/v2/accounts/", verify=bundle, timeout=5).status_code == 401
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0

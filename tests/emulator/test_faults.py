from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_flows.emulator.wire import CUT, HANG, LOST, SENT

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

START = "workflow/summarise-report/start-run"
BODY = {"report": "text"}


def start(client: Client) -> Any:
    """Start a vishwa run and return the answer."""
    return client.vishwa("POST", START, BODY)


@pytest.mark.parametrize(
    ("kind", "details", "status", "runs"),
    [
        ("status", {}, 500, 0),
        ("status", {"status": 503, "after": True}, 503, 1),
        ("rate_limit", {}, 429, 0),
        ("redirect", {}, 307, 0),
        ("redirect", {"status": 302, "after": True}, 302, 1),
        ("not_json", {}, 200, 0),
        ("not_json", {"after": True}, 200, 1),
        ("slow", {}, 200, 1),
        ("no_run_id", {}, 200, 1),
        ("huge", {"bytes": 1000}, 200, 1),
    ],
)
def test_a_fault_spoils_one_answer(
    client: Client, kind: str, details: dict[str, Any], status: int, runs: int
) -> None:
    """Each kind has its status, and tells whether the request took effect; then all is well again."""
    client.core.fault(kind, operation="start", **details)
    answer = start(client)
    assert (answer.status, len(client.core.runs())) == (status, runs)
    assert answer.fate == SENT
    assert start(client).json().keys() == {"run_id"}


@pytest.mark.parametrize(
    ("kind", "details", "fate", "runs"),
    [
        ("lost", {}, LOST, 1),
        ("cut", {}, CUT, 1),
        ("hang", {}, HANG, 1),
        ("hang", {"after": False}, HANG, 0),
    ],
)
def test_an_answer_can_fail_to_arrive(
    client: Client, kind: str, details: dict[str, Any], fate: str, runs: int
) -> None:
    """The client cannot know that the run started, and the emulator can."""
    client.core.fault(kind, **details)
    assert start(client).fate == fate
    assert len(client.core.runs()) == runs == len([r for r in client.core.requests if r.run_id])
    assert client.core.requests[0].fate == fate


def test_faults_carry_their_details(client: Client) -> None:
    """Headers, bodies, addresses, times and sizes are the caller's."""
    client.core.fault("status", status=418, headers={"X-A": "b"}, body=["tea"])
    client.core.fault("rate_limit", retry_after="Wed, 21 Oct 2026 07:28:00 GMT")
    client.core.fault("redirect", location="https://there.invalid/x")
    client.core.fault("not_json", body="oops")
    client.core.fault("slow", seconds=7)
    client.core.fault("huge", bytes=5000, chunked=True)
    teapot, limited, redirect, text, slow, huge = (start(client) for _ in range(6))
    assert (teapot.headers["X-A"], teapot.json()) == ("b", ["tea"])
    assert limited.headers["Retry-After"] == "Wed, 21 Oct 2026 07:28:00 GMT"
    assert redirect.headers == {"Location": "https://there.invalid/x"}
    assert (text.headers["Content-Type"], text.body) == ("text/html", b"oops")
    assert slow.delay == 7
    assert (len(huge.body), huge.headers["Transfer-Encoding"]) == (5000, "chunked")
    assert huge.json()["run_id"] == client.core.runs()[-1].id


def test_a_huge_answer_need_not_be_an_object(client: Client) -> None:
    """A text answer is put into an object to grow; one without a run id loses nothing."""
    client.core.flow("blinkops", "long", duration=9, result=["a"])
    run_id = client.blinkops("POST", "playbooks/long/execute").json()["execution_id"]
    client.core.fault("huge", bytes=500)
    assert len(client.blinkops("POST", f"executions/{run_id}/cancel").body) == 500
    client.core.fault("no_run_id")
    assert client.blinkops("POST", "playbooks/long/execute?run_sync=true").json() == ["a"]


def test_a_run_without_end_cannot_be_spoiled(client: Client) -> None:
    """What is never answered has no id to lose."""
    client.core.flow("wisebot", "stuck", outcome="never_ends")
    client.core.fault("no_run_id")
    assert client.wisebot("POST", "flow/stuck").fate == HANG


def test_faults_wait_for_what_they_fit(client: Client) -> None:
    """Platform, operation and flow choose; ``times`` counts; the others pass."""
    client.core.fault("status", platform="vishwa", operation="status", flow_id="summarise-report", times=2)
    run_id = start(client).json()["run_id"]
    other = client.vishwa("POST", "workflow/slow/start-run", {}).json()["run_id"]
    assert client.vishwa("GET", f"workflow/slow/run/{other}/status").status == 200
    assert client.wisebot("GET", "status").status == 200
    path = f"workflow/summarise-report/run/{run_id}/status"
    assert [client.vishwa("GET", path).status for _ in range(3)] == [500, 500, 200]


def test_a_fault_finds_the_flow_of_a_run_and_of_a_query(client: Client) -> None:
    """The flow is known even where the path does not name it."""
    client.core.flow("blinkops", "long")
    run_id = client.blinkops("POST", "playbooks/long/execute").json()["execution_id"]
    client.core.fault("status", flow_id="long")
    client.core.fault("status", flow_id="daily-report")
    assert client.blinkops("GET", f"executions/{run_id}").status == 500
    assert client.webhook("daily-report", {"date": "x"}).status == 500


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("explode", {}, "unknown kind of fault: explode"),
        ("lost", {"platform": "prefect"}, "unknown platform: prefect"),
        ("lost", {"operation": "stop"}, "unknown operation: stop"),
        ("lost", {"after": True}, "unknown detail of lost: after; known are none"),
        ("slow", {"second": 1}, "unknown detail of slow: second"),
        ("lost", {"times": 0}, "times is 0"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(
    client: Client, kind: str, given: dict[str, Any], said: str
) -> None:
    """A fault that would never happen must not make a test pass."""
    with pytest.raises(ValueError, match=said):
        client.core.fault(kind, **given)


def test_early_404_passes_after_so_many_polls(client: Client) -> None:
    """A run that just started may be unknown for a moment."""
    client.core.flow("vishwa", "summarise-report", early_404=2)
    run_id = start(client).json()["run_id"]
    path = f"workflow/summarise-report/run/{run_id}/status"
    assert [client.vishwa("GET", path).status for _ in range(3)] == [404, 404, 200]


def test_the_rate_limit_refills_with_time(client_with: Callable[..., Client]) -> None:
    """So many requests pass at once; then the answer says how long to wait, for each platform alone."""
    client = client_with(rate_limit=2)
    assert [start(client).status for _ in range(3)] == [200, 200, 429]
    assert client.wisebot("GET", "status").status == 200
    refused = start(client)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
    client.wait(0.5)
    assert [start(client).status for _ in range(2)] == [200, 429]
    assert len(client.core.runs()) == 3


def test_a_slow_rate_limit_asks_for_longer(client_with: Callable[..., Client]) -> None:
    """One request in four seconds is a rate too."""
    client = client_with(rate_limit=0.25)
    assert start(client).status == 200
    assert start(client).headers["Retry-After"] == "4"


def test_latency_delays_every_answer(client_with: Callable[..., Client]) -> None:
    """Latency comes on top of what an answer takes anyway."""
    client = client_with(latency=0.2)
    client.core.fault("slow", seconds=1)
    assert [start(client).delay, start(client).delay] == [1.2, 0.2]

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_flows.emulator import EmulatorConfig, EmulatorCore, WireRequest
from airflow_provider_flows.emulator.config import SCADE_KEY, VISHWA_KEY, WISEBOT_KEY

if TYPE_CHECKING:
    from tests.emulator.conftest import Client


@pytest.mark.parametrize(
    "path",
    ["/", "", "/api/v1/task", "/api/v1/task/", "/v1/workflow//start-run", "//v1/assets/upload", "/v2/x?a=b"],
)
def test_an_unknown_path_is_a_404(client: Client, path: str) -> None:
    """Paths are matched exactly: no segment more, less or empty."""
    assert client.send("GET", path).status == 404
    request = client.core.requests[0]
    assert (request.raw_path, request.platform, request.operation) == (path, None, None)


def test_a_wrong_method_is_a_405(client: Client) -> None:
    """The answer names the method that is allowed."""
    answer = client.send("PUT", "/api/v1/task/1")
    assert (answer.status, answer.headers["Allow"], answer.json()) == (
        405, "GET", {"detail": "Method Not Allowed"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", None, 415),
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"\xff"', "application/json", 400),
    ],
)
def test_a_body_must_be_a_json_object(
    client: Client, raw: bytes, content_type: str | None, status: int
) -> None:
    """Content type and form of a body are held strictly."""
    headers = {"XP-API-Key": VISHWA_KEY} | ({"Content-Type": content_type} if content_type else {})
    answer = client.send("POST", "/v1/workflow/slow/start-run", headers=headers, raw=raw)
    assert answer.status == status
    assert client.core.runs() == []


def test_an_id_is_decoded_segment_by_segment(client: Client) -> None:
    """A flow's id may hold a slash, a space or any letter; the raw path stays as it came."""
    client.core.flow("vishwa", "a/b c?é", duration=0)
    path = "workflow/a%2Fb%20c%3F%C3%A9"
    run_id = client.vishwa("POST", f"{path}/start-run", {}).json()["run_id"]
    assert client.vishwa("GET", f"{path}/run/{run_id}/status").status == 200
    assert client.core.requests[0].raw_path == f"/v1/{path}/start-run"
    assert client.core.requests[0].flow_id == "a/b c?é"


def test_requests_and_runs_are_recorded(client: Client) -> None:
    """What came, where it went, what it was answered, and which run it started."""
    client.vishwa("POST", "workflow/slow/start-run", {"a": 1})
    client.send("POST", "/v1/workflow/slow/start-run", {"a": 1})
    good, bad = client.core.requests
    (run,) = client.core.runs()
    assert (good.platform, good.operation, good.endpoint) == ("vishwa", "start", "vishwa/start-run")
    assert (good.status, good.flow_id, good.run_id) == (200, "slow", run.id)
    assert (bad.status, bad.run_id) == (401, None)
    assert (good.method, good.body, good.host, good.at) == (
        "POST",
        b'{"a": 1}',
        "127.0.0.1",
        client.clock.now,
    )
    assert good.credentials == (VISHWA_KEY,)
    assert (run.inputs, run.state, run.started_at) == ({"a": 1}, "running", client.clock.now)
    assert client.core.count_starts() == {("vishwa", "slow"): 1}


def test_runs_can_be_chosen(client: Client) -> None:
    """By platform, by flow, or both."""
    client.vishwa("POST", "workflow/slow/start-run", {})
    client.wisebot("POST", "flow/daily-report", {"inputs": {"date": "x"}})
    assert [run.flow_id for run in client.core.runs("wisebot")] == ["daily-report"]
    assert [run.platform for run in client.core.runs(flow_id="slow")] == ["vishwa"]
    assert client.core.runs("wisebot", "slow") == []


def test_a_flow_that_changes_leaves_its_runs_alone(client: Client) -> None:
    """A behaviour is taken when the run starts."""
    client.vishwa("POST", "workflow/slow/start-run", {})
    client.core.flow("vishwa", "slow", duration=0)
    client.vishwa("POST", "workflow/slow/start-run", {})
    assert [run.state for run in client.core.runs()] == ["running", "success"]


def test_a_reset_forgets_all_but_the_catalogue(client: Client) -> None:
    """Nothing of an earlier test is left, and no id is given again."""
    client.core.flow("vishwa", "mine")
    first = client.vishwa("POST", "workflow/mine/start-run", {}).json()["run_id"]
    client.core.fault("lost")
    client.core.reset()
    assert (client.core.requests, client.core.runs(), client.core.uploads) == ([], [], [])
    assert client.vishwa("POST", "workflow/mine/start-run", {}).status == 404
    assert client.vishwa("GET", f"workflow/slow/run/{first}/status").status == 404
    assert client.vishwa("POST", "workflow/slow/start-run", {}).json()["run_id"] != first


def test_an_unknown_word_is_sent_where_it_was_asked_for(client: Client) -> None:
    """Either until the end, or from the end on."""
    words = []
    for at in ("running", "end"):
        client.core.flow("vishwa", "wf", duration=1, state_word="brewing", state_word_at=at)
        run_id = client.vishwa("POST", "workflow/wf/start-run", {}).json()["run_id"]
        for _ in range(2):
            answer = client.vishwa("GET", f"workflow/wf/run/{run_id}/status")
            words.append(answer.json()["run_status"])
            client.wait(1)
    assert words == ["brewing", "completed", "running", "brewing"]


def test_a_run_can_go_on_for_ever(client: Client) -> None:
    """Only a client's own patience ends it."""
    client.core.flow("vishwa", "wf", outcome="never_ends")
    client.vishwa("POST", "workflow/wf/start-run", {})
    client.wait(1e9)
    assert client.core.runs()[0].state == "running"


def test_many_threads_share_one_core() -> None:
    """No start is lost or counted twice, whoever sends it."""
    core = EmulatorCore()
    request = WireRequest(
        "POST", "/v1/workflow/slow/start-run",
        {"xp-api-key": VISHWA_KEY, "content-type": "application/json"}, b"{}",
    )  # fmt: skip
    threads = [threading.Thread(target=lambda: [core.handle(request) for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert core.count_starts() == {("vishwa", "slow"): 200}
    assert len({run.id for run in core.runs()}) == 200


def test_no_secret_is_in_a_text_form(client: Client) -> None:
    """A request, its record and the configuration hide what they hold when printed."""
    client.scade("GET", "task/1")
    request = WireRequest("GET", "/", {"Authorization": SCADE_KEY}, SCADE_KEY.encode())
    assert SCADE_KEY not in repr((request, client.core.requests, client.config))


def control(client: Client, method: str, name: str, body: Any = None) -> Any:
    """Ask the control API and return the answer."""
    return client.send(method, f"/_emulator/{name}", body)


def test_the_control_api_shows_what_happened(client: Client) -> None:
    """Requests, runs and starts can be read over HTTP, without any secret."""
    client.unitelabs("GET", "workflows")
    client.vishwa("POST", "workflow/slow/start-run", {"a": 1})
    assert control(client, "GET", "health").json()["status"] == "ok"
    token, listing, start = control(client, "GET", "requests").json()["requests"]
    assert (token["body"], token["headers"]["Authorization"]) == ("***", "***")
    assert listing["endpoint"] == "unitelabs/workflows"
    assert (start["body"], start["headers"]["XP-API-Key"]) == ('{"a": 1}', "***")
    (run,) = control(client, "GET", "runs?platform=vishwa&flow_id=slow").json()["runs"]
    assert (run["inputs"], run["state"]) == ({"a": 1}, "running")
    assert control(client, "GET", "runs?platform=scade").json() == {"runs": []}
    assert control(client, "GET", "starts").json() == {
        "starts": [{"platform": "vishwa", "flow_id": "slow", "starts": 1}]
    }
    assert len(client.core.requests) == 3


def test_the_control_api_changes_what_will_happen(client: Client) -> None:
    """Flows, faults and a reset, as from Python."""
    flow = {"platform": "scade", "flow_id": 7, "start_nodes": ["a"], "duration": 3}
    answer = control(client, "POST", "flows", flow).json()
    assert (answer["flow_id"], answer["start_nodes"], answer["duration"]) == ("7", ["a"], 3)
    assert control(client, "POST", "faults", {"kind": "status", "status": 503}).status == 200
    assert client.wisebot("GET", "status").status == 503
    assert control(client, "POST", "reset").status == 200
    assert client.core.requests == []


@pytest.mark.parametrize(
    ("method", "name", "body", "status", "said"),
    [
        ("GET", "nothing", None, 404, "GET /_emulator/health"),
        ("GET", "faults", None, 405, "use POST"),
        ("POST", "faults", {"kind": "x"}, 400, "unknown kind of fault"),
        ("POST", "faults", {}, 400, "kind"),
        ("POST", "faults", [], 400, "must be a JSON object"),
        ("POST", "flows", None, 400, "Expecting value"),
        ("POST", "flows", {"platform": "x", "flow_id": "y"}, 400, "platform is 'x'"),
        ("POST", "flows", {"platform": "vishwa", "flow_id": "y", "speed": 1}, 400, "speed"),
    ],
)
def test_the_control_api_says_what_is_wrong(  # noqa: PLR0917
    client: Client, method: str, name: str, body: Any, status: int, said: str
) -> None:
    """A wrong path, method or body is told in plain words."""
    answer = control(client, method, name, body)
    assert (answer.status, said in answer.json()["error"]) == (status, True), answer


@pytest.mark.parametrize(
    ("remote", "status"), [("127.0.0.1", 200), ("::1", 200), ("10.0.0.7", 403), ("", 403)]
)
def test_the_control_api_answers_this_machine_only(client: Client, remote: str, status: int) -> None:
    """Whoever reaches the port from elsewhere can use the platforms but not the control API."""
    request = WireRequest("GET", "/_emulator/health", remote=remote)
    assert client.core.handle(request).status == status
    other = WireRequest("GET", "/api/v1/status", {"Authorization": f"Bearer {WISEBOT_KEY}"}, remote=remote)
    assert client.core.handle(other).status == 200


def test_an_open_control_api_answers_other_machines() -> None:
    """With `control_open`, containers beside the emulator may count its runs."""
    core = EmulatorCore(EmulatorConfig(control_open=True))
    assert core.handle(WireRequest("GET", "/_emulator/starts", remote="192.0.2.7")).status == 200

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

BINARY = bytes(range(256)) + b"\r\n--x\r\n\r\n--b\r" + bytes(reversed(range(256)))
MULTIPART = {"Content-Type": 'multipart/form-data; boundary="b-1"'}


def part(content: bytes, disposition: str = 'name="files"; filename="scan.jpg"') -> bytes:
    """Return one part of a multipart body."""
    head = f"--b-1\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: image/jpeg\r\n\r\n"
    return head.encode() + content + b"\r\n"


def upload(client: Client, body: bytes, query: str = "", content_type: str | None = None) -> tuple[int, str]:
    """Upload a body and return the status and the text of the answer."""
    headers = {"XP-API-Key": client.config.vishwa_key} | MULTIPART
    if content_type is not None:
        headers["Content-Type"] = content_type
    answer = client.send("POST", f"/v1/assets/upload{query}", headers=headers, raw=body)
    return answer.status, answer.body.decode()


def test_a_run_shows_its_four_fields(client: Client) -> None:
    """The status is four texts, and the run's end is only a word in one of them."""
    client.core.flow("vishwa", "classify-document", duration=2, queued_for=1)
    answer = client.vishwa("POST", "workflow/classify-document/start-run", {"text": "x"})
    run_id = answer.json()["run_id"]
    seen = []
    for _ in range(4):
        seen.append(client.vishwa("GET", f"workflow/classify-document/run/{run_id}/status").json())
        client.wait(1)
    assert [status["run_status"] for status in seen] == ["queued", "running", "running", "completed"]
    assert seen[0] == {
        "run_id": run_id,
        "run_start_time": "2023-11-14T22:13:20+00:00",
        "run_status": "queued",
        "run_type": "api",
    }


@pytest.mark.parametrize("outcome", ["failed", "cancelled", "skipped", "timed_out"])
def test_a_run_can_end_otherwise(client: Client, outcome: str) -> None:
    """Every other ending is a word too."""
    client.core.flow("vishwa", "wf", outcome=outcome)
    run_id = client.vishwa("POST", "workflow/wf/start-run", {}).json()["run_id"]
    client.wait(1)
    status = client.vishwa("GET", f"workflow/wf/run/{run_id}/status").json()
    assert status["run_status"] == outcome


def test_inputs_are_at_top_level_and_overrides_apart(client: Client) -> None:
    """``override_config`` is not an input."""
    body = {"report": "text", "override_config": {"node_1": "value"}}
    assert client.vishwa("POST", "workflow/summarise-report/start-run", body).status == 200
    run = client.core.runs("vishwa")[0]
    assert run.inputs == {"report": "text"}
    assert run.body == body


def test_wrong_starts_are_refused(client: Client) -> None:
    """Overrides that are no object, inputs against the schema, and an unknown flow start nothing."""
    path = "workflow/summarise-report/start-run"
    assert client.vishwa("POST", path, {"a": 1, "override_config": []}).status == 422
    assert client.vishwa("POST", path, {}).status == 422
    assert client.vishwa("POST", "workflow/unknown/start-run", {}).status == 404
    assert client.vishwa("GET", "workflow/slow/run/unknown/status").status == 404
    assert client.core.count_starts() == {}


def test_every_call_needs_the_key(client: Client) -> None:
    """Without it, or with another, all three are a 401."""
    for headers in ({}, {"XP-API-Key": "other"}, {"Authorization": f"Bearer {client.config.vishwa_key}"}):
        for method, path in (
            ("POST", "/v1/assets/upload"),
            ("POST", "/v1/workflow/slow/start-run"),
            ("GET", "/v1/workflow/slow/run/x/status"),
        ):
            answer = client.send(method, path, headers=headers)
            assert (answer.status, answer.json()) == (401, {"error": "unauthorized"})


def test_uploads_keep_every_byte(client: Client) -> None:
    """Line ends and boundary-like bytes inside a file are the file's own."""
    body = part(BINARY) + part(b"", 'name="files"; filename="empty.bin"') + b"--b-1--\r\n"
    status, _ = upload(client, body)
    assert status == 200
    first, second = client.core.uploads
    assert (first.filename, first.content_type, first.temp) == ("scan.jpg", "image/jpeg", False)
    assert (first.size, first.sha256) == (len(BINARY), hashlib.sha256(BINARY).hexdigest())
    assert (second.filename, second.size) == ("empty.bin", 0)


@pytest.mark.parametrize(
    ("query", "temp"),
    [("?temp=true", True), ("?temp=False", False), ("?isTemp=True", True), ("?istemp=FALSE", False)],
)
def test_temp_is_taken_in_both_spellings(client: Client, query: str, temp: bool) -> None:
    """The vendor's text and its code disagree on the name, and Python writes ``False``."""
    assert upload(client, part(b"x") + b"--b-1--\r\n", query)[0] == 200
    assert client.core.uploads[0].temp is temp


@pytest.mark.parametrize(
    ("body", "query", "content_type", "status", "said"),
    [
        (part(b"x") + b"--b-1--", "?temp=maybe", None, 422, "temp must be true or false"),
        (part(b"x") + b"--b-1--", "?keep=true", None, 422, "unknown query parameter: keep"),
        (part(b"x", 'name="file"; filename="a"') + b"--b-1--", "", None, 422, "file: unknown field"),
        (part(b"x", 'name="files"') + b"--b-1--", "", None, 422, "must be a file with a name"),
        (b"--b-1--\r\n", "", None, 422, "files: field required"),
        (part(b"x"), "", None, 400, "cut off"),
        (b"garbage", "", None, 400, "not multipart"),
        (b"{}", "", "application/json", 415, "multipart/form-data"),
        (b"{}", "", "multipart/form-data", 415, "boundary"),
    ],
)
def test_a_wrong_upload_keeps_nothing(  # noqa: PLR0917
    client: Client, body: bytes, query: str, content_type: str | None, status: int, said: str
) -> None:
    """Each fault of an upload is named."""
    got, text = upload(client, body, query, content_type)
    assert (got, said in text) == (status, True), text
    assert client.core.uploads == []

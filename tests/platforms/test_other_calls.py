"""Uploads, look-ups of flows, and the connection test."""

from __future__ import annotations

import io
from typing import Any

import pytest

from airflow_provider_flows.platforms.specs import load, names
from airflow_provider_flows.protocol.errors import (
    AnswerError,
    ConnectionFieldError,
    CredentialsError,
    FlowIdError,
    NotFoundError,
    OptionsError,
)
from airflow_provider_flows.protocol.messages import FilePart
from tests.link import answer
from tests.platforms.known import build

FILE = FilePart(
    field_name="",
    file_name="scan 1.pdf",
    size=3,
    content_type="application/pdf",
    open=lambda: io.BytesIO(b"pdf"),
)


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({}, "temp=false"),
        ({"temp": True}, "temp=true"),
        ({"temp": "True"}, "temp=true"),
        ({"temp": "0"}, "temp=false"),
    ],
)
def test_vishwa_takes_files(options: dict[str, Any], query: str) -> None:
    """A file goes out in a part named `files`, its own name, type and size untouched."""
    request = build("vishwa").upload_request(FILE, options)
    assert request is not None
    assert (request.purpose, request.method) == ("upload", "POST")
    assert request.url == f"https://api.vishwa.ai/v1/assets/upload?{query}"
    assert request.headers == {"Accept": "application/json"}
    assert (request.body, request.is_repeatable) == (None, False)
    assert request.file == FilePart(
        field_name="files", file_name="scan 1.pdf", size=3, content_type="application/pdf", open=FILE.open
    )


def test_an_upload_checks_its_options() -> None:
    """An option of the wrong type is refused before a file is sent."""
    with pytest.raises(OptionsError, match=r"option temp: 'maybe' is not of type 'boolean'"):
        build("vishwa").upload_request(FILE, {"temp": "maybe"})


@pytest.mark.parametrize(
    ("body", "reference"),
    [
        ({"url": "https://a.test/1", "id": "a-1"}, "https://a.test/1"),
        ({"asset_url": "https://a.test/1"}, "https://a.test/1"),
        ({"id": "a-1"}, "a-1"),
        ({"asset_id": 7}, 7),
        ({"files": [{"url": "https://a.test/1"}]}, "https://a.test/1"),
        ({"files": [{"id": "a-1"}]}, "a-1"),
        ({"data": {"url": "https://a.test/1"}}, "https://a.test/1"),
        ({"data": {"id": "a-1"}}, "a-1"),
        ([{"url": "https://a.test/1"}], "https://a.test/1"),
        ([{"id": "a-1"}], "a-1"),
    ],
)
def test_an_upload_is_referred_to_by_what_the_answer_holds(body: Any, reference: Any) -> None:
    """The reference is found in any of the likely places, since its place is undocumented."""
    spoken = build("vishwa")
    request = spoken.upload_request(FILE, {})
    assert request is not None
    assert spoken.read_upload(FILE, answer(request, 200, body)) == reference


def test_the_place_of_the_reference_is_a_setting() -> None:
    """`asset_field` wins over the likely places."""
    spoken = build("vishwa", extra={"asset_field": "stored.key"})
    request = spoken.upload_request(FILE, {})
    assert request is not None
    assert spoken.read_upload(FILE, answer(request, 200, {"id": "no", "stored": {"key": "k"}})) == "k"


def test_an_upload_without_a_reference_is_an_error() -> None:
    """The error lists what was there, and names the setting that says where to look."""
    spoken = build("vishwa")
    request = spoken.upload_request(FILE, {})
    assert request is not None
    with pytest.raises(
        AnswerError, match=r"no reference to the file in the keys done, path \(extra asset_field"
    ):
        spoken.read_upload(FILE, answer(request, 200, {"done": True, "path": "p"}))
    with pytest.raises(NotFoundError, match=r"file 'scan 1\.pdf'"):
        spoken.read_upload(FILE, answer(request, 404))


def test_nobody_else_takes_files() -> None:
    """The other platforms document no upload."""
    for name in {*names()} - {"vishwa"}:
        assert build(name).upload_request(FILE, {}) is None


@pytest.mark.parametrize(
    ("platform", "url"),
    [
        ("unitelabs", "https://api.unitelabs.io/t-1/v1/workflows/a%2Fb"),
        ("blinkops", "https://app.blinkops.com/api/v1/workspace/ws-1/playbooks/a%2Fb"),
        ("scade", None),
        ("wisebot", None),
        ("vishwa", None),
    ],
)
def test_a_flow_can_be_looked_up_where_there_is_a_call(platform: str, url: str | None) -> None:
    """The look-up is a GET on the flow, and its whole answer is given."""
    spoken = build(platform)
    request = spoken.describe_request("a/b")
    assert (request and request.url) == url
    if request:
        assert (request.purpose, request.method) == ("describe", "GET")
        assert spoken.read_description("a/b", answer(request, 200, {"id": "a/b"})) == {"id": "a/b"}
        with pytest.raises(NotFoundError, match="flow 'a/b' exists there"):
            spoken.read_description("a/b", answer(request, 404))
    with pytest.raises(FlowIdError, match="flow_id"):
        spoken.describe_request("..")


@pytest.mark.parametrize(
    ("platform", "url"),
    [
        ("unitelabs", "https://api.unitelabs.io/t-1/v1/workflows?_take=1&_skip=0"),
        ("blinkops", "https://app.blinkops.com/api/v1/workspaces/ws-1"),
        ("wisebot", "https://app.wise.test/api/v1/status"),
    ],
)
def test_the_test_is_the_cheapest_harmless_call(platform: str, url: str) -> None:
    """The test is a documented GET; a yes proves the credentials, a 401 says what is wrong with them."""
    spoken = build(platform)
    request = spoken.test_request()
    assert request is not None
    assert (request.purpose, request.method, request.url) == ("test", "GET", url)
    assert spoken.read_test(answer(request)).startswith(f"{spoken.title} accepted the credentials (GET ")
    with pytest.raises(CredentialsError, match="'mine'"):
        spoken.read_test(answer(request, 401, {"error": "no"}))


@pytest.mark.parametrize(("platform", "variant"), [("scade", None), ("vishwa", None), ("wisebot", "webhook")])
def test_a_platform_without_a_harmless_call_says_so(platform: str, variant: str | None) -> None:
    """Where a test would start something, none is made, and the reason is a sentence."""
    spoken = build(platform, variant)
    assert spoken.test_request() is None
    assert "was not tried" in spoken.untested()
    assert spoken.title in spoken.untested()


def test_a_test_needs_its_field() -> None:
    """BlinkOps' harmless call needs the workspace in the connection, and the error asks for it there."""
    with pytest.raises(
        ConnectionFieldError, match=r"connection 'mine' \(BlinkOps\): workspace is empty.* Mend it"
    ):
        build("blinkops", extra={"workspace": None}).test_request()


def test_a_spec_says_what_its_platform_can() -> None:
    """Abilities are read off the specs, so that nothing is offered that a platform has not."""
    purposes = ("status", "result", "cancel", "search", "upload", "describe", "test")
    assert {name: [each for each in purposes if load(name).can(each)] for name in names()} == {
        "airflow": ["status", "result", "cancel", "search", "describe", "test"],
        "blinkops": ["status", "result", "cancel", "search", "describe", "test"],
        "scade": ["status"],
        "unitelabs": ["status", "search", "describe", "test"],
        "vishwa": ["status", "upload"],
        "wisebot": ["test"],
    }
    assert {name: load(name).variants for name in names() if load(name).variants} == {
        "blinkops": ("sync",),
        "wisebot": ("webhook",),
    }

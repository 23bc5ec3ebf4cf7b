"""Requests, answers and the two ways to speak: ask and pause."""

from __future__ import annotations

import io

import pytest

from airflow_provider_flows.protocol.messages import FilePart, Request, Response, Sleep, ask, pause

REQUEST = Request(
    purpose="start",
    method="POST",
    url="https://x.test/a",
    headers={"Authorization": "Bearer s3cret"},
    body=b"s3cret",
)


def test_a_request_shows_no_secret() -> None:
    """Headers and body may hold credentials, so no representation shows them."""
    response = Response(request=REQUEST, status=200, headers={"set-cookie": "s3cret"}, body=b"s3cret")
    for shown in (repr(REQUEST), str(REQUEST), repr(response), str(response)):
        assert "s3cret" not in shown
    assert str(REQUEST) == "POST https://x.test/a"


def test_a_file_part_shows_no_opener() -> None:
    """A file is named and measured, and opened only by the transport."""
    part = FilePart(field_name="files", file_name="a", size=1, content_type="text/plain", open=io.BytesIO)
    assert "open" not in repr(part)
    assert part.file_name in repr(part)


def test_a_request_has_limits_of_its_own() -> None:
    """Unless it is told otherwise, a request waits half a minute and reads 32 MiB, and is not repeated."""
    limits = (REQUEST.read_timeout, REQUEST.max_response_bytes, REQUEST.is_repeatable)
    assert limits == (30.0, 33_554_432, False)


@pytest.mark.parametrize(
    ("status", "is_ok"), [(199, False), (200, True), (204, True), (299, True), (300, False)]
)
def test_only_2xx_is_ok(status: int, is_ok: bool) -> None:
    """Whether an answer says yes depends on its status alone."""
    assert Response(request=REQUEST, status=status).is_ok is is_ok


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff", b"[" * 200_000, b"1" * 5000])
def test_what_is_no_json_is_a_value_error(body: bytes) -> None:
    """Any body that cannot be read is a `ValueError`, one that is nested too deeply too."""
    with pytest.raises(ValueError, match=r".") as caught:
        Response(request=REQUEST, status=200, body=body).json()
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("body", "value"), [(b"null", None), (b'"x"', "x"), (b'\xef\xbb\xbf{"a": 1}', {"a": 1})]
)
def test_json_is_read_with_or_without_a_byte_order_mark(body: bytes, value: object) -> None:
    """Every JSON value is one, also those that are no object."""
    assert Response(request=REQUEST, status=200, body=body).json() == value


def test_a_body_is_text_whatever_it_is() -> None:
    """Bytes that are no UTF-8 do not stop an error from being told."""
    assert Response(request=REQUEST, status=200, body=b"a\xffb").text == "a\ufffdb"


def test_asking_returns_the_answer() -> None:
    """`ask` yields the request and returns what it is sent."""
    exchange = ask(REQUEST)
    assert next(exchange) is REQUEST
    response = Response(request=REQUEST, status=200)
    with pytest.raises(StopIteration) as stop:
        exchange.send(response)
    assert stop.value.value is response


def test_a_driver_that_gives_no_answer_is_told_so() -> None:
    """A driver that forgets to answer a request has a bug, which does not pass for an answer."""
    exchange = ask(REQUEST)
    next(exchange)
    with pytest.raises(TypeError, match="a driver must answer a Request with a Response"):
        exchange.send(None)


@pytest.mark.parametrize(("seconds", "steps"), [(2.5, [Sleep(2.5)]), (0, []), (-1, [])])
def test_a_pause_is_kept_only_if_it_takes_time(seconds: float, steps: list[Sleep]) -> None:
    """Nobody is asked to sleep for nothing, or into the past."""
    assert list(pause(seconds)) == steps

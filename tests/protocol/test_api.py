"""Errors of the way to a platform, and what is found out before anything is sent."""

from __future__ import annotations

import io
from typing import Any

import pytest

from airflow_provider_flows.protocol.errors import (
    FlowIdError,
    InputsError,
    NotSentError,
    NotSupportedError,
    OptionsError,
    OversizedError,
    ResponseLostError,
    UsageError,
)
from airflow_provider_flows.protocol.messages import FilePart
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import RunHandle, RunOrder
from tests.link import DROPPED, REFUSED, SWALLOWED, Link

ONCE = RetryPolicy(attempts=1)


def order(flow_id: Any = "slow", **more: Any) -> RunOrder:
    """Return an order as a task gives it."""
    return RunOrder(flow_id, task={"key": "k"}, **more)


def file(content: bytes = b"pdf", name: str = "scan.pdf") -> FilePart:
    """Return a file that is held in memory."""
    return FilePart(
        field_name="", file_name=name, size=len(content), content_type="application/pdf",
        open=lambda: io.BytesIO(content),
    )  # fmt: skip


def test_a_start_that_never_left_is_harmless() -> None:
    """The error names platform, connection and address, and that nothing arrived."""
    link = Link(script=[REFUSED])
    with pytest.raises(NotSentError) as caught:
        link.run(link.api("vishwa", retry=ONCE).start(order()))
    assert str(caught.value) == (
        "vishwa.ai (connection 'vishwa_default'): no answer to POST "
        "http://platforms.test/v1/workflow/slow/start-run: connection refused. "
        "Nothing arrived there; check the address, the network and the certificate."
    )
    assert link.starts() == 0


@pytest.mark.parametrize(("trouble", "starts"), [(SWALLOWED, 0), (DROPPED, 1)])
@pytest.mark.parametrize("platform", ["unitelabs", "scade", "blinkops", "wisebot", "vishwa"])
def test_a_start_whose_answer_was_lost_is_in_doubt(platform: str, trouble: str, starts: int) -> None:
    """Whether it took effect or not, a start without an answer is not repeated, and the error warns."""
    link = Link(script=[None, trouble] if platform == "unitelabs" else [trouble])
    link.core.flow(platform, "any")
    nodes = {"start_node_id": "a", "end_node_id": "b"} if platform == "scade" else {}
    with pytest.raises(
        ResponseLostError, match="may have been started all the same: look for it on the platform"
    ):
        link.run(link.api(platform).start(order("any", options=nodes)))
    assert link.starts() == starts
    assert [request.purpose for request in link.sent].count("start") == 1


def test_a_lost_answer_to_a_question_is_asked_for_again() -> None:
    """A harmless request is repeated; when that helps nothing, the error raises no doubt about a start."""
    link = Link()
    api = link.api("vishwa")
    run = link.run(api.start(order()))
    link.script = [DROPPED, REFUSED, SWALLOWED]
    assert link.run(api.get(run.handle)).raw_state == "completed"
    assert [request.purpose for request in link.sent] == ["start", *["status"] * 4]
    link.script = [DROPPED] * 5
    with pytest.raises(ResponseLostError, match="It is not known whether the request arrived") as caught:
        link.run(api.get(run.handle))
    assert "started" not in str(caught.value)


def test_an_answer_that_is_too_large_names_the_limit() -> None:
    """A question with too large an answer is not repeated; a start says that the run may go on."""
    link = Link()
    api = link.api("vishwa", extra={"max_response_bytes": 60})
    run = link.run(api.start(order()))
    with pytest.raises(
        OversizedError, match=r"max_response_bytes.*Raise that limit if an answer of this size is want"
    ):
        link.run(api.get(run.handle))
    assert len(link.sent) == 2
    tiny = link.api("vishwa", extra={"max_response_bytes": 5})
    with pytest.raises(OversizedError, match="may have been started all the same"):
        link.run(tiny.start(order()))
    assert link.starts() == 2


def test_a_sign_in_that_is_lost_is_not_a_start_that_is_lost() -> None:
    """When no token can be had, nothing was started, and the error says nothing of a start."""
    link = Link(script=[REFUSED] * 5)
    api = link.api("unitelabs")
    with pytest.raises(
        NotSentError, match=r"no answer to POST \S+/token: connection refused\. Nothing arrived"
    ):
        link.run(api.start(order()))
    assert {request.purpose for request in link.sent} == {"token"}
    link.script = [SWALLOWED] * 5
    with pytest.raises(ResponseLostError, match="It is not known whether the request arrived"):
        link.run(api.start(order()))
    link.script = [DROPPED] * 5
    with pytest.raises(ResponseLostError, match=r"UniteLabs.*token"):
        link.run(api.sign_in())
    assert link.starts() == 0


def test_a_fault_shows_no_secret() -> None:
    """A transport that quotes a credential does not get it into our error."""
    link = Link()
    api = link.api("scade", retry=ONCE)

    exchange = api.get(RunHandle("scade", "f", "1"))
    step = next(exchange)
    with pytest.raises(NotSentError) as caught:
        exchange.throw(NotSentError(f"proxy refused {link.config.scade_key}", step))  # type: ignore[arg-type]
    assert "proxy refused ***" in str(caught.value)
    assert link.config.scade_key not in str(caught.value) + repr(caught.value.request)


def nothing_sent(
    platform: str, kind: type[UsageError], said: str, wish: Any, variant: str | None = None
) -> None:
    """Check that a wish is refused by this error, and that not one request went out for it."""
    link = Link()
    with pytest.raises(kind, match=said):
        link.run(wish(link.api(platform, variant)))
    assert link.sent == []
    assert link.core.requests == []


BAD_IDS = ["", " ", ".", "..", "a\nb", "a\x00", "\x7f", "\ud800", None, 5]


@pytest.mark.parametrize("flow_id", BAD_IDS)
@pytest.mark.parametrize(
    ("platform", "variant"),
    [("unitelabs", None), ("blinkops", "sync"), ("wisebot", "webhook"), ("vishwa", None)],
)
def test_a_bad_flow_id_is_refused_before_anything_is_sent(
    platform: str, variant: str | None, flow_id: Any
) -> None:
    """An id that is empty, changes its address or has control characters sends nothing at all."""
    nothing_sent(platform, FlowIdError, r"flow_id \(\w+ id\)", lambda api: api.start(order(flow_id)), variant)


def test_bad_inputs_and_options_are_refused_before_anything_is_sent() -> None:
    """What JSON cannot say, and what the platform's options do not know, sends nothing."""
    nothing_sent("vishwa", InputsError, r"inputs\.a", lambda api: api.start(order(inputs={"a": {1}})))
    nothing_sent(
        "vishwa", InputsError, "must be a mapping", lambda api: api.start(order(inputs=5), {"f": file()})
    )
    nothing_sent(
        "unitelabs", OptionsError, "'nam' is unknown", lambda api: api.start(order(options={"nam": 1}))
    )


def test_bad_files_are_refused_before_anything_is_sent() -> None:
    """A file for a name that is taken, or for a platform that takes none, sends nothing."""
    given_twice = order(inputs={"a": 1, "b": 2, "c": 3})
    nothing_sent(
        "vishwa", InputsError, "both as a file and as an input: a, c",
        lambda api: api.start(given_twice, {"c": file(), "a": file()}),
    )  # fmt: skip
    nothing_sent(
        "vishwa",
        InputsError,
        r"inputs\.override_config",
        lambda api: api.start(order(), {"override_config": file()}),
    )
    nothing_sent("scade", OptionsError, "missing", lambda api: api.start(order(), {"a": file()}))
    nothing_sent("blinkops", NotSupportedError, "take files", lambda api: api.start(order(), {"a": file()}))


def test_files_are_uploaded_before_the_start() -> None:
    """Each file is sent whole, its reference takes its place in the inputs, and then the run is started."""
    link = Link()
    files = {"report": file(b"%PDF \x00\xff" * 1000, 'o"dd.pdf'), "notes": file(b"", "empty.txt")}
    run = link.run(link.api("vishwa").start(order(inputs={"text": "x"}, options={"temp": True}), files))
    assert [request.purpose for request in link.sent] == ["upload", "upload", "start"]
    first, second = link.core.uploads
    assert (first.size, first.temp, second.size) == (7000, True, 0)
    [record] = link.core.runs()
    assert record.id == run.handle.run_id
    assert record.inputs == {
        "text": "x",
        "report": f"https://assets.invalid/{first.id}",
        "notes": f"https://assets.invalid/{second.id}",
    }


def test_an_upload_that_is_lost_starts_nothing() -> None:
    """A file whose answer is lost is not sent again, and no run is started without it."""
    link = Link(script=[DROPPED])
    with pytest.raises(ResponseLostError, match="It is not known whether the request arrived"):
        link.run(link.api("vishwa").start(order(), {"report": file()}))
    assert len(link.core.uploads) == 1
    assert link.starts() == 0


def test_single_uploads_and_look_ups() -> None:
    """A file can be uploaded and a flow be looked up by itself."""
    link = Link()
    reference = link.run(link.api("vishwa").upload(file(), {"temp": True}))
    assert reference == f"https://assets.invalid/{link.core.uploads[0].id}"
    assert link.run(link.api("vishwa").upload(file())) != reference
    assert [upload.temp for upload in link.core.uploads] == [True, False]
    assert link.run(link.api("unitelabs").describe("plate-prep"))["id"] == "plate-prep"
    assert link.run(link.api("blinkops").describe("contain-host"))["name"] == "Contain a host"

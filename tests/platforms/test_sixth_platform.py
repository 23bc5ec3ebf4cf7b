"""A platform that is a spec and nothing else."""

from __future__ import annotations

import pytest

from airflow_provider_flows.platforms.documents import parse
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.platforms.specs import read_spec
from airflow_provider_flows.protocol.errors import AnswerError, SpecError
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import RunHandle, RunOrder, RunState
from tests.link import answer
from tests.platforms.known import SPEC, connection


def test_an_invalid_expression_is_named_with_line_and_text() -> None:
    """A spec's expression that does not compile is found before anything is sent, where it stands."""
    for old, new, said in (
        (
            "  run_id: id\n",
            "  run_id: id[\n",
            "sixth.yaml:17: start.run_id: not a valid JMESPath expression: 'id['",
        ),
        ("/runs/${run.id}", "/runs/${run.id", "sixth.yaml:19: status.get: ${ is never closed"),
        (
            '"${inputs}"',
            '"${nope(inputs)}"',
            "sixth.yaml:16: start.json.inputs: not a valid JMESPath expression",
        ),
        (
            'X-Key: "${conn',
            'X-Key: "${conn..',
            "sixth.yaml:9: auth.header.X-Key: not a valid JMESPath expression",
        ),
        (
            "  state: state\n",
            "  rules: [{when: '(', is: failed}]\n",
            "sixth.yaml:20: status.rules.0.when: not a",
        ),
    ):
        spec = read_spec(parse(SPEC.replace(old, new), "sixth.yaml"))
        with pytest.raises(SpecError) as caught:
            SpecPlatform(spec, connection("vishwa"), clock=lambda: 0.0, retry=RetryPolicy())
        assert said in str(caught.value)


def sixth(*changes: tuple[str, str]) -> SpecPlatform:
    """Return the sixth platform with some of its spec changed, on a connection."""
    text = SPEC
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    spec = read_spec(parse(text, "sixth.yaml"))
    return SpecPlatform(spec, connection("vishwa"), clock=lambda: 0.0, retry=RetryPolicy())


def test_a_sixth_platform_needs_no_code() -> None:
    """A spec alone makes a platform that can be spoken to, in both of its variants."""
    platform = sixth()
    start, run = RunOrder("f", {"a": 1}), RunHandle("sixth", "f", "r-1")
    request = platform.start_request(start)
    assert (request.method, request.url) == ("POST", "https://sixth.test/v1/flows/f")
    assert platform.read_start(start, answer(request, 200, {"id": "r-1"})).handle == run
    status = platform.status_request(run)
    assert status is not None
    over = platform.read_status(run, answer(status, 200, {"state": "done"}))
    assert (over.state, over.has_result) == (RunState.SUCCESS, False)


def test_what_a_spec_does_not_say_is_not_there() -> None:
    """Without a place for the result there is none; without one for the run id every start is unreadable."""
    platform, run = sixth(), RunHandle("sixth", "f", "r-1")
    request = platform.result_request(run)
    assert request is not None
    assert platform.read_result(run, answer(request, 200, {"result": 1})) is None
    mute, start = sixth(("  run_id: id\n", "")), RunOrder("f")
    with pytest.raises(AnswerError, match="no run id is known in the keys id"):
        mute.read_start(start, answer(mute.start_request(start), 200, {"id": "r-1"}))

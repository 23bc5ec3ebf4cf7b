"""Examples in a spec: each is told as it is, and no oddity of theirs breaks the command."""

from __future__ import annotations

import pytest

from airflow_provider_flows.authoring.check import check_spec
from airflow_provider_flows.authoring.examples import run_examples
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.documents import read
from airflow_provider_flows.platforms.forms import form
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.platforms.specs import read_spec
from airflow_provider_flows.protocol.messages import FilePart
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import RunOrder
from tests.support.outside import SIXTH

FILE = "sixth.platform.yaml"


def problems(text: str) -> list[str]:
    """Return all that is wrong with a spec, its examples included."""
    found = check_spec(text, FILE)
    if not any(each.is_error for each in found):
        found = run_examples(text, FILE).diagnostics
    return [f"{each.place.line}: {each.message}" for each in found]


def swapped(*pairs: tuple[str, str]) -> str:
    """Return the sound spec with some of it replaced."""
    text = SIXTH
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("extra: {workspace: w-1}", "workspace: w-1", "`workspace` is not a key of `examples[0].connection`"),
        ("extra: {workspace: w-1}", "extra: null", "must be a mapping"),
        ("password: KEY,", "password: 5,", "must be a text"),
        ("headers: {X-Key: KEY}", "headers: null", "must be a mapping"),
        ("inputs: {a: 1}\n    calls", "inputs: {a: .nan}\n    calls", "is no number that JSON can hold"),
        ("answer: {state: done, output: {b: 2}}", "answer: [1]", "`state` is another one"),
        ("answer: {id: run-1}", "http: 401", "Make a new key."),
        ("- call: status", "- call: cancel", "the request is a POST"),
        (
            "gives: {state: running, run_id: run-1}",
            "gives: {running: yes please}",
            "`running` is nothing that this call gives",
        ),
        ("gives: {state: running, run_id: run-1}", "fails: nothing", "the answer gives no error"),
    ],
)
def test_an_odd_example_is_an_error_with_its_place(old: str, new: str, said: str) -> None:
    """Whatever it holds, the command goes on and says what it is."""
    assert any(said in each for each in problems(swapped((old, new)))), problems(swapped((old, new)))


def test_dates_are_texts_to_everybody() -> None:
    """What is checked as a text is sent as one: YAML 1.1 would make a date of it, which no JSON holds."""
    text = swapped(
        (
            '  header: {X-Key: "${conn.password}"}',
            '  header: {X-Key: "${conn.password}", X-Version: 2022-06-28}',
        ),
        ('color: "${options.color}"}\n  run_id', 'color: "${options.color}", since: 2026-02-30}\n  run_id'),
        ("color: red}}", "color: red, since: 2026-02-30}}"),
        ("login: {title: User name}", "login: {title: User name, placeholder: 0000-00-00}"),
    )
    assert problems(text) == []
    assert form(text)["standard"]["login"]["placeholder"] == "0000-00-00"
    platform = SpecPlatform(
        read_spec(read(text, FILE)),
        RawConnection(conn_id="c", conn_type="sixth", password="k", extra={"workspace": "w"}),
        clock=lambda: 0.0,
        retry=RetryPolicy(),
    )
    assert b'"since": "2026-02-30"' in (
        platform.start_request(RunOrder("f", {}, {}, {"key": "k"})).body or b""
    )


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (
            [("get: /spaces/${conn.workspace}/runs/${run.id}\n", "get: /spaces/${conn.workspace}/runs\n")],
            "asks for no run in particular",
        ),
        ([('{skip: "${page.skip}"}', '{skip: "${options.seconds}"}')], "nobody knows this option any more"),
        ([("get: /me", "get: /me/${flow}")], "nothing is called `flow` here"),
        (
            [("  total: count", "  total: count\n  name: name\n  named: ${flow}")],
            "nothing is called `flow` here",
        ),
        (
            [("  result: output\n  settings", "  read_timeout: soon\n  result: output\n  settings")],
            "must be a number of seconds",
        ),
        (
            [("result_field: {title: Result field,", "result_field: {title: Result field, type: integer,")],
            "can't stand for a part of a call",
        ),
        (
            [("success: [done]", "success: [null]"), ("failed: [broken]", "failed: [null]")],
            "states.success[0]",
        ),
        ([("enum: [red, green], default: red", '$ref: "#", default: red')], "leads back to itself"),
    ],
)
def test_what_the_engine_could_not_do_is_told_before(pairs: list[tuple[str, str]], said: str) -> None:
    """The check allows no more than there is when the call is made."""
    found = problems(swapped(*pairs))
    assert any(said in each for each in found), found
    assert not any("object at" in each for each in found)


def test_a_variant_may_take_options_away_and_an_upload_needs_no_task() -> None:
    """Both are sound, and both are carried out."""
    text = swapped(
        (
            "    options:\n      deadline: {title: Deadline, type: integer}\n",
            "    options: {seconds: null}\n",
        ),
        ('      query: {wait: 0, deadline: "${options.deadline}"}', "      query: {wait: 0}"),
        ("default: red}", 'default: "red-${task.key}"}'),
        ("enum: [red, green], ", ""),
        ("color: red}", "color: red-dag.task.run.-1.1}"),
        ("test:\n", "upload:\n  post: /files\n  multipart: file\n  result: id\ntest:\n"),
    )
    assert problems(text) == []
    platform = SpecPlatform(
        read_spec(read(text, FILE)),
        RawConnection(conn_id="c", conn_type="sixth", password="k", extra={"workspace": "w"}),
        clock=lambda: 0.0,
        retry=RetryPolicy(),
    )
    part = FilePart(field_name="", file_name="a.txt", size=0, content_type="text/plain", open=open)  # type: ignore[arg-type]
    request = platform.upload_request(part, {})
    assert request is not None
    assert request.url == "https://api.sixth.test/v1/files"


def test_a_header_may_come_from_a_number() -> None:
    """A field of the connection that is a number stands in the header as its text."""
    text = swapped(
        (
            "workspace: {title: Workspace, required: true}",
            "workspace: {title: Workspace, required: true}\n    account: {title: Account, type: integer}",
        ),
        (
            '  header: {X-Key: "${conn.password}"}',
            '  header: {X-Key: "${conn.password}", X-Account: "${conn.account}"}',
        ),
        ("extra: {workspace: w-1}", "extra: {workspace: w-1, account: 7}"),
        ("headers: {X-Key: KEY}", 'headers: {X-Key: KEY, X-Account: "7"}'),
    )
    assert problems(text) == []

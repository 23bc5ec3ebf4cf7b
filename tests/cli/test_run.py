"""`run` over real sockets, in this process."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_flows.emulator import FlowEmulator
from tests.cli.conftest import Done
from tests.support.faults import secrets_in
from tests.support.servers import WireServer, answering

Call = Callable[..., Done]
Put = Callable[..., str]
ECHO = {"duration": 0.0, "result": {"got": "$inputs"}}


@pytest.mark.usefixtures("connections")
def test_inputs_are_texts_json_and_a_whole_object(call: Call, emulator: FlowEmulator) -> None:
    """A pair with `=` is a text, with `:=` JSON; pairs lie over --data."""
    emulator.flow("blinkops", "echo", **ECHO)
    data = '{"kept": [1, null], "replaced": 1}'
    done = call(
        "run", "blinkops/echo", "--data", data, "--with", "n=1", "--with", "m:=1", "--with", "replaced=a=b"
    )
    assert done.code == 0
    assert json.loads(done.out) == {"got": {"kept": [1, None], "replaced": "a=b", "n": "1", "m": 1}}


@pytest.mark.usefixtures("connections")
def test_inputs_come_from_a_file_or_the_standard_input(
    call: Call, emulator: FlowEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """@FILE and - are read as the JSON object."""
    emulator.flow("blinkops", "echo", **ECHO)
    file = tmp_path / "in.json"
    file.write_text('{"a": "ä"}', encoding="utf-8")
    assert json.loads(call("run", "blinkops/echo", "--data", f"@{file}").out) == {"got": {"a": "ä"}}
    monkeypatch.setattr("sys.stdin", io.StringIO('{"b": 2}'))
    assert json.loads(call("run", "blinkops/echo", "--data", "-").out) == {"got": {"b": 2}}


@pytest.mark.usefixtures("connections")
def test_a_file_is_uploaded_and_stands_among_the_inputs(
    call: Call, emulator: FlowEmulator, tmp_path: Path
) -> None:
    """Where the platform takes files, --file does what the operator's `files` does."""
    emulator.flow("vishwa", "echo", duration=0.0)
    file = tmp_path / "report.txt"
    file.write_text("all went well", encoding="utf-8")
    assert call("run", "vishwa/echo", "--file", f"report={file}").code == 0
    assert [each.filename for each in emulator.core.uploads] == ["report.txt"]
    assert set(emulator.runs("vishwa")[0].inputs) == {"report"}


@pytest.mark.usefixtures("connections")
def test_options_are_read_as_their_type(call: Call, emulator: FlowEmulator) -> None:
    """A text will do where an option is a number; a wrong name is told with the near one."""
    emulator.flow("blinkops", "echo", **ECHO)
    done = call("run", "blinkops.sync/echo", "--option", "sync_timeout=7", "--with", "a=1")
    assert (done.code, json.loads(done.out)) == (0, {"got": {"a": "1"}})
    assert "timeout=7" in emulator.requests[-1].raw_path
    wrong = call("run", "blinkops.sync/echo", "--option", "sync_timout=7")
    assert wrong.code == 1
    assert "'sync_timout' is unknown; did you mean 'sync_timeout'?" in wrong.err


def test_an_emulator_needs_no_connection(call: Call, emulator: FlowEmulator) -> None:
    """Its own credentials are taken; what is asked for is said on the standard error."""
    emulator.flow("scade", "f", **ECHO)
    nodes = ("--option", "start_node_id=s", "--option", "end_node_id=e")
    done = call("run", "scade/f", "--emulator", emulator.url + "/", *nodes, "--with", "a=1")
    assert (done.code, json.loads(done.out)) == (0, {"got": {"a": "1"}})
    assert "scade/f by the emulator's own connection" in done.err


@pytest.mark.usefixtures("connections")
def test_no_wait_prints_what_names_the_run(call: Call, emulator: FlowEmulator) -> None:
    """The handle is what FlowRunSensor takes."""
    emulator.flow("vishwa", "long", outcome="never_ends")
    done = call("run", "vishwa/long", "--no-wait")
    handle = json.loads(done.out)
    assert (done.code, handle["platform"], handle["flow_id"]) == (0, "vishwa", "long")
    assert handle["run_id"] == emulator.runs("vishwa")[0].id


@pytest.mark.usefixtures("connections")
def test_a_run_whose_time_is_up_ends_with_1(call: Call, emulator: FlowEmulator) -> None:
    """The timeout is a duration, and the run is cancelled."""
    emulator.flow("blinkops", "long", outcome="never_ends")
    done = call("run", "blinkops/long", "--timeout", "1s", "--poll-interval", "1s")
    assert (done.code, done.out) == (1, "")
    assert "is being cancelled" in done.err
    assert [run.state for run in emulator.runs("blinkops")] == ["cancelled"]


@pytest.mark.usefixtures("connections")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["skade/1"], "'skade' is unknown; did you mean 'scade'?"),
        (["blinkops.snc/1"], "variant 'snc' is unknown; did you mean 'sync'?"),
        (["blinkops"], "platform/flow or platform.variant/flow, not by 'blinkops'"),
        (["/x"], "platform/flow or platform.variant/flow"),
        (["blinkops./x"], "platform/flow or platform.variant/flow"),
        (["blinkops/"], "platform/flow or platform.variant/flow"),
        (["blinkops/e", "--with", "a"], "--with takes NAME=VALUE, and number 1 of them is something else"),
        (["blinkops/e", "--with", "x=1", "--with", ":=1"], "number 2 of them"),
        (["blinkops/e", "--with", "a=1", "--with", "a:=2"], "--with gives 'a' twice"),
        (["blinkops/e", "--with", "a:={"], "--with a is not JSON: "),
        (["blinkops/e", "--with", "a:=NaN"], "--with a is not JSON: JSON has no NaN"),
        (["blinkops/e", "--data", "[1]"], "--data must be a JSON object of names and values, not list"),
        (["blinkops/e", "--data", "@/no/such"], "/no/such cannot be read: No such file or directory"),
        (["blinkops/e", "--data", f"@{__file__[:-3]}"], "cannot be read"),
        (["blinkops/e", "--file", "a=/no/such"], "files.a: '/no/such' cannot be read"),
        (["blinkops/e", "--timeout", "90"], "'90' is no duration such as 90s, 15m, 4h or 1d; write 90s"),
        (["blinkops/e", "--timeout", "soon"], "'soon' is no duration such as 90s, 15m, 4h or 1d"),
        (["blinkops/e", "--timeout", "0s"], "--timeout must be more than no time at all"),
        (["blinkops/e", "--emulator", "x", "--connection", "y"], "give --connection or --emulator, not both"),
        (["blinkops/e", "--emulator", "127.0.0.1"], "--emulator takes the address that the emulator prints"),
        (["blinkops/e", "--connection", "scade_default"], "AIRFLOW_CONN_SCADE_DEFAULT has the type 'scade'"),
        (["scade/1"], "give --option start_node_id=…"),
        (["scade/1"], "option start_node_id (Start node) is missing"),
        (["blinkops/e", "--with", "a:=web-1"], "; a text needs quotes: '\"web-1\"', or use =\n"),
        (
            ["blinkops/e", "--with", "api_key:=abcdef0123456789x"],
            "; a text needs quotes: '\"…\"', or use =\n",
        ),
        (["blinkops/e", "--conn", "x"], "unrecognized arguments: --conn x"),
        ([], "the following arguments are required"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_sends_nothing(
    call: Call, emulator: FlowEmulator, arguments: list[str], said: str
) -> None:
    """The code is 1, since 2 would say that a run may have begun; no traceback, nothing on the output."""
    done = call("run", *arguments)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert done.err.splitlines()[-1].startswith(("airflow-flows run: ", "airflow-flows: "))
    assert "Traceback" not in done.err
    assert emulator.requests == []


def test_bytes_that_are_no_text_are_told(call: Call, tmp_path: Path) -> None:
    """A file in another encoding is named, with the place."""
    file = tmp_path / "latin.json"
    file.write_bytes(b'{"a": "\xe4"}')
    assert (
        f"{file} is not UTF-8: invalid continuation byte at byte 7"
        in call("run", "blinkops/e", "--data", f"@{file}").err
    )


def test_a_faulty_connection_says_where_it_comes_from(call: Call, put_connection: Put) -> None:
    """The error names the variable that has to be mended."""
    put_connection("mine", "http://unused.invalid", platform="blinkops", password=None)
    done = call("run", "blinkops/e", "--connection", "mine")
    assert done.code == 1
    assert "password (API key) is missing" in done.err
    assert done.err.rstrip().endswith("It comes from AIRFLOW_CONN_MINE.")


HOSTILE = "\x1b]0;owned\x07\x9b31m\u202eevil"


def test_a_platform_cannot_write_to_the_terminal(
    call: Call, serve: Callable[..., WireServer], put_connection: Put
) -> None:
    """Control characters in its answers are spelled out, in errors and in results."""
    server = serve(answering({"error": HOSTILE}, 400))
    put_connection("bad", server.url, platform="wisebot")
    done = call("run", "wisebot/f", "--connection", "bad")
    assert done.code == 1
    assert done.err.isprintable() or set(filter(lambda each: not each.isprintable(), done.err)) == {"\n"}
    server = serve(answering({"ok": True, "runId": "r", "result": [HOSTILE, "ä"]}))
    put_connection("odd", server.url, platform="wisebot")
    done = call("run", "wisebot/f", "--connection", "odd")
    assert json.loads(done.out) == [HOSTILE, "ä"]
    assert "ä" in done.out
    assert set(filter(lambda each: not each.isprintable(), done.out)) == {"\n"}


def test_no_secret_is_shown(call: Call, serve: Callable[..., WireServer], put_connection: Put) -> None:
    """A platform that echoes what signs in, in a refusal and in a reason, is not repeated."""

    def echo(call: Any) -> None:
        said = {"error": f"bad {call.seen.header('authorization')}", "ok": False, "runId": "r"}
        call.answer(500, json.dumps(said).encode())

    server = serve(echo)
    put_connection("echo", server.url, platform="wisebot")
    done = call("run", "wisebot/f", "--connection", "echo")
    assert done.code == 1
    assert "bad Bearer ***" in done.err or "bad ***" in done.err
    assert secrets_in(done.err + done.out) == []

"""`pull`, `lint`, `check --drift`: what flows take, held against pipelines, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from airflow_provider_flows.emulator import FlowEmulator
from tests.cli.conftest import Done

Call = Callable[..., Done]
NIGHT = """\
flows: pipeline/1
pipeline: night
steps:
  look_up:
    run: blinkops/look-up
    with: {host: web-1}
  ticket:
    run: wisebot/open-ticket
    with: {ticketId: T-1}
"""
HOST = {"type": "object", "properties": {"host": {"type": "string"}}, "required": ["host"]}
TICKET = {"type": "object", "properties": {"ticketId": {"type": "string"}}, "additionalProperties": False}


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, emulator: FlowEmulator) -> Path:
    """Give a folder, the current one, with a pipeline of two flows: one can be looked up, one has a file."""
    emulator.flow("blinkops", "look-up", input_schema=HOST)
    (tmp_path / "night.flow.yaml").write_text(NIGHT, "utf-8")
    schemas = tmp_path / "schemas" / "wisebot"
    schemas.mkdir(parents=True)
    (schemas / "open-ticket.json").write_text(json.dumps(TICKET), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("connections")
def test_what_flows_take_is_written_down_and_held_against_steps(call: Call, night: Path) -> None:
    """The platform tells one, a file the other; then a missing input is an error."""
    done = call("pull")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "+ blinkops/look-up (blinkops_default)\n"
        "+ wisebot/open-ticket (wisebot_default)\n"
        "flows.lock.yaml: 2 flows; flows.schema.json completes their inputs in editors\n"
    )
    assert call("lint").code == 0
    (night / "night.flow.yaml").write_text(NIGHT.replace("host: web-1", "hots: 1"), "utf-8")
    told = call("lint").out
    assert (
        "night.flow.yaml:6:5: error[missing-input] `blinkops/look-up` needs the input `host` (string)" in told
    )
    assert "night.flow.yaml:6:12: warning[unknown-input] `blinkops/look-up` takes no input `hots`" in told
    assert call("pull").out.startswith("flows.lock.yaml: 2 flows")


@pytest.mark.usefixtures("connections")
def test_a_change_at_the_platform_is_told_with_its_step(
    call: Call, night: Path, emulator: FlowEmulator
) -> None:
    """`check --drift` asks again; what breaks the step is an error, what doesn't a warning."""
    call("pull")
    assert call("check", "--drift").code == 0
    gentle = {**HOST, "properties": {**HOST["properties"], "locale": {"type": "string"}}}  # type: ignore[dict-item]
    emulator.flow("blinkops", "look-up", input_schema=gentle)
    done = call("check", "--drift")
    assert done.code == 0
    assert "night.flow.yaml:5:10: warning[drift] step `look_up`" in done.out
    assert "the input `locale` is new" in done.out
    emulator.flow("blinkops", "look-up", input_schema={**gentle, "required": ["host", "locale"]})
    done = call("check", "--drift")
    assert done.code == 1
    assert "error[drift]" in done.out
    assert "ticket" not in done.out
    assert "~ blinkops/look-up (blinkops_default): locale is new and required" in call("pull").out
    assert call("lint").code == 1
    assert (night / "flows.lock.yaml").read_text("utf-8").count("locale") == 2


@pytest.mark.usefixtures("connections")
def test_a_flow_that_cannot_be_asked_for_stays_as_it_was(call: Call, night: Path) -> None:
    """A platform that is away changes nothing that was written down, and the command says so and fails."""
    call("pull")
    before = (night / "flows.lock.yaml").read_text("utf-8")
    with pytest.MonkeyPatch.context() as patch:
        away = {
            "conn_type": "blinkops",
            "host": "http://127.0.0.1:9",
            "password": "k",
            "extra": {"workspace": "w"},
        }
        patch.setenv("AIRFLOW_CONN_BLINKOPS_DEFAULT", json.dumps(away))
        done = call("pull")
        checked = call("check", "--drift")
    assert done.code == 1
    assert "blinkops/look-up (blinkops_default) is left as it was: " in done.err
    assert (night / "flows.lock.yaml").read_text("utf-8") == before
    assert checked.code == 1
    assert "blinkops/look-up (blinkops_default) can't be compared: " in checked.err


@pytest.mark.usefixtures("connections")
def test_a_flow_without_look_up_and_file_is_left_out(call: Call, night: Path) -> None:
    """The command says where its schema belongs; that is no failure, since no platform must tell."""
    (night / "schemas" / "wisebot" / "open-ticket.json").unlink()
    done = call("pull")
    assert done.code == 0
    assert "put its JSON Schema into schemas/wisebot/open-ticket.json" in done.err
    assert "flows.lock.yaml: 1 flows" in done.out


@pytest.mark.usefixtures("connections")
@pytest.mark.parametrize(
    ("given", "said"),
    [("{", "can't be read"), ('{"type": "hash"}', "is no JSON Schema"), ("[]", "is no JSON Schema")],
)
def test_a_file_that_is_no_schema_is_told(call: Call, night: Path, given: str, said: str) -> None:
    """The error names the file."""
    (night / "schemas" / "wisebot" / "open-ticket.json").write_text(given, "utf-8")
    done = call("pull")
    assert done.code == 1
    assert f"schemas/wisebot/open-ticket.json {said}" in done.err


@pytest.mark.usefixtures("connections", "night")
def test_editors_complete_and_check_what_flows_take(call: Call) -> None:
    """The schema that pull writes takes the right inputs, references included, and refuses the others."""
    call("pull")
    whole: Any = json.loads(Path("flows.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(whole)
    validator = Draft202012Validator(whole)

    def errors(text: str) -> int:
        return len(list(validator.iter_errors(yaml.safe_load(text))))

    assert errors(NIGHT) == 0
    assert errors(NIGHT.replace("host: web-1", 'host: "${run_id}"')) == 0
    assert errors(NIGHT.replace("host: web-1", "host: 1")) > 0
    assert errors(NIGHT.replace("ticketId: T-1", "ticket: T-1")) > 0


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["check", "--drift"], "there is no flows.lock.yaml in . to compare with: write it with `pull`"),
        (["pull", "nowhere"], "there is no folder nowhere"),
        (["check", "nowhere"], "there is no folder nowhere"),
        (["pull", "schemas"], "there is no pipeline (*.flow.yaml) in schemas"),
    ],
)
def test_what_cannot_be_done_is_said(call: Call, command: list[str], said: str) -> None:
    """One line, with what to do, and the exit code 1."""
    done = call(*command)
    assert done.code == 1
    assert said in done.err


@pytest.mark.usefixtures("connections")
def test_a_faulty_lock_file_is_told_by_lint_and_keeps_pull_from_losing_it(call: Call, night: Path) -> None:
    """Whoever broke it by hand, or left marks of a merge in it, is told the line."""
    (night / "flows.lock.yaml").write_text("flows: lock/1\ncontracts: [\n", "utf-8")
    assert "flows.lock.yaml:2:12: error[yaml-syntax]" in call("lint").out
    done = call("pull")
    assert done.code == 1
    assert "flows.lock.yaml:2:12" in done.err

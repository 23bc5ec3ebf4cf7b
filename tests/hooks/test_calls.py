"""Every method of the hooks and its asynchronous twin, on every platform that has the ability."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.protocol.candidates import Quest
from airflow_provider_flows.protocol.errors import InputsError, NotSupportedError, UsageError
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder, RunState
from tests.support.colours import Sync
from tests.support.ways import WAYS, Way

pytestmark = pytest.mark.usefixtures("connections")
BLINKOPS, VISHWA, UNITELABS, SCADE, WISEBOT = (
    next(way for way in WAYS if way.platform == name and way.variant is None)
    for name in ("blinkops", "vishwa", "unitelabs", "scade", "wisebot")
)
POLLED = [way for way in WAYS if not way.ends_at_once]


def ended(colour: Sync, hook: FlowHook, run: Run) -> Run:
    """Wait for a run that is not over."""
    if run.state.is_terminal:
        return run
    found: Run = colour.call(hook, "wait_for_run", run.handle, poll_interval=0.02, until=time.time() + 10)
    return found


def test_a_flow_runs_to_its_result(colour: Sync, emulator: FlowEmulator, way: Way) -> None:
    """Start, wait and result work on each platform and in each variant; the run is started once."""
    flow_id = way.add_flow(emulator)
    hook = way.hook()
    run = colour.call(hook, "start_run", flow_id, {"a": "b"}, **way.arguments())
    assert run.state.is_terminal == way.ends_at_once
    run = ended(colour, hook, run)
    assert (run.state, run.handle.variant) == (RunState.SUCCESS, way.variant)
    result = colour.call(hook, "get_result", run)
    if way.platform == "vishwa":  # its status tells no result
        assert result["run_id"] == run.handle.run_id
    else:
        assert result == {"got": {"a": "b"}}
    assert emulator.core.count_starts() == {(way.platform, flow_id): 1}


@pytest.mark.parametrize("way", POLLED, ids=str)
def test_a_run_is_found_again_by_its_handle(colour: Sync, emulator: FlowEmulator, way: Way) -> None:
    """Another hook can ask for a run with nothing but the handle as JSON, and fetch its result."""
    run = colour.call(way.hook(), "start_run", way.add_flow(emulator), {}, **way.arguments())
    handle = RunHandle.from_json(run.handle.to_json())
    again = colour.call(FlowHook(way.conn_id), "get_run", handle)
    assert again.state is RunState.SUCCESS
    assert colour.call(FlowHook(way.conn_id), "get_result", Run(handle, again.state)) is not None


def test_a_run_that_goes_on_is_told_as_it_stands(colour: Sync, emulator: FlowEmulator) -> None:
    """Waiting ends at `until` with the state that was seen last."""
    hook = VISHWA.hook()
    run = colour.call(hook, "start_run", VISHWA.add_flow(emulator, duration=60.0), {"a": 1})
    run = colour.call(hook, "wait_for_run", run.handle, poll_interval=0.05, until=time.time() + 0.1)
    assert run.state is RunState.RUNNING


def test_the_wait_tells_each_change_once(
    colour: Sync, emulator: FlowEmulator, capfd: pytest.CaptureFixture[str]
) -> None:
    """A waiting hook logs each state once, and warns once of a state that nobody knows."""
    hook = VISHWA.hook()
    flow_id = VISHWA.add_flow(emulator, duration=0.3, state_word="dreaming")
    run = colour.call(hook, "start_run", flow_id, {"a": 1})
    ended(colour, hook, run)
    told = "".join(capfd.readouterr())  # Airflow's loggers write there, past the handlers of `logging`
    assert told.count(f"{run.handle} is unknown (dreaming)") == 1
    assert told.count(f"{run.handle} is success (completed)") == 1
    assert told.count("the state 'dreaming' is unknown") == 1
    assert "warning" in next(line for line in told.splitlines() if "the state 'dreaming'" in line)


def test_a_run_can_be_looked_for(colour: Sync, emulator: FlowEmulator) -> None:
    """BlinkOps lists a flow's runs, in both of its variants; a platform that doesn't says so."""
    flow_id, hook, since = BLINKOPS.add_flow(emulator, duration=60.0), BLINKOPS.hook(), time.time()
    runs = [colour.call(hook, "start_run", flow_id, {"n": number}) for number in range(2)]
    quest = Quest(RunOrder(flow_id, {"n": 1}, task={"key": "k"}), since, time.time())
    [found] = colour.call(hook, "find_runs", quest)
    assert found.run.handle == runs[1].handle
    [found] = colour.call(hook, "find_runs", quest, variant="sync")
    assert (found.run.handle.run_id, found.run.handle.variant) == (runs[1].handle.run_id, "sync")
    with pytest.raises(NotSupportedError, match="list a flow's runs"):
        colour.call(VISHWA.hook(), "find_runs", quest)


def test_a_run_can_be_cancelled(colour: Sync, emulator: FlowEmulator) -> None:
    """BlinkOps ends a run on demand, and says when it was over already."""
    hook = BLINKOPS.hook()
    run = colour.call(hook, "start_run", BLINKOPS.add_flow(emulator, duration=60.0))
    assert colour.call(hook, "cancel_run", run.handle) is True
    assert colour.call(hook, "get_run", run.handle).state is RunState.CANCELLED
    assert colour.call(hook, "cancel_run", run.handle) is False


def test_a_flow_can_be_described(colour: Sync, emulator: FlowEmulator) -> None:
    """UniteLabs and BlinkOps tell what they know of a flow."""
    for way in (UNITELABS, BLINKOPS):
        flow_id = way.add_flow(emulator, name="A name of its own")
        assert "A name of its own" in str(colour.call(way.hook(), "describe_flow", flow_id))


@pytest.mark.parametrize(
    ("way", "method", "arguments"),
    [
        (WISEBOT, "get_run", [RunHandle("wisebot", "f", "r")]),
        (WISEBOT, "wait_for_run", [RunHandle("wisebot", "f", "r")]),
        (SCADE, "cancel_run", [RunHandle("scade", "f", "r")]),
        (VISHWA, "describe_flow", ["f"]),
        (SCADE, "upload_file", [__file__]),
    ],
    ids=str,
)
def test_an_ability_that_a_platform_lacks_is_named(
    colour: Sync, emulator: FlowEmulator, way: Way, method: str, arguments: list[Any]
) -> None:
    """What a platform documents no way to do is refused before anything is sent."""
    named = {"poll_interval": 0.1, "until": 0.0} if method == "wait_for_run" else {}
    with pytest.raises(NotSupportedError, match="documents no way to"):
        colour.call(way.hook(), method, *arguments, **named)
    assert emulator.requests == []


def test_a_file_is_uploaded(colour: Sync, emulator: FlowEmulator, tmp_path: Path) -> None:
    """A file alone is uploaded with its name, its type and the platform's options."""
    path = tmp_path / "report.json"
    path.write_bytes(b"{}")
    reference = colour.call(VISHWA.hook(), "upload_file", str(path), options={"temp": True})
    [upload] = emulator.core.uploads
    assert upload.id in reference
    assert (upload.filename, upload.content_type, upload.size, upload.temp) == (
        "report.json",
        "application/json",
        2,
        True,
    )


def test_files_become_inputs(colour: Sync, emulator: FlowEmulator, tmp_path: Path) -> None:
    """Local files and object storage are uploaded before the start, which gets what stands for them."""
    content = b"\x00\xff" * 5000
    (tmp_path / "a.bin").write_bytes(content)
    (tmp_path / "b").write_bytes(b"")
    files = {"report": tmp_path / "a.bin", "empty": f"file://{tmp_path}/b"}
    colour.call(VISHWA.hook(), "start_run", VISHWA.add_flow(emulator), {"x": 1}, files=files)
    first, second = emulator.core.uploads
    assert first.sha256 == hashlib.sha256(content).hexdigest()
    assert (first.filename, first.content_type) == ("a.bin", "application/octet-stream")
    assert (second.filename, second.size) == ("b", 0)
    [run] = emulator.runs("vishwa")
    assert run.inputs["x"] == 1
    assert first.id in run.inputs["report"]
    assert second.id in run.inputs["empty"]


def test_an_object_storage_path_is_read(colour: Sync, emulator: FlowEmulator, tmp_path: Path) -> None:
    """Airflow's own ObjectStoragePath is a file as good as any."""
    from airflow.sdk import ObjectStoragePath

    (tmp_path / "a.csv").write_text("a,b")
    colour.call(VISHWA.hook(), "upload_file", ObjectStoragePath(f"file://{tmp_path}/a.csv"))
    assert emulator.core.uploads[0].filename == "a.csv"


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"a": "/nowhere/a.txt", "b": "file:///nowhere/b.txt"}, r"files\.a: .*; files\.b: "),
        ({"a": "/"}, r"files\.a: '/' cannot be read: it is a folder"),
        ({"a": 5}, r"files\.a: '5' cannot be read"),
        ({"a": "nosuch://bucket/key"}, r"files\.a: "),
        (["/a.txt"], "files must be a mapping of inputs to paths, not list"),
        ({"x": __file__}, "given both as a file and as an input: x"),
    ],
)
def test_files_that_cannot_be_sent_are_all_named(
    colour: Sync, emulator: FlowEmulator, files: Any, problem: str
) -> None:
    """Files that are missing or no files at all are named together, and nothing is sent."""
    with pytest.raises(InputsError, match=problem):
        colour.call(VISHWA.hook(), "start_run", VISHWA.add_flow(emulator), {"x": 1}, files=files)
    assert emulator.requests == []


@pytest.mark.parametrize(
    ("flow_id", "named"),
    [
        ("", {}),
        ("..", {}),
        ("a\nb", {}),
        ("quick", {"variant": "nosuch"}),
        ("quick", {"options": {"nosuch": 1}}),
        ("quick", {"options": {"name": 5}}),
        ("quick", {"inputs": {"a": float("nan")}}),
        ("quick", {"inputs": {"a": object()}}),
        ("quick", {"inputs": [1]}),
    ],
)
def test_what_cannot_be_sent_is_not(
    colour: Sync, emulator: FlowEmulator, flow_id: str, named: dict[str, Any]
) -> None:
    """A wrong flow id, option, variant or input is refused before anything is sent, a token request too."""
    with pytest.raises(UsageError):
        colour.call(UNITELABS.hook(), "start_run", flow_id, **named)
    assert emulator.requests == []

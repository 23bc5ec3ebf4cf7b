"""`platforms` and `test-platform`: what there is, what is wrong with it, and whether it does what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.forms import SUFFIX, shipped, text_of
from tests.cli.conftest import Done
from tests.support.outside import SIXTH, platforms_in

Call = Callable[..., Done]


@pytest.mark.parametrize("name", shipped())
def test_each_shipped_spec_keeps_its_own_examples(call: Call, name: str) -> None:
    """Its requests and what it makes of answers are as the examples say; each has some."""
    done = call("test-platform", name)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(", all as they say\n")
    assert not done.out.startswith("0 examples")


@pytest.mark.parametrize("name", shipped())
def test_the_examples_of_a_shipped_spec_cover_its_calls(name: str) -> None:
    """Each call that the spec has is made by some example, in each variant that has a start of its own."""
    data = specs.load(name).document.data
    made = {call["call"] for example in data["examples"] for call in example["calls"]}
    calls = {"start", "status", "result", "cancel", "search", "upload", "describe"} & set(data)
    assert calls <= made
    assert set(data.get("variants", {})) <= {example.get("variant") for example in data["examples"]}


def test_platforms_of_ones_own_are_listed_with_where_they_come_from(call: Call, tmp_path: Path) -> None:
    """A faulty one is told with all that is wrong, and is the only one that is missing."""
    (tmp_path / f"sixth{SUFFIX}").write_text(SIXTH, "utf-8")
    faulty = SIXTH.replace("platform: sixth", "platform: seventh").replace("title: Sixth", "titel: Seventh")
    (tmp_path / f"seventh{SUFFIX}").write_text(faulty.replace("get: /me", "get: me"), "utf-8")
    with platforms_in(tmp_path):
        done = call("platforms")
    assert done.code == 1
    rows = [line.split()[0] for line in done.out.split("\n\n", maxsplit=1)[0].splitlines()]
    assert rows == ["NAME", *sorted([*shipped(), "sixth"])]
    assert f"seventh, from folder {tmp_path}, cannot be used:" in done.out
    assert "error[unknown-key] `titel` is not a key of a platform spec. Did you mean `title`?" in done.out
    assert "error[bad-value] `test.get` must begin with `/`" in done.out


def test_without_platforms_of_ones_own_nothing_is_wrong(call: Call) -> None:
    """Those that come with the package are listed."""
    done = call("platforms")
    assert done.code == 0
    assert done.out.count("this package") == len(shipped())


def test_an_example_that_is_not_kept_is_an_error(call: Call, tmp_path: Path) -> None:
    """The exit code is 1, and the error says both what the example has and what the spec makes."""
    file = tmp_path / f"sixth{SUFFIX}"
    file.write_text(SIXTH.replace("result: {b: 2}", "result: {b: 3}"), "utf-8")
    done = call("test-platform", str(file))
    assert done.code == 1
    assert "error[bad-example] `result` is another one" in done.out
    assert done.out.endswith("1 example, 2 calls, 1 not as they say\n")


def test_a_spec_without_examples_says_that_nothing_was_compared(call: Call, tmp_path: Path) -> None:
    """Sound is not the same as tried."""
    file = tmp_path / f"sixth{SUFFIX}"
    file.write_text(SIXTH[: SIXTH.index("examples:")], "utf-8")
    done = call("test-platform", str(file))
    assert done.code == 0
    assert "It has no `examples`, so nothing was compared." in done.out


def test_one_run_is_made_on_the_real_thing(
    call: Call, emulator: FlowEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A spec that is installed nowhere runs a flow on a connection, and prints its result."""
    emulator.flow("vishwa", "echo", duration=0.0)
    file = tmp_path / f"mine{SUFFIX}"
    text = text_of(f"vishwa{SUFFIX}").replace("platform: vishwa", "platform: mine")
    file.write_text(text, "utf-8")
    fields = {**emulator.connections()["vishwa_default"], "conn_type": "mine"}
    monkeypatch.setenv("AIRFLOW_CONN_MINE_DEFAULT", json.dumps(fields))
    done = call("test-platform", str(file), "--connection", "mine_default", "--flow", "echo", "--with", "a=1")
    assert done.code == 0, done.err
    assert '"run_status"' in done.out
    assert [run.inputs for run in emulator.runs("vishwa")] == [{"a": "1"}]


def test_a_run_needs_both_a_connection_and_a_flow(call: Call) -> None:
    """One without the other would not say what to run, or where."""
    done = call("test-platform", "vishwa", "--flow", "echo")
    assert done.code == 1
    assert "give both --connection and --flow" in done.err


def test_a_file_that_is_not_there_is_told(call: Call) -> None:
    """Neither a shipped platform's name nor a file."""
    done = call("test-platform", "nowhere.platform.yaml")
    assert done.code == 1
    assert "nowhere.platform.yaml" in done.err

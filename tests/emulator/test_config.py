from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import airflow_provider_flows.emulator as package
from airflow_provider_flows.emulator import EmulatorConfig, airflow_connections
from airflow_provider_flows.emulator.catalogue import POLLED
from airflow_provider_flows.emulator.config import load_config
from airflow_provider_flows.emulator.flows import PLATFORMS, Flow, fill


def test_every_platform_has_flows_to_try() -> None:
    """Each has a flow that fails and others that succeed; each polled one has a slow flow of 15 s."""
    flows = {(flow.platform, flow.flow_id): flow for flow in EmulatorConfig().flows}
    for platform in PLATFORMS:
        assert flows[platform, "always-fails"].outcome == "failed"
        assert sum(flow.outcome == "success" for flow in flows.values() if flow.platform == platform) >= 2
    assert [flows[platform, "slow"].duration for platform in POLLED] == [15.0] * 4


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("$inputs", {"a": 1, "b": "x"}),
        ("$inputs.a", 1),
        ("$inputs.missing", None),
        ("a is $inputs.a, c is $inputs.c.", "a is 1, c is ."),
        ({"k": ["$inputs.b", 2, None]}, {"k": ["x", 2, None]}),
        (("$inputs.a",), [1]),
    ],
)
def test_a_result_is_made_of_the_inputs(template: Any, expected: Any) -> None:
    """A reference alone keeps its type; inside a text it becomes text."""
    assert fill(template, {"a": 1, "b": "x"}) == expected


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"platform": "prefect"}, "platform is 'prefect'"),
        ({"flow_id": ""}, "flow_id must not be empty"),
        ({"flow_id": 7}, "flow_id is 7, must be a text"),
        ({"outcome": "explodes"}, "outcome of a vishwa flow is 'explodes'"),
        ({"platform": "scade", "outcome": "skipped"}, "must be one of success, failed"),
        ({"duration": -1}, "duration is -1, must be a number that is not negative"),
        ({"duration": "1"}, "duration is '1'"),
        ({"early_404": True}, "early_404 is True"),
        ({"state_word_at": "never"}, "state_word_at is 'never'"),
        ({"absent_or_null": "gone"}, "absent_or_null is 'gone'"),
        ({"enabled": "no"}, "enabled is 'no', must be true or false"),
        ({"webhook_waits": False}, "webhook_waits is a knob of wisebot, not of vishwa"),
        ({"enabled": False}, "enabled is a knob of unitelabs and blinkops, not of vishwa"),
    ],
)
def test_a_flow_that_cannot_be_is_refused(knobs: dict[str, Any], said: str) -> None:
    """A behaviour the platform cannot show would prove nothing."""
    with pytest.raises(ValueError, match=said):
        Flow(**{"platform": "vishwa", "flow_id": "wf"} | knobs)


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"latency": -1}, "latency is -1"),
        ({"latency": "1"}, "latency is '1'"),
        ({"tenant": 1}, "tenant is 1, must be a text"),
        ({"rate_limit": 0}, "rate_limit is 0, must be a number above 0 or nothing"),
        ({"rate_limit": "fast"}, "rate_limit is 'fast'"),
        ({"blinkops_outputs": "x"}, "blinkops_outputs is 'x', must be one of plain, execution"),
    ],
)
def test_a_knob_out_of_range_is_refused(knobs: dict[str, Any], said: str) -> None:
    """Before anything is served with it."""
    with pytest.raises(ValueError, match=said):
        EmulatorConfig(**knobs)


def test_a_file_adds_and_replaces(tmp_path: Path) -> None:
    """Knobs are set, a known flow is replaced, a new one is added; the rest stays."""
    file = tmp_path / "emulator.yaml"
    file.write_text(
        "latency: 0.5\nflows:\n- {platform: scade, flow_id: 41785, duration: 9, start_nodes: [a]}\n"
        "- {platform: vishwa, flow_id: mine}\n",
        encoding="utf-8",
    )
    config = load_config(file, EmulatorConfig(tenant="t"))
    flows = {(flow.platform, flow.flow_id): flow for flow in config.flows}
    assert (config.latency, config.tenant) == (0.5, "t")
    assert (flows["scade", "41785"].duration, flows["scade", "41785"].start_nodes) == (9, ("a",))
    assert flows["vishwa", "mine"].duration == 1
    assert len(config.flows) == len(EmulatorConfig().flows) + 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("latenzy: 1", "latenzy"),
        ("- 1", "the top level must be a mapping"),
        ("a: [", "not YAML"),
        ("flows: [1]", "each flow must be a mapping, not 1"),
        ("flows: [{platform: scade}]", "flow_id"),
        ("flows: [{platform: scade, flow_id: 1, speed: 2}]", "speed"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    """The error says which file and what in it."""
    file = tmp_path / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=f"wrong.yaml: .*{said}"):
        load_config(file)


def test_connections_are_ready_for_json() -> None:
    """One for each platform, with its address and its secret in the password."""
    connections = airflow_connections("http://127.0.0.1:8100")
    assert json.loads(json.dumps(connections)) == connections
    assert list(connections) == [f"{platform}_default" for platform in PLATFORMS]
    assert {each["host"] for each in connections.values()} == {"http://127.0.0.1:8100"}
    assert all(each["password"] for each in connections.values())
    assert connections["unitelabs_default"]["extra"]["auth_url"] == "http://127.0.0.1:8100"
    mine = airflow_connections("http://h", EmulatorConfig(vishwa_key="mine"))
    assert mine["vishwa_default"]["password"] == "mine"


@pytest.mark.parametrize("module", ["connections", "core"])
def test_imports_stay_light(module: str) -> None:
    """Neither a HTTP library, nor YAML, nor Airflow, nor the provider's own platforms are imported."""
    code = (
        f"import sys, airflow_provider_flows.emulator.{module}\n"
        "heavy = {'aiohttp', 'requests', 'yaml', 'jsonschema', 'airflow', 'python_multipart',"
        " 'airflow_provider_flows.platforms', 'airflow_provider_flows.protocol'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names() -> None:
    """All that is promised can be had, and nothing else."""
    for name in package.__all__:
        assert getattr(package, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = package.Nothing

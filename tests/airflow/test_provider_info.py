"""What Airflow learns of the package, read by Airflow itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import airflow
import jsonschema
import pytest
from airflow.providers_manager import ProvidersManager
from airflow.sdk._shared.secrets_masker import should_hide_value_for_key

import airflow_provider_flows
from airflow_provider_flows import get_provider_info
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.provider_info import _add_platform

PLATFORMS = ("airflow", "blinkops", "scade", "unitelabs", "vishwa", "wisebot")
INFO = get_provider_info()
CONNECTION_TYPES = {each["connection-type"]: each for each in INFO["connection-types"]}


def test_it_keeps_airflows_own_schema() -> None:
    """The description is what Airflow validates of a provider."""
    schema = Path(airflow.__file__).with_name("provider_info.schema.json")
    jsonschema.validate(INFO, json.loads(schema.read_text("utf-8")))


def test_all_that_it_names_is_there() -> None:
    """Every class and every module can be imported, and each hook says the same of itself."""
    for each in CONNECTION_TYPES.values():
        module, _, name = each["hook-class-name"].rpartition(".")
        hook = getattr(import_module(module), name)
        assert hook.conn_type == each["connection-type"]
        assert hook.hook_name == each["hook-name"]
        assert hook.default_conn_name == f"{hook.conn_type}_default"
    for kind in ("hooks", "operators", "sensors", "triggers"):
        for group in INFO[kind]:
            for module in group["python-modules"]:
                import_module(module)
    for path in INFO["extra-links"]:
        module, _, name = path.rpartition(".")
        assert getattr(import_module(module), name)().name


def test_every_integration_is_introduced() -> None:
    """What hooks, operators, sensors and triggers say they belong to is an integration of the package."""
    known = {each["integration-name"] for each in INFO["integrations"]}
    named = {
        group["integration-name"]
        for kind in ("hooks", "operators", "sensors", "triggers")
        for group in INFO[kind]
    }
    assert named == known
    assert len(INFO["integrations"]) == len(known)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_form_has_every_field_of_its_spec(platform: str) -> None:
    """Each field of a connection, also those that only a variant needs, stands in the form with a label."""
    spec = specs.load(platform)
    fields = CONNECTION_TYPES[platform]["conn-fields"]
    assert fields.keys() == spec.extra.keys()
    for name, field in spec.extra.items():
        assert fields[name]["label"] == field.title
        assert fields[name].get("description", "") == field.description
        assert fields[name]["schema"].get("default") == field.default
        assert ("null" in fields[name]["schema"]["type"]) is not field.required
    behaviour = CONNECTION_TYPES[platform]["ui-field-behaviour"]
    assert behaviour["relabeling"] == {name: field.title for name, field in spec.standard.items()}
    shown = {"host", "login", "password"} - set(behaviour["hidden-fields"])
    assert shown == spec.standard.keys()
    assert {"schema", "port"} <= set(behaviour["hidden-fields"])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_secret_extras_have_names_that_airflow_hides(platform: str) -> None:
    """Airflow hides an extra by its name only, whatever its form says."""
    fields = specs.load(platform).extra
    secret = {name for name, field in fields.items() if field.secret}
    assert "proxy" in secret
    hides: Any = should_hide_value_for_key
    assert all(hides(name) for name in secret)
    for name in secret:
        assert CONNECTION_TYPES[platform]["conn-fields"][name]["schema"]["format"] == "password"


def test_airflow_lists_the_connection_types() -> None:
    """Airflow's own providers manager finds the package by its entry point, and its hooks can be imported."""
    manager = ProvidersManager()  # type: ignore[no-untyped-call]  # untyped in Airflow
    assert "airflow-provider-flows" in manager.providers
    for platform in PLATFORMS:
        found = manager.hooks[platform]
        assert found is not None
        assert found.hook_name == CONNECTION_TYPES[platform]["hook-name"]
        assert found.connection_id_attribute_name == "flow_conn_id"
        assert found.connection_testable
    assert "airflow_provider_flows.links.flow.FlowRunLink" in manager.extra_links_class_names


def test_a_broken_spec_costs_only_its_own_platform(tmp_path: Path) -> None:
    """A spec that cannot be read is logged and left out; Airflow starts, and the others are there."""
    package = tmp_path / "airflow_provider_flows"
    shutil.copytree(Path(airflow_provider_flows.__file__).parent, package)
    (package / "platforms" / "scade.platform.yaml").write_text("platform: [never closed")
    (package / "platforms" / "vishwa.platform.yaml").unlink()
    code = (
        "import json, airflow_provider_flows as ours; info = ours.get_provider_info();"
        "print(json.dumps([ours.__file__, info]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    file, info = json.loads(done.stdout)
    assert Path(file).is_relative_to(tmp_path)
    assert [each["connection-type"] for each in info["connection-types"]] == [
        "unitelabs",
        "blinkops",
        "wisebot",
        "airflow",
    ]
    assert {"Scade", "vishwa.ai"}.isdisjoint(each["integration-name"] for each in info["integrations"])
    for name in ("scade", "vishwa"):
        assert f"Connection type '{name}' of airflow_provider_flows is not available" in done.stderr


def test_an_unknown_platform_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """A form that cannot be made leaves the description as it was."""
    info: dict[str, Any] = {}
    _add_platform(info, "not_there", lambda: "")
    assert info == {}
    assert "Connection type 'not_there'" in caplog.text


def test_operators_show_the_link() -> None:
    """Operator and sensor carry the link that the package registers."""
    from airflow_provider_flows.operators.flow import RunFlowOperator
    from airflow_provider_flows.sensors.flow import FlowRunSensor

    sensor = FlowRunSensor(task_id="s", flow_conn_id="c", run="r")
    tasks: list[Any] = [RunFlowOperator(task_id="o", flow_conn_id="c", flow_id="f"), sensor]
    for task in tasks:
        [link] = task.operator_extra_links
        assert (link.name, link.xcom_key) == ("Flow run", "_link_FlowRunLink")
        assert link.get_link(task, ti_key=None) == ""

"""What can be checked of `docker/` without Docker, which CI does not have."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet
from jsonschema import Draft7Validator

from airflow_provider_flows.demo.options import COMPONENTS, read_options
from airflow_provider_flows.emulator.connections import airflow_connections

TOP = Path(__file__).parents[2]
DOCKER = TOP / "docker"
SCHEMA = Path(__file__).parent / "data" / "compose-spec.json"
START = ["python", "-m", "airflow_provider_flows.demo", "up"]
IN_THE_IMAGE = "/opt/airflow/dags"


def _services() -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]
    return services


def _commands() -> dict[str, list[str]]:
    return {
        name: shlex.split(service["command"]) for name, service in _services().items() if "command" in service
    }


def _instructions(keyword: str) -> list[str]:
    lines = (DOCKER / "Dockerfile").read_text().splitlines()
    return [line.removeprefix(keyword).strip() for line in lines if line.startswith(f"{keyword} ")]


def _pinned(package: str) -> str:
    found = re.search(rf"^{package}==(\S+)$", (TOP / "constraints.txt").read_text(), re.MULTILINE)
    assert found, package
    return found[1]


def test_the_compose_file_follows_the_specification() -> None:
    """It is valid against the JSON Schema of the Compose Specification."""
    schema = json.loads(SCHEMA.read_text())
    errors = Draft7Validator(schema).iter_errors(yaml.safe_load((DOCKER / "compose.yaml").read_text()))
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_the_schema_refuses_a_wrong_compose_file() -> None:
    """The check above can fail."""
    validator = Draft7Validator(json.loads(SCHEMA.read_text()))
    assert not validator.is_valid({"services": {"airflow": {"comand": "python"}}})


def test_the_image_is_the_airflow_that_the_tests_run_on() -> None:
    """The version in FROM is the one in the constraints."""
    assert _instructions("FROM") == [f"apache/airflow:{_pinned('apache-airflow')}-python3.11"]


def test_the_image_copies_what_is_there_and_what_the_context_lets_through() -> None:
    """Every source of a COPY exists, and `Dockerfile.dockerignore` excepts it."""
    sources = [word for line in _instructions("COPY") for word in line.split()[1:-1]]
    ignore = (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
    assert {"pyproject.toml", "constraints.txt", "airflow_provider_flows"} <= set(sources)
    assert [source for source in sources if not (TOP / source).exists()] == []
    assert [source for source in sources if f"!{source}" not in ignore] == []


def test_the_containers_start_what_make_up_starts() -> None:
    """The same module with the same command, and together every component once."""
    makefile = (TOP / "Makefile").read_text()
    assert f"-m {START[2]} {START[3]} " in makefile
    assert [command[:4] for command in _commands().values()] == [START] * 3
    components = [command[command.index("--components") + 1] for command in _commands().values()]
    assert sorted(",".join(components).split(",")) == sorted(COMPONENTS)


@pytest.mark.parametrize("service", ["emulator", "airflow", "triggerer"])
def test_the_start_script_understands_each_command(tmp_path: Path, service: str) -> None:
    """The options exist, and each part keeps the container's settings and finds the others."""
    arguments = [str(tmp_path) if word == IN_THE_IMAGE else word for word in _commands()[service][3:]]
    options = read_options(arguments)
    assert options.stay_up
    assert options.keep_environment
    assert options.start_runs is (service == "airflow")


def test_the_parts_find_each_other() -> None:
    """The emulator's port, the UI's port and the DAG folder are the same wherever they are named."""
    services, commands = _services(), _commands()
    port = commands["emulator"][commands["emulator"].index("--emulator-port") + 1]
    for name in ("airflow", "triggerer"):
        command = commands[name]
        assert command[command.index("--emulator-url") + 1] == f"http://emulator:{port}"
        assert f"../dags_examples:{IN_THE_IMAGE}:ro" in services[name]["volumes"]
        assert services[name]["env_file"] == "connections.env"
    ui = commands["airflow"][commands["airflow"].index("--port") + 1]
    assert services["airflow"]["ports"] == [f"127.0.0.1:{ui}:{ui}"]
    assert f"127.0.0.1:{ui}/" in services["airflow"]["healthcheck"]["test"][-1]
    assert f"127.0.0.1:{port}/" in services["emulator"]["healthcheck"]["test"][-1]


def test_what_is_waited_for_has_a_health_check() -> None:
    """A `service_healthy` without one would never come true."""
    services = _services()
    waited_for = {name for service in services.values() for name in service.get("depends_on", {})}
    assert waited_for == {"postgres", "emulator", "airflow"}
    assert all("healthcheck" in services[name] for name in waited_for)


def test_the_signing_secret_is_long_enough_and_shared() -> None:
    """Airflow signs with HS512, which wants 64 bytes; both containers must have the same."""
    secrets = {
        _services()[name]["environment"]["AIRFLOW__API_AUTH__JWT_SECRET"] for name in ("airflow", "triggerer")
    }
    (secret,) = secrets
    assert len(secret.partition(":-")[2].rstrip("}")) >= 64


def test_the_encryption_key_is_one_and_shared() -> None:
    """The triggerer decrypts the arguments that the scheduler has encrypted for it."""
    keys = {
        _services()[name]["environment"]["AIRFLOW__CORE__FERNET_KEY"] for name in ("airflow", "triggerer")
    }
    (key,) = keys
    Fernet(key.partition(":-")[2].rstrip("}"))


def test_the_connections_are_the_emulators() -> None:
    """`connections.env` says what `airflow_connections` says, in lines that Compose and Docker read alike.

    The Airflow of compose.yaml is there too, as if it were another one.
    """
    lines = [
        line for line in (DOCKER / "connections.env").read_text().splitlines() if not line.startswith("#")
    ]
    given = dict(line.split("=", 1) for line in lines)
    itself = {"conn_type": "airflow", "host": "http://airflow:8080", "login": "demo", "password": "demo"}
    expected = {**airflow_connections("http://emulator:8100"), "airflow_default": itself}
    assert {name: json.loads(value) for name, value in given.items()} == {
        f"AIRFLOW_CONN_{conn_id.upper()}": fields for conn_id, fields in expected.items()
    }
    # Compose reads a value up to " #" and replaces what follows "$"; `docker run` takes quotes literally.
    assert [value for value in given.values() if re.search(r"[$#\s']", value)] == []

"""The environment of the demo's Airflow: its own home, free ports, settings that make short runs quick."""

from __future__ import annotations

import secrets
import socket
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path


def airflow_environment(
    inherited: Mapping[str, str], *, home: Path, dags: Path, host: str, port: int, keep: bool = False
) -> dict[str, str]:
    """Build the variables of every Airflow process.

    The user's own AIRFLOW_* variables are left out, so that nothing of the user's Airflow is read or written;
    with `keep` (containers) they win over ours.
    """
    settings = _settings(home=home, dags=dags, host=host, port=port)
    if keep:
        settings |= {name: value for name, value in inherited.items() if name.startswith("AIRFLOW")}
    return plain_environment(inherited) | settings


def plain_environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """Build the variables of a process that is no part of Airflow."""
    # Without compiled bytecode every process takes twice as long to start.
    hidden = ("AIRFLOW", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in inherited.items() if not name.startswith(hidden)}
    local = "127.0.0.1,localhost"
    for name in ("NO_PROXY", "no_proxy"):  # the emulator is never reached through a proxy
        environment[name] = f"{environment[name]},{local}" if environment.get(name) else local
    return environment | {"PYTHONUNBUFFERED": "1"}


def reachable(host: str) -> str:
    """Name the host under which a server that listens on `host` is reached from this machine."""
    return "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - containers listen on all addresses


def free_port() -> int:
    """Find a TCP port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _settings(*, home: Path, dags: Path, host: str, port: int) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        # One for all parts: without it each makes its own, and none reads what another has encrypted.
        "AIRFLOW__CORE__FERNET_KEY": b64encode(secrets.token_bytes(32), altchars=b"-_").decode(),
        # A DAG that waits to be unpaused would never finish.
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        # Each task leg is mostly CPU time, so more at once than this only makes each of them slower.
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__API__HOST": host,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://{reachable(host)}:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "2",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        # Each DAG runs when the demo starts it, and not on its schedule as well.
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
        # Airflow 3.3.2 can fail a task whose trigger fires before its first leg was seen to end, which takes
        # up to this many seconds (https://github.com/apache/airflow/issues/71580).
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        # A machine that is busy with all this at once may keep a task waiting for its start; after 5 seconds
        # Airflow would repeat the request, and then fail the task.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
        "PYTHONWARNINGS": "ignore",
    }

"""How the bench's Airflow is set: what is lower than Airflow's default, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from airflow_provider_flows.demo.environment import airflow_environment

STORM_RETRIES = 12  # of the tasks that meet one fault after the other
DEADLINE = 20.0  # seconds, the `timeout` of the tasks whose time is up
WORKERS = 28  # tasks at once: the cells side by side, and those whose heartbeat is waited for
END_FROM_TRIGGER = "FLOWS_FAULTS_END_FROM_TRIGGER"  # a variable that the DAG files read


@dataclass(frozen=True, slots=True)
class Lowered:
    """One threshold that is lower here than Airflow sets it; `reason` says what that changes."""

    section: str
    name: str
    default: str
    here: str
    reason: str

    @property
    def variable(self) -> str:
        """Return the environment variable that sets it."""
        return f"AIRFLOW__{self.section.upper()}__{self.name.upper()}"


QUICK_HEARTBEAT_TIMEOUT = (
    "10"  # seconds, of the subset in the test suite, whose machine has nothing else to do
)

LOWERED = (
    Lowered("scheduler", "task_instance_heartbeat_timeout", "300", "30",
            "a killed worker is noticed after half a minute instead of five"),
    Lowered("scheduler", "task_instance_heartbeat_timeout_detection_interval", "10", "3",
            "the same, looked for more often"),
    Lowered("workers", "min_heartbeat_interval", "5", "1",
            "Airflow 3.3.2 fails tasks whose trigger fires before their first leg was seen to end"),
    Lowered("triggerer", "triggerer_health_check_threshold", "30", "20",
            "the triggers of a dead or silent triggerer move sooner"),
    Lowered("scheduler", "orphaned_tasks_check_interval", "300", "15",
            "orphans are looked for more often"),
    Lowered("scheduler", "scheduler_health_check_threshold", "30", "15",
            "the tasks of a dead scheduler are reset sooner"),
    Lowered("scheduler", "trigger_timeout_check_interval", "15", "5",
            "a deferral's timeout is noticed sooner"),
    Lowered("scheduler", "scheduler_idle_sleep_time", "1", "0.2",
            "tasks start sooner"),
)  # fmt: skip
"""Everything else keeps Airflow's default: three failed heartbeats end a task, each sent five times over."""


def lowered_table() -> str:
    """Return the table for the documentation."""
    lines = ["| setting | Airflow's default | here | why |", "| --- | --- | --- | --- |"]
    lines += [f"| `[{each.section}] {each.name}` | {each.default} | {each.here} | {each.reason} |"
              for each in LOWERED]  # fmt: skip
    return "\n".join(lines)


def environment(
    inherited: Mapping[str, str],
    *,
    home: Path,
    dags: Path,
    port: int,
    execution_url: str,
    database_url: str,
    top: Path,
) -> dict[str, str]:
    """Build the variables of every Airflow process.

    `execution_url` is where workers find the execution API; `top` is the folder that holds `tests`, from
    which the DAG files import this module.
    """
    settings = airflow_environment(inherited, home=home, dags=dags, host="127.0.0.1", port=port)
    settings |= {each.variable: each.here for each in LOWERED}
    # Airflow's own runs of the package are no part of a measurement that this one is in.
    settings = {name: value for name, value in settings.items() if not name.startswith("COVERAGE")}
    return settings | {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database_url,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": execution_url,
        "AIRFLOW__CORE__FERNET_KEY": Fernet.generate_key().decode(),
        "AIRFLOW__CORE__PARALLELISM": str(WORKERS),
        "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": "1000",
        "AIRFLOW__CORE__MAX_ACTIVE_RUNS_PER_DAG": "1000",
        # Parsed once: the files do not change while the bench runs.
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "300",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        "PYTHONPATH": str(top),
    }

"""The little of Airflow's REST API that the demo needs, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import requests

from airflow_provider_flows.demo.failures import DemoError

_TIMEOUT = 60  # seconds: a machine that is busy with everything else can keep an answer waiting
_PAGE = 100  # the most that Airflow's default `[api] maximum_page_limit` gives


@dataclass(frozen=True, slots=True)
class DagRun:
    """One run of a DAG; `seconds` is how long it took, None while it goes on."""

    dag_id: str
    run_id: str
    state: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class TaskInstance:
    """One task of a run; a mapped one has an instance for each `map_index`. `tries` counts those begun."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    operator: str
    state: str
    tries: int
    flow_conn_id: str | None


class AirflowApi:
    """Speaks to one API server whose users are all admins, so no password is needed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False  # never through a proxy, and no ~/.netrc in place of our token

    def sign_in(self) -> bool:
        """Take out a token; False while the server isn't there yet."""
        try:
            self._session.get(self._url, timeout=_TIMEOUT)
        except requests.ConnectionError:
            return False
        token = self._ask("GET", "/auth/token")["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"
        return True

    def parts_at_work(self) -> set[str]:
        """Tell which parts beat: `scheduler`, `triggerer`, `dag_processor`, `metadatabase`."""
        health = self._get("/api/v2/monitor/health")
        return {name for name, part in health.items() if part and part.get("status") == "healthy"}

    def import_errors(self) -> dict[str, str]:
        """Give the traceback of every DAG file that Airflow could not import, by file name."""
        return {
            row["filename"]: row["stack_trace"] for row in self._rows("/api/v2/importErrors", "import_errors")
        }

    def dags(self) -> dict[str, str]:
        """Give the file of every DAG that Airflow knows, by DAG id."""
        return {row["dag_id"]: row["fileloc"] for row in self._rows("/api/v2/dags", "dags")}

    def start_run(self, dag_id: str) -> None:
        """Start one run of a DAG, now."""
        self._ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None})

    def dag_runs(self) -> list[DagRun]:
        """List the runs of all DAGs."""
        return [_dag_run(row) for row in self._rows("/api/v2/dags/~/dagRuns", "dag_runs")]

    def task_instances(self) -> list[TaskInstance]:
        """List the task instances of all runs, each mapped one for itself."""
        path = "/api/v2/dags/~/dagRuns/~/taskInstances"
        return [_task_instance(row) for row in self._rows(path, "task_instances")]

    def log(self, task: TaskInstance) -> list[str]:
        """Give the lines of a task's newest log, errors with their traceback's last line."""
        run = f"/api/v2/dags/{task.dag_id}/dagRuns/{task.run_id}"
        answer = self._get(
            f"{run}/taskInstances/{task.task_id}/logs/{max(task.tries, 1)}",
            map_index=task.map_index,
            full_content=True,
        )
        return list(_log_lines(answer["content"]))

    def wake_tasks_api(self) -> None:
        """Ask the part of the API that tasks speak to, once.

        Airflow builds it at the first question, which on a slow machine takes longer than a task waits.
        """
        with suppress(requests.RequestException):
            self._session.get(f"{self._url}/execution/health", timeout=_TIMEOUT)

    def _get(self, path: str, **params: Any) -> Any:
        return self._ask("GET", path, params=params)

    def _ask(self, method: str, path: str, **content: Any) -> Any:
        try:
            answer = self._session.request(method, f"{self._url}{path}", timeout=_TIMEOUT, **content)
        except requests.RequestException as error:
            raise DemoError(f"Airflow did not answer {method} {path}: {error}") from error
        if not answer.ok:
            raise DemoError(
                f"Airflow answered {method} {path} with {answer.status_code}: {answer.text[:500]}"
            )
        return answer.json()

    def _rows(self, path: str, key: str) -> Iterator[dict[str, Any]]:
        offset = 0
        while rows := self._get(path, limit=_PAGE, offset=offset)[key]:
            yield from rows
            if len(rows) < _PAGE:
                return
            offset += len(rows)


def _dag_run(row: Mapping[str, Any]) -> DagRun:
    return DagRun(row["dag_id"], row["dag_run_id"], row["state"], row["duration"])


def _task_instance(row: Mapping[str, Any]) -> TaskInstance:
    return TaskInstance(
        dag_id=row["dag_id"],
        run_id=row["dag_run_id"],
        task_id=row["task_id"],
        map_index=row["map_index"],
        operator=row["operator_name"] or "",
        state=row["state"] or "waiting",
        tries=row["try_number"],
        flow_conn_id=(row["rendered_fields"] or {}).get("flow_conn_id"),
    )


def _log_lines(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Leave out the marks of groups, and the first group: it only says where the log was read."""
    sources = False
    for entry in entries:
        event = str(entry["event"])
        if event.startswith("::"):
            sources = event.startswith("::group::Log message source")
        elif not sources:
            yield event
        for error in entry.get("error_detail") or ():
            yield f"{error['exc_type']}: {error['exc_value']}"

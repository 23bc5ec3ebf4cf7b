"""What people do to tasks, through Airflow's REST API, as the UI does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

_TIMEOUT = 60.0  # seconds: a machine that is busy with everything else can keep an answer waiting


class People:
    """A user of one Airflow whose users are all admins."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._headers: dict[str, str] = {}

    def sign_in(self) -> bool:
        """Take out a token; False while the server isn't there yet."""
        try:
            token = self._ask("GET", "/auth/token")["access_token"]
        except requests.ConnectionError:
            return False
        self._headers = {"Authorization": f"Bearer {token}"}
        return True

    def health(self) -> set[str]:
        """Name the parts that beat: `scheduler`, `triggerer`, `dag_processor`, `metadatabase`."""
        parts = self._ask("GET", "/api/v2/monitor/health")
        return {name for name, part in parts.items() if part and part.get("status") == "healthy"}

    def dags(self) -> set[str]:
        """Name the DAGs that Airflow knows."""
        return {row["dag_id"] for row in self._ask("GET", "/api/v2/dags?limit=100")["dags"]}

    def import_errors(self) -> str:
        """Return the tracebacks of the DAG files that could not be imported."""
        rows = self._ask("GET", "/api/v2/importErrors")["import_errors"]
        return "\n".join(row["stack_trace"] for row in rows)

    def start(self, dag_id: str, run_id: str, conf: Mapping[str, Any]) -> None:
        """Start one run of a DAG."""
        body = {"logical_date": None, "dag_run_id": run_id, "conf": dict(conf)}
        self._ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return the state of a DAG run."""
        return str(self._ask("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def mark(self, dag_id: str, run_id: str, task_id: str, state: str) -> None:
        """Mark a task failed or success."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}"
        self._ask("PATCH", path, json={"new_state": state})

    def clear(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Clear a task, so that it runs again."""
        body = {"dry_run": False, "only_failed": False, "dag_run_id": run_id, "task_ids": [task_id]}
        self._ask("POST", f"/api/v2/dags/{dag_id}/clearTaskInstances", json=body)

    def set_variable(self, key: str, value: str) -> None:
        """Make an Airflow Variable."""
        self._ask("POST", "/api/v2/variables", json={"key": key, "value": value})

    def _ask(self, method: str, path: str, **content: Any) -> Any:
        with requests.Session() as session:
            session.trust_env = False  # never through a proxy, and no ~/.netrc in place of our token
            answer = session.request(
                method, f"{self._url}{path}", timeout=_TIMEOUT, headers=self._headers, **content
            )
        if not answer.ok:
            raise RuntimeError(
                f"Airflow answered {method} {path} with {answer.status_code}: {answer.text[:500]}"
            )
        return answer.json()

"""What the check looks at, each in one function that raises `AssertionError` with what it saw instead."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import requests

from airflow_provider_flows.demo.client import AirflowApi

_FINAL = {"success", "failed", "skipped", "upstream_failed", "removed"}


def check_hooks(listed: str) -> None:
    """`airflow providers hooks` lists the platform, and not the broken one."""
    hooks = {each["connection_type"]: each for each in json.loads(listed[listed.index("[") :])}
    assert hooks["acme"]["class"] == "airflow_provider_flows.hooks.others.AcmeHook", hooks["acme"]
    assert "broken" not in hooks, hooks["broken"]
    assert {"unitelabs", "scade", "blinkops", "wisebot", "vishwa", "airflow"} <= set(hooks), sorted(hooks)


def check_platforms(code: int, told: str) -> None:
    """`airflow flows platforms` ends with 1, and tells what is wrong with the broken spec alone."""
    assert code == 1, told
    assert "Acme Robots" in told, told
    assert "package acme-flows 1.0" in told, told
    assert "broken, from package broken-flows 1.0, cannot be used:" in told, told
    assert told.count(": error[") == told.count("broken_flows/broken.platform.yaml:") == 1, told


def check_form(url: str) -> None:
    """The form has the platform's own field and those of every platform."""
    forms = {
        each["connection_type"]: each for each in _session(url).get(f"{url}/ui/connections/hook_meta").json()
    }
    form = forms["acme"]
    assert form["hook_name"] == "Acme Robots", form
    assert form["standard_fields"]["password"]["title"] == "API key", form
    assert {"site", "verify", "success_states"} <= set(form["extra_fields"]), sorted(form["extra_fields"])
    assert "broken" not in forms, forms["broken"]


def check_test(url: str, address: str, key: str) -> None:
    """The Test button speaks to the platform: it takes the right key, and refuses another."""
    session = _session(url)
    for password, good in ((key, True), ("another", False)):
        body = {
            "connection_id": "tested",
            "conn_type": "acme",
            "host": address,
            "password": password,
            "extra": json.dumps({"site": "basel"}),
        }
        answer = session.post(f"{url}/api/v2/connections/test", json=body).json()
        assert answer["status"] is good, answer
        assert ("accepted the credentials" in answer["message"]) is good, answer


def check_runs(url: str, dag_ids: Sequence[str], longest: float) -> int:
    """Each DAG runs and succeeds; return how many tasks there were."""
    api = AirflowApi(url)
    assert api.sign_in()
    until = time.monotonic() + longest
    while set(dag_ids) - set(api.dags()):
        assert time.monotonic() < until, f"not all DAGs are there: {api.dags()}, {api.import_errors()}"
        time.sleep(1)
    assert not api.import_errors(), api.import_errors()
    for dag_id in dag_ids:
        api.start_run(dag_id)
    while not all(run.state in _FINAL for run in api.dag_runs()):
        assert time.monotonic() < until, [(run.dag_id, run.state) for run in api.dag_runs()]
        time.sleep(1)
    tasks = api.task_instances()
    failed = [(each.dag_id, each.task_id, api.log(each)[-3:]) for each in tasks if each.state != "success"]
    assert not failed, failed
    return len(tasks)


def _session(url: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    token: Any = session.get(f"{url}/auth/token", timeout=30).json()["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"
    return session

"""What `wheel_check.py` runs inside of the environment that has only the wheel and what it needs."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
import time
from pathlib import Path
from typing import Any

import requests
from jsonschema import Draft7Validator

import airflow_provider_flows

PLANTED = "planted-value-that-must-stay-hidden"


def check_modules() -> None:
    """Import every module of the wheel, and hold the provider's description to Airflow's schema."""
    import airflow

    place = Path(airflow_provider_flows.__file__)
    if not place.is_relative_to(sys.prefix):
        sys.exit(f"{place} is not the installed package")
    names = [found.name for found in pkgutil.walk_packages([str(place.parent)], "airflow_provider_flows.")]
    for name in names:
        importlib.import_module(name)
    schema = json.loads((Path(airflow.__file__).parent / "provider_info.schema.json").read_text())
    errors = Draft7Validator(schema).iter_errors(airflow_provider_flows.get_provider_info())
    if told := [f"{error.json_path}: {error.message}" for error in errors]:
        sys.exit("get_provider_info() breaks Airflow's schema:\n" + "\n".join(told))
    print(len(names))


def check_site(listed_hooks: list[dict[str, str]], airflow_url: str) -> str:
    """Look at the connection types through Airflow, then run a flow; say in one line what was seen."""
    kinds = {
        kind["connection-type"]: kind
        for kind in airflow_provider_flows.get_provider_info()["connection-types"]
    }
    listed = {hook["connection_type"] for hook in listed_hooks}
    if missing := kinds.keys() - listed:
        sys.exit(f"`airflow providers hooks` does not list {', '.join(sorted(missing))}")
    session = requests.Session()
    session.trust_env = False
    token = session.get(f"{airflow_url}/auth/token", timeout=30).json()["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"
    fields = _check_forms(session, airflow_url, kinds)
    secrets = _check_secrets(session, airflow_url, kinds)
    state = _run_flow()
    return (
        f"{len(kinds)} connection types with {fields} own form fields, "
        f"{secrets} planted secrets hidden, one flow run: {state}"
    )


def _check_forms(session: requests.Session, url: str, kinds: dict[str, Any]) -> int:
    """Compare what each type's form is drawn from with what the package says; give the number of fields."""
    answer = session.get(f"{url}/ui/connections/hook_meta", timeout=30)
    answer.raise_for_status()
    forms = {form["connection_type"]: form for form in answer.json()}
    count = 0
    for name, kind in kinds.items():
        shown = set(forms[name]["extra_fields"] or {})
        if shown != set(kind["conn-fields"]) or forms[name]["hook_name"] != kind["hook-name"]:
            sys.exit(f"the form of {name} shows {sorted(shown)}, not {sorted(kind['conn-fields'])}")
        if not forms[name]["standard_fields"]:
            sys.exit(f"the form of {name} does not name its standard fields")
        count += len(shown)
    return count


def _check_secrets(session: requests.Session, url: str, kinds: dict[str, Any]) -> int:
    """Save a connection of each type with every secret planted, and look for them in what the API shows."""
    planted = 0
    for name, kind in kinds.items():
        fields = kind["conn-fields"].items()
        hidden = [field for field, told in fields if told["schema"].get("format") == "password"]
        body = {
            "connection_id": f"planted_{name}",
            "conn_type": name,
            "password": f"{PLANTED}-{name}",
            "extra": json.dumps({field: f"{PLANTED}-{name}-{field}" for field in hidden}),
        }
        session.post(f"{url}/api/v2/connections", json=body, timeout=30).raise_for_status()
        planted += 1 + len(hidden)
    shown = session.get(f"{url}/api/v2/connections", params={"limit": 100}, timeout=30)
    shown.raise_for_status()
    if f"planted_{name}" not in shown.text:
        sys.exit(f"the planted connections are not listed: {shown.text[:500]}")
    if PLANTED in shown.text:
        sys.exit(f"GET /api/v2/connections shows a planted secret: {shown.text}")
    return planted


def _run_flow() -> str:
    """Run one of the emulator's flows through the installed hook, and give its last state."""
    from airflow_provider_flows.hooks.flow import FlowHook

    hook = FlowHook("vishwa_default")
    run = hook.start_run("summarise-report", inputs={"report": "All went well."})
    run = hook.wait_for_run(run.handle, poll_interval=0.5, until=time.time() + 60)
    if run.state != "success":
        sys.exit(f"the flow run did not succeed: {run}")
    return str(run.state.value)


if __name__ == "__main__":
    if sys.argv[1] == "modules":
        check_modules()
    else:
        print(check_site(json.load(sys.stdin), sys.argv[2]))

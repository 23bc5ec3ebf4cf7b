"""The platforms on connections as a user would fill them in, for tests that meet no emulator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import RunHandle, RunOrder

SECRETS: Mapping[str, str] = {
    "unitelabs": "client-secret-1",
    "scade": "c2NhZGUta2V5",
    "blinkops": "blink-key-1",
    "wisebot": "wb_live_key1",
    "vishwa": "xp-key-1",
    "airflow": "airflow-password-1",
}
WEBHOOK_SECRET = "hook-secret-1"
_CONNECTIONS: Mapping[str, Mapping[str, Any]] = {
    "unitelabs": {"login": "client-1", "extra": {"tenant": "t-1"}},
    "scade": {},
    "blinkops": {"extra": {"workspace": "ws-1"}},
    "wisebot": {
        "host": "https://app.wise.test",
        "extra": {"webhook_origin": "https://hooks.wise.test", "webhook_secret": WEBHOOK_SECRET},
    },
    "vishwa": {},
    "airflow": {"host": "https://airflow.test", "login": "me"},
}
PATHS = {  # where the status of the run "r/1" is asked for
    "unitelabs": "https://api.unitelabs.io/t-1/v1/workflows/f-1/runs/r%2F1",
    "scade": "https://api.scade.pro/api/v1/task/r%2F1",
    "blinkops": "https://app.blinkops.com/api/v1/workspace/ws-1/executions/r%2F1",
    "vishwa": "https://api.vishwa.ai/v1/workflow/f-1/run/r%2F1/status",
    "airflow": "https://airflow.test/api/v2/dags/f-1/dagRuns/r%2F1",
}
NODES = {"start_node_id": "SYnn-start", "end_node_id": "y5iI-end"}  # Scade's required options

SPEC = """\
flows: platform/1
platform: sixth
title: Sixth
connection:
  host: {title: Address, default: "https://sixth.test"}
  password: {title: Key, required: true}
base: {url: "${conn.host}", path: /v1}
auth:
  header: {X-Key: "${conn.password}"}
credentials: the key
flow: {title: flow}
options:
  color: {title: Colour}
start:
  post: /flows/${flow}
  json: {inputs: "${inputs}"}
  run_id: id
status:
  get: /runs/${run.id}
  state: state
test: There is no call for that.
variants:
  quick:
    start:
      put: /quick/${flow}
      json: null
    options:
      color: {default: red}
      size: {title: Size, type: integer}
"""


def connection(platform: str, *, extra: Mapping[str, Any] | None = None, **fields: Any) -> RawConnection:
    """Return the platform's connection with some fields changed; an extra that is None is taken away."""
    known = _CONNECTIONS[platform]
    extras = {**known.get("extra", {}), **(extra or {})}
    given = {**known, "password": SECRETS[platform], **fields}
    given["extra"] = {name: value for name, value in extras.items() if value is not None}
    return RawConnection(conn_id="mine", conn_type=platform, **given)


def build(
    platform: str, variant: str | None = None, *, extra: Mapping[str, Any] | None = None, **fields: Any
) -> SpecPlatform:
    """Return the platform on its connection, with some fields changed."""
    return SpecPlatform(
        specs.load(platform),
        connection(platform, extra=extra, **fields),
        clock=lambda: 0.0,
        retry=RetryPolicy(),
        variant=variant,
    )


def order(platform: str, flow_id: str = "f-1", **changes: Any) -> RunOrder:
    """Return an order that the platform takes, with some members changed."""
    options = {**(NODES if platform == "scade" else {}), **changes.pop("options", {})}
    return RunOrder(flow_id, options=options, task={"key": "dag.task.1"}, **changes)


def handle(platform: str, run_id: str = "r-1", variant: str | None = None) -> RunHandle:
    """Return the handle of a run that was started with `order`."""
    context = {"workspace": "ws-1"} if platform == "blinkops" else {}
    return RunHandle(platform, "f-1", run_id, {"variant": variant, **context} if variant else context)

"""What a start sends, to the letter: one row for each thing that a user can say."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pytest

from airflow_provider_flows.protocol.errors import InputsError, OptionsError
from airflow_provider_flows.protocol.runs import RunOrder
from tests.platforms.known import NODES, build, order

CALLBACK = {
    "url": "https://me.test/done?token=u-secret",
    "method": "PUT",
    "headers": {"X-Token": "h-secret"},
    "cookies": {"sid": "c-secret"},
    "body": {"a": [1, None]},
    "disableSSL": True,
    "excludeDefaultMetadata": False,
}


@dataclass(kw_only=True)
class Row:
    """One start: what a user says, and what goes out."""

    name: str
    platform: str
    url: str
    body: Any
    variant: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    flow_id: str = "f-1"
    inputs: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    read_timeout: float = 30.0


UNITELABS = "https://api.unitelabs.io/t-1/v1/workflows/f-1/runs"
SCADE = "https://api.scade.pro/api/v1/scade/flow/f-1/execute"
BLINKOPS = "https://app.blinkops.com/api/v1/workspace/ws-1/playbooks/f-1/execute"
WISEBOT = "https://app.wise.test/api/v1/flow/f-1"
WEBHOOK = "https://hooks.wise.test/workflows/trigger?workflowId=f-1"
VISHWA = "https://api.vishwa.ai/v1/workflow/f-1/start-run"
NAMED = {"name": "dag.task.1", "parameters": {}}


def scade_body(data: Any = None, **nodes: str) -> dict[str, Any]:
    """Return Scade's body for these inputs and nodes."""
    chosen = {**NODES, "result_node_id": NODES["end_node_id"], **nodes}
    return {**chosen, "node_settings": {chosen["start_node_id"]: {"data": data or {}}}}


ROWS = [
    Row(
        name="unitelabs: inputs as parameters, the name unique to the attempt",
        platform="unitelabs", url=UNITELABS, inputs={"plates": [1, None], "deep": {"ü": True}},
        body={"name": "dag.task.1", "parameters": {"plates": [1, None], "deep": {"ü": True}}},
    ),
    Row(
        name="unitelabs: a name of one's own",
        platform="unitelabs", url=UNITELABS, options={"name": "Tuesday"}, body={**NAMED, "name": "Tuesday"},
    ),
    Row(
        name="unitelabs: the address with the tenant",
        platform="unitelabs", url="https://lab.test/t-1/v1/workflows/f-1/runs",
        fields={"host": "https://lab.test/t-1"}, body=NAMED,
    ),
    Row(
        name="unitelabs: the address with tenant and /v1/",
        platform="unitelabs", url="https://lab.test/t-1/v1/workflows/f-1/runs",
        fields={"host": "https://lab.test/t-1/v1/"}, body=NAMED,
    ),
    Row(
        name="unitelabs: an address behind a gateway, with a port of its own",
        platform="unitelabs", url="https://gw.test:8443/labs/t-1/v1/workflows/f-1/runs",
        fields={"host": "gw.test/labs", "port": 8443}, body=NAMED,
    ),
    Row(
        name="unitelabs: a tenant is encoded as one part of the path",
        platform="unitelabs", url="https://api.unitelabs.io/t%3F%231/v1/workflows/f-1/runs",
        extra={"tenant": "t?#1"}, body=NAMED,
    ),
    Row(
        name="scade: the result node is the end node",
        platform="scade", url=SCADE, options=NODES, inputs={"audio": "https://a.test/b"},
        body=scade_body({"audio": "https://a.test/b"}), read_timeout=120.0,
    ),
    Row(
        name="scade: a result node of its own, and a longer read timeout, which wins over the start's own",
        platform="scade", url=SCADE, options={**NODES, "result_node_id": "mid"}, extra={"read_timeout": 200},
        body=scade_body(result_node_id="mid"), read_timeout=200.0,
    ),
    Row(
        name="scade: a start node with odd characters names its settings",
        platform="scade", url=SCADE, options={**NODES, "start_node_id": "a.b['c']${x}"},
        body=scade_body(start_node_id="a.b['c']${x}"), read_timeout=120.0,
    ),
    Row(
        name="blinkops: only what was given",
        platform="blinkops", url=BLINKOPS, inputs={"host": "h"}, body={"input_values": {"host": "h"}},
    ),
    Row(
        name="blinkops: every option, under the vendor's names",
        platform="blinkops",
        url="https://app.blinkops.com/api/v1/workspace/other%2Fws/playbooks/f-1/execute",
        options={
            "workspace": "other/ws", "event": {"id": 1}, "runner": "group", "past_exec_ref": "e-0",
            "trigger_type": "API", "callback": CALLBACK,
        },
        body={
            "input_values": {}, "event": {"id": 1}, "runner": "group", "past_exec_ref": "e-0",
            "trigger_type": "API", "callback": CALLBACK,
        },
    ),
    Row(
        name="blinkops: a customer's own host that ends in /api/v1 already",
        platform="blinkops", url="https://x.app.blinkops.com/api/v1/workspace/ws-1/playbooks/f-1/execute",
        fields={"host": "https://x.app.blinkops.com/api/v1"}, body={"input_values": {}},
    ),
    Row(
        name="blinkops: objects as texts, as a template renders them",
        platform="blinkops", url=BLINKOPS, options={"event": '{"id": 1}', "callback": json.dumps(CALLBACK)},
        body={"input_values": {}, "event": {"id": 1}, "callback": CALLBACK},
    ),
    Row(
        name="blinkops sync: the platform's own wait is sixty seconds, ours is longer",
        platform="blinkops", variant="sync", url=f"{BLINKOPS}?run_sync=true&timeout=60",
        body={"input_values": {}}, read_timeout=90.0,
    ),
    Row(
        name="blinkops sync: a wait of one's own, whole seconds however they are written",
        platform="blinkops", variant="sync", url=f"{BLINKOPS}?run_sync=true&timeout=600",
        options={"sync_timeout": 600.0}, body={"input_values": {}}, read_timeout=630.0,
    ),
    Row(
        name="wisebot: inputs wrapped, three hundred seconds of patience",
        platform="wisebot", url=WISEBOT, inputs={"ticketId": "T-1"}, body={"inputs": {"ticketId": "T-1"}},
        read_timeout=300.0,
    ),
    Row(
        name="wisebot: no inputs are empty inputs",
        platform="wisebot", url=WISEBOT, body={"inputs": {}}, extra={"read_timeout": "45.5"},
        read_timeout=45.5,
    ),
    Row(
        name="wisebot webhook: flat inputs, the workflow in the query, a read timeout of its own",
        platform="wisebot", variant="webhook", url=WEBHOOK, inputs={"message": "hi"},
        extra={"read_timeout": 1, "webhook_read_timeout": 500}, body={"message": "hi"}, read_timeout=500.0,
    ),
    Row(
        name="wisebot webhook: an empty body, and neither host nor key",
        platform="wisebot", variant="webhook", url=WEBHOOK, fields={"host": None, "password": None},
        body=None, read_timeout=300.0,
    ),
    Row(
        name="wisebot webhook: an origin with its slash",
        platform="wisebot", variant="webhook", url="https://x.convex.site/workflows/trigger?workflowId=f-1",
        extra={"webhook_origin": "https://x.convex.site/"}, body=None, read_timeout=300.0,
    ),
    Row(
        name="vishwa: inputs at top level",
        platform="vishwa", url=VISHWA, inputs={"a": 1, "b": [None]}, body={"a": 1, "b": [None]},
    ),
    Row(
        name="vishwa: override_config beside them",
        platform="vishwa", url=VISHWA, inputs={"a": 1}, options={"override_config": {"n": {"x": 1}}},
        body={"a": 1, "override_config": {"n": {"x": 1}}},
    ),
    Row(
        name="vishwa: nothing at all",
        platform="vishwa", url=VISHWA, body={},
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_start_sends_exactly_this(row: Row) -> None:
    """Method, address, headers, body and read timeout are the documented ones, and nothing is added."""
    platform = build(row.platform, row.variant, extra=row.extra, **row.fields)
    options = {**(NODES if row.platform == "scade" else {}), **row.options}
    request = platform.start_request(order(row.platform, row.flow_id, inputs=row.inputs, options=options))
    assert (request.purpose, request.method, request.url) == ("start", "POST", row.url)
    headers = {"Accept": "application/json"}
    if row.body is not None:
        headers["Content-Type"] = "application/json"
    assert request.headers == headers
    assert (None if request.body is None else json.loads(request.body)) == row.body
    assert request.read_timeout == row.read_timeout
    assert not request.is_repeatable


@pytest.mark.parametrize(
    ("platform", "inputs"),
    [
        ("vishwa", {"override_config": {}}),
        ("vishwa", {"override_config": None, "a": 1}),
    ],
)
def test_an_input_of_a_reserved_name_is_refused(platform: str, inputs: dict[str, Any]) -> None:
    """An input that would overwrite the platform's own member is refused, whether that is given or not."""
    with pytest.raises(InputsError, match=r"inputs\.override_config.*rename"):
        build(platform).start_request(order(platform, inputs=inputs))


def test_scade_names_both_missing_nodes() -> None:
    """A start without its nodes says which are missing, all at once."""
    start = RunOrder("f-1")
    with pytest.raises(
        OptionsError, match=r"start_node_id \(Start node\) is missing; end_node_id \(End node\)"
    ):
        build("scade").start_request(start)


def test_blinkops_names_the_missing_workspace() -> None:
    """Without a workspace in the connection or the options the error says where to put one."""
    with pytest.raises(
        OptionsError, match=r"workspace \(Workspace ID\) is missing: fill it in in the connection"
    ):
        build("blinkops", extra={"workspace": None}).start_request(order("blinkops"))


def test_inputs_of_other_mapping_kinds_are_plain_json() -> None:
    """Tuples and read-only mappings, as XCom may bring them, are sent as lists and objects."""
    inputs = {"pairs": ((1, 2), range(2)), "map": MappingProxyType({"a": ()})}
    request = build("vishwa").start_request(order("vishwa", inputs=inputs))
    assert json.loads(request.body or b"") == {"pairs": [[1, 2], [0, 1]], "map": {"a": []}}

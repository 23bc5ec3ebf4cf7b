"""The listing of a workflow's runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

RUN = {"name": "My flow run", "parameters": {}}
READOUT = {"name": "r", "parameters": {"plate_id": "P-1"}}


def test_a_workflows_runs_are_listed(client: Client) -> None:
    """The newest comes first, with what it was given and when; pages are those of the workflows' listing."""
    for name in ("a", "b", "a"):
        client.unitelabs("POST", "workflows/slow/runs", {"name": name, "parameters": {"n": name}})
        client.wait(1)
    client.unitelabs("POST", "workflows/plate-readout/runs", READOUT)
    page = client.unitelabs("GET", "workflows/slow/runs").json()
    assert [run["name"] for run in page["data"]] == ["a", "b", "a"]
    assert page["pagination"] == {"totalCount": 3}
    newest = page["data"][0]
    shown = client.unitelabs("GET", f"runs/{newest['id']}").json()
    assert newest.items() >= {key: value for key, value in shown.items() if key != "result"}.items()
    assert newest["parameters"] == {"n": "a"}
    assert newest["created_at"] == "2023-11-14T22:13:22+00:00"
    assert "result" not in newest
    one = client.unitelabs("GET", "workflows/slow/runs?_take=1&_skip=1").json()
    assert (one["data"], one["pagination"]) == (page["data"][1:2], {"totalCount": 3})
    named = client.unitelabs("GET", "workflows/slow/runs?name=a").json()
    assert (len(named["data"]), named["pagination"]) == (2, {"totalCount": 2})
    assert client.unitelabs("GET", "workflows/slow/runs?_take=x").status == 422


def test_a_listing_may_lag_behind(client: Client) -> None:
    """A run that is not listed yet can be asked for all the same."""
    client.core.flow("unitelabs", "wf", listed_after=5)
    run_id = client.unitelabs("POST", "workflows/wf/runs", RUN).json()["id"]
    assert client.unitelabs("GET", "workflows/wf/runs").json()["pagination"] == {"totalCount": 0}
    assert client.unitelabs("GET", f"runs/{run_id}").status == 200
    client.wait(5)
    assert [run["id"] for run in client.unitelabs("GET", "workflows/wf/runs").json()["data"]] == [run_id]

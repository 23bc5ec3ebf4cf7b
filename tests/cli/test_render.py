"""`render`: the whole pipeline, and the requests of its steps."""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_flows.cli.placeholders import showable
from airflow_provider_flows.cli.rehearsal import rehearsed
from airflow_provider_flows.emulator import airflow_connections
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.protocol.errors import NotSupportedError
from airflow_provider_flows.protocol.messages import Request
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import RunOrder
from tests.cli.conftest import Done
from tests.link import Link, connection
from tests.support.faults import SECRETS, secrets_in
from tests.support.ways import WAYS, Way

Call = Callable[..., Done]
PIPELINE = """\
flows: pipeline/1
pipeline: p
params:
  plate: P-1
  count: {type: integer, default: 3, maximum: 9}
  asked: {type: string}
steps:
  read:
    run: unitelabs/plate-${params.plate}
    with: {plate: "${params.plate}", count: "${params.count}", day: "${dag_run.ds}"}
  each:
    run: wisebot/${item.flow}
    for_each: ${steps.read.result.wells}
    with: {well: "${item}", at: "${index}", site: "${vars.site.name}"}
  listed: {run: wisebot/f, for_each: ["${params.plate}", b], with: {it: "${item}"}}
  after: {run: vishwa/f, with: {all: "${steps.each.results}", run: "${steps.read.run_id}"}}
  maybe: {run: wisebot/f, if: "${steps.read.result.bad}", with: {bad: "${steps.read.result.bad[0]}"}}
  asks: {run: wisebot/f, with: {it: "${params.asked}"}}
  var: {run: wisebot/f, with: {it: "${vars.text}"}}
  hook: {run: wisebot.webhook/f, with: {it: "{{ ds }}"}}
  block:
    run: blinkops/f
    options:
      callback:
        url: https://h.example/?key=${params.plate}-secret
        headers: {X-Key: "${params.plate}-secret"}
  node: {run: scade/f, options: {start_node_id: s, end_node_id: e}}
  file: {run: vishwa/f, files: {image: "/data/${params.plate}.png"}, options: {temp: true}}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a pipeline to render, in the folder to stand in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.flow.yaml").write_text(PIPELINE, "utf-8")
    return "p.flow.yaml"


def requests(done: Done) -> list[argparse.Namespace]:
    """Return the requests of the lines for curl, as a shell hands them over."""
    assert done.code == 0, done.err
    curl = argparse.ArgumentParser()
    curl.add_argument("--request")
    curl.add_argument("url")
    curl.add_argument("--header", action="append")
    curl.add_argument("--form")
    curl.add_argument("--data-raw", dest="body")
    script = "curl() { printf '%s\\0' \"$@\"; printf '\\1'; }\n" + done.out
    told = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True).stdout
    return [curl.parse_args(each.split("\0")[:-1]) for each in told.split("\1")[:-1]]


def body(done: Done) -> Any:
    """Return the JSON body of the last request."""
    return json.loads(requests(done)[-1].body)


def test_the_whole_pipeline_is_a_file_again(call: Call, file: str) -> None:
    """Merged, with the place of each value beside it."""
    done = call("render", file)
    assert done.code == 0
    assert "    run: unitelabs/plate-${params.plate}  # p.flow.yaml:9\n" in done.out


def test_params_have_their_defaults_and_types(call: Call, file: str) -> None:
    """A param is filled with its default, or with what is given, read as its type."""
    found = body(call("render", file, "read"))["parameters"]
    assert (found["plate"], found["count"]) == ("P-1", 3)
    done = call("render", file, "read", "--param", "plate=7", "--params", '{"count": 4}')
    assert requests(done)[-1].url.endswith("/workflows/plate-7/runs")
    assert body(done)["parameters"]["plate"] == "7"
    assert body(done)["parameters"]["count"] == 4
    assert body(call("render", file, "read", "--param", "count=9"))["parameters"]["count"] == 9


def test_a_token_is_asked_for_first(call: Call, file: str) -> None:
    """Where signing in is a request of its own, its line comes before the start's."""
    token, start = requests(call("render", file, "read"))
    assert token.url == "https://auth.unitelabs.io/realms/TENANT/protocol/openid-connect/token"
    assert "Authorization: Basic ***" in token.header
    assert start.url == "https://api.unitelabs.io/TENANT/v1/workflows/plate-P-1/runs"
    assert "Authorization: Bearer ***" in start.header


def test_results_items_and_variables_are_made_up_by_the_person(call: Call, file: str) -> None:
    """The first item of for_each is shown, or the one that is given; a Variable that is JSON is read."""
    wells = '--result=read={"wells": [{"flow": "f1", "n": 1}, {"flow": "f2"}]}'
    site = ("--var", 'site={"name": "basel"}')
    done = call("render", file, "each", wells, *site)
    assert requests(done)[-1].url.endswith("/api/v1/flow/f1")
    assert body(done) == {"inputs": {"well": {"flow": "f1", "n": 1}, "at": 0, "site": "basel"}}
    done = call("render", file, "each", "--item", '{"flow": "f3"}', *site)
    assert body(done)["inputs"]["well"] == {"flow": "f3"}
    assert body(call("render", file, "listed"))["inputs"] == {"it": "P-1"}
    assert body(call("render", file, "var", "--var", "text=[no JSON"))["inputs"] == {"it": "[no JSON"}
    assert body(call("render", file, "var", "--var", "text:=5"))["inputs"] == {"it": 5}
    done = call("render", file, "after", "--result", "each=[1, 2]")
    assert body(done) == {"all": [1, 2], "run": "run-of-read"}


def test_a_step_that_is_skipped_sends_nothing(call: Call, file: str) -> None:
    """Where its `if` is false no request is shown, and nothing else has to be known."""
    done = call("render", file, "maybe", "--result", 'read={"bad": []}')
    assert (done.code, done.out) == (0, "# maybe is skipped: its `if` gives []\n")
    assert body(call("render", file, "maybe", "--result", 'read={"bad": [5]}'))["inputs"] == {"bad": 5}


def test_files_are_uploaded_first(call: Call, file: str) -> None:
    """No file is opened; what stands for it in the inputs is told in words."""
    upload, start = requests(call("render", file, "file"))
    assert upload.form == "files=@/data/P-1.png;type=image/png"
    assert upload.url.endswith("/v1/assets/upload?temp=true")
    assert json.loads(start.body) == {"image": "(what the upload of image has given)"}


def test_airflows_own_templates_stay(call: Call, file: str) -> None:
    """Only Airflow can fill them, and the person is told."""
    done = call("render", file, "hook")
    assert body(done) == {"it": "{{ ds }}"}
    assert done.err == "what stands in {{ }} is left as it is: only Airflow fills it\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["reed"], "'reed' is unknown; did you mean 'read'?"),
        (["each", "--item", "{}"], "`with` of `each` speaks of more: give --var site=VALUE"),
        (["each", "--var", "site=x"], "`for_each` of `each` speaks of more: give --result read=JSON"),
        (["each", "--var", "site=x", "--result", "read={}"], "`for_each` of `each` gives no item here"),
        (["each", "--item", "{"], "--item is not JSON"),
        (["each", "--item", "Z9"], "; a text needs quotes: '\"Z9\"'\n"),
        (["after"], "`with` of `after` speaks of more: give --result each=JSON"),
        (["asks"], "`with` of `asks` speaks of more: give --param asked=VALUE"),
        (["read", "--param", "plat=1"], "param 'plat' is unknown; did you mean 'plate'?"),
        (["read", "--param", "count=many"], "param count: 'many' is not of type 'integer'"),
        (["read", "--param", "count=10"], "param count: 10 is greater than the maximum of 9"),
        (["read", "--result", "reed=1"], "--result takes STEP=JSON: step 'reed' is unknown; did you mean"),
        (["read", "--result", "read"], "--result takes STEP=JSON"),
        (["read", "--result", "read=abc"], "; a text needs quotes: '\"abc\"'\n"),
        (["read", "--result", "read={"], "--result read is not JSON"),
        (["after", "--result", "each=1"], "--result each must be a list"),
        (["after", "--result", "each=[]", "--var", "x"], "--var takes NAME=VALUE"),
        (
            ["each", "--var", "site=x", "--item", '{"flow": [1]}'],
            "flow_id (workflow id) is empty or no text: [1]",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_named(call: Call, file: str, arguments: list[str], said: str) -> None:
    """One sentence says what to give, and nothing is shown."""
    done = call("render", file, *arguments)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert done.err.startswith("airflow-flows render: ")


def test_a_file_with_errors_is_told_as_lint_tells_it(call: Call, tmp_path: Path) -> None:
    """The errors stand before the sentence; graph and eject do the same."""
    bad = tmp_path / "bad.flow.yaml"
    bad.write_text("flows: pipeline/1\npipeline: x\nsteps: {a: {run: skade/1}}\n", "utf-8")
    for command in ("render", "graph", "eject"):
        done = call(command, str(bad))
        assert (done.code, done.out) == (1, "")
        assert "bad.flow.yaml:3:18: error[unknown-platform]" in done.err
        assert done.err.endswith(f"airflow-flows {command}: {bad} is no pipeline yet: 1 file, 1 error\n")


def test_the_environments_connection_is_used_without_its_secrets(
    call: Call, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Address and workspace are the connection's, and every secret is hidden, those of options too."""
    own = airflow_connections("https://own.example")
    for conn_id, fields in own.items():
        fields["extra"] = {
            **fields.get("extra", {}),
            "proxy": "http://u:planted-secret@p:1",
            "odd": SECRETS[0],
        }
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(fields))
    monkeypatch.setenv(
        "AIRFLOW_CONN_OTHER", json.dumps({**own["scade_default"], "host": "https://other.example"})
    )
    shown = ""
    for step in ("read", "listed", "hook", "block", "node", "file"):
        done = call("render", file, step)
        assert all(request.url.startswith("https://own.example/") for request in requests(done)), step
        shown += done.out + done.err
    assert secrets_in(shown) == []
    assert "/workspace/00000000-0000-4000-8000-0000b11dc0de/" in shown
    assert "P-1-secret" not in shown
    assert '"headers": {"X-Key": "***"}' in shown
    assert "step block, connection AIRFLOW_CONN_BLINKOPS_DEFAULT" in shown
    assert requests(call("render", file, "node", "--connection", "other"))[-1].url.startswith(
        "https://other."
    )
    done = call("render", file, "node", "--connection", "vishwa_default")
    assert "AIRFLOW_CONN_VISHWA_DEFAULT has the type 'vishwa', but 'scade' is needed here" in done.err


def test_without_a_connection_its_fields_are_made_up(call: Call, file: str) -> None:
    """What is made up looks made up, and the first line says so."""
    expected = {
        "read": "https://api.unitelabs.io/TENANT/v1/workflows/plate-P-1/runs",
        "listed": "https://app.wisebotai.com/api/v1/flow/f",
        "hook": "https://webhook-origin.example/workflows/trigger?workflowId=f",
        "block": "https://app.blinkops.com/api/v1/workspace/WORKSPACE/playbooks/f/execute",
        "node": "https://api.scade.pro/api/v1/scade/flow/f/execute",
    }
    for step, url in expected.items():
        done = call("render", file, step)
        assert requests(done)[-1].url == url
        assert done.out.splitlines()[0].endswith(
            "_default, which is not in the environment: its fields are made up"
        )


def test_the_vendors_variables_are_a_connection_too(
    call: Call, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wisebot's webhook is found by them, and the secret is hidden."""
    monkeypatch.setenv("WISEBOT_WORKFLOW_TRIGGER_ORIGIN", "https://hooks.example")
    monkeypatch.setenv("WISEBOT_WORKFLOW_SECRET", "planted-secret")
    done = call("render", file, "hook")
    [request] = requests(done)
    assert request.url == "https://hooks.example/workflows/trigger?workflowId=f"
    assert "Authorization: Bearer ***" in request.header
    assert secrets_in(done.out) == []


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_what_is_shown_is_what_is_sent(way: Way) -> None:
    """Method, address, body and headers are those of a real start, but for the secrets in them."""
    link = Link()
    link.core.flow(way.platform, "f")
    order = RunOrder("f", {"a": ["ä", 1]}, dict(way.options), {"key": "k"})
    raw = connection(way.platform)
    api = link.api(way.platform, way.variant)
    link.run(api.start(order))
    spec = specs.load(way.platform)
    shown = SpecPlatform(
        spec,
        showable(spec.variant(way.variant), raw),
        clock=lambda: 0.0,
        retry=RetryPolicy(),
        variant=way.variant,
    )
    assert [_without_secrets(each) for each in rehearsed(shown, order, {})] == [
        _without_secrets(each) for each in link.sent
    ]


def test_a_platform_that_takes_no_files_is_told() -> None:
    """As a start would say it; a lint says it before."""
    raw = showable(specs.load("wisebot"), None)
    platform = SpecPlatform(specs.load("wisebot"), raw, clock=lambda: 0.0, retry=RetryPolicy())
    with pytest.raises(NotSupportedError, match="Wisebot documents no way to take files"):
        rehearsed(platform, RunOrder("f"), {"a": "b"})


def _without_secrets(request: Request) -> tuple[object, ...]:
    names = {name: value.split(" ")[0] if " " in value else "" for name, value in request.headers.items()}
    return request.purpose, request.method, request.url, request.body, names

"""A first spec from what people have: what was marked is filled in, nothing else, and its examples hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from airflow_provider_flows.authoring.check import check_spec
from airflow_provider_flows.authoring.scaffold.curl import read_curl
from airflow_provider_flows.authoring.scaffold.openapi import read_operation
from airflow_provider_flows.authoring.scaffold.operations import ScaffoldError
from airflow_provider_flows.authoring.unfinished import FILL_IN
from airflow_provider_flows.cli.main import main

# https://docs.blinkops.com/docs/api, page "Execute a workflow", as it stands there
BLINKOPS_START = """\
curl --request POST \\
  --url https://app.blinkops.com/api/v1/workspace/{ws_id}/playbooks/{id}/execute \\
  --header 'BLINK-API-KEY: <api-key>' \\
  --header 'Content-Type: application/json' \\
  --data '
{
  "callback": {
    "body": {},
    "cookies": {},
    "disableSSL": true,
    "excludeDefaultMetadata": true,
    "headers": {},
    "method": "<string>",
    "url": "<string>"
  },
  "event": {},
  "input_values": {},
  "past_exec_ref": "<string>",
  "runner": "<string>",
  "trigger_type": "<string>"
}
'
"""
BLINKOPS_STATUS = """\
curl --request GET \\
  --url https://app.blinkops.com/api/v1/workspace/{ws_id}/executions/{execution_id} \\
  --header 'BLINK-API-KEY: <api-key>'
"""
# what a person would write after https://vishwa.ai/docs/quickstart/automation-via-api, which shows Python
VISHWA_START = """\
curl -X POST https://api.vishwa.ai/v1/workflow/<id>/start-run -H 'XP-API-Key: <token>' \\
  -H 'Content-Type: application/json' \\
  -d '{"<input_1>": "<value>", "override_config": {"<node_id_1>": "<value>"}}'
"""
VISHWA_STATUS = "curl https://api.vishwa.ai/v1/workflow/<id>/run/<run_id>/status -H 'XP-API-Key: <token>'"
BLINKOPS = {
    "start.run_id": "execution_id",
    "status.state": "state",
    "examples.0.calls.0.answer": {"execution_id": "a22f642a"},
    "examples.0.calls.0.gives.run_id": "a22f642a",
    "examples.0.calls.1.sends.get": "a22f642a",
    "examples.0.calls.1.answer": {"state": "Completed"},
}
VISHWA = {
    "start.run_id": "run_id",
    "status.state": "run_status",
    "examples.0.calls.0.answer": {"run_id": "r-1"},
    "examples.0.calls.0.gives.run_id": "r-1",
    "examples.0.calls.1.sends.get": "r-1",
    "examples.0.calls.1.answer": {"run_id": "r-1", "run_status": "success"},
}


def marked(data: Any, path: str = "") -> Iterator[str]:
    """Yield the path of each text that is to be filled in."""
    if isinstance(data, str) and FILL_IN in data:
        yield path
    members = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, member in members:
        yield from marked(member, f"{path}.{name}" if path else str(name))


def filled(data: Any, values: Mapping[str, Any], path: str = "") -> Any:
    """Return the spec with each mark replaced; one inside a text by its part of the text."""
    if isinstance(data, str) and FILL_IN in data:
        return values[path] if data == FILL_IN else data.replace(FILL_IN, values[path])
    if isinstance(data, dict):
        return {
            name: filled(each, values, f"{path}.{name}" if path else str(name)) for name, each in data.items()
        }
    if isinstance(data, list):
        return [filled(each, values, f"{path}.{index}") for index, each in enumerate(data)]
    return data


@pytest.mark.parametrize(
    ("name", "start", "status", "values"),
    [
        ("blink_mine", BLINKOPS_START, BLINKOPS_STATUS, BLINKOPS),
        ("vishwa_mine", VISHWA_START, VISHWA_STATUS, VISHWA),
    ],
)
def test_the_seeds_lines_give_a_spec(  # noqa: PLR0917 - the case
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    start: str,
    status: str,
    values: Mapping[str, Any],
) -> None:
    """The spec of two lines for curl passes test-platform once its marks are filled in, and fails before."""
    file = tmp_path / f"{name}.platform.yaml"
    assert main(["new-platform", name, "--from-curl", start, "--from-curl", status, "-o", str(file)]) == 0
    data = yaml.safe_load(file.read_text("utf-8"))
    assert set(marked(data)) == set(values)
    assert main(["test-platform", str(file)]) == 1
    assert capsys.readouterr().out.count("[unfinished]") == len(values)
    file.write_text(yaml.safe_dump(filled(data, values), sort_keys=False), "utf-8")
    assert main(["test-platform", str(file)]) == 0
    assert capsys.readouterr().out.endswith(f"{file}: 1 example, 2 calls, all as they say\n")


def test_no_credential_is_kept() -> None:
    """What stands in a line as key, password or token is nowhere in the spec."""
    for header in (
        "Authorization: Bearer s3cr3t-T0ken-12345",
        "X-Api-Key: s3cr3t-T0ken-12345",
        "Cookie: a=s3cr3t-T0ken-12345",
    ):
        text = spec_of(f"curl -X POST https://x.test/flows/17/runs -H '{header}' -d '{{\"inputs\": {{}}}}'")
        assert "s3cr3t" not in text
    for line in (
        "curl -u me:s3cr3t-T0ken-12345 https://x.test/flows/17/runs -d '{}'",
        "curl https://me:s3cr3t-T0ken-12345@x.test/flows/17/runs -d '{}'",
        "curl 'https://x.test/flows/17/runs?api_key=s3cr3t-T0ken-12345' -d '{}'",
        "curl 'https://x.test/flows/17/runs?key=s3cr3t' -d '{}'",
        'curl https://x.test/flows/17/runs -d \'{"apiKey": "s3cr3t-T0ken-12345", "inputs": {}}\'',
        'curl https://x.test/flows/17/runs -d \'{"password": "s3cr3t-T0ken-12345", "a": 1}\'',
        "curl https://x.test/flows/17/runs -b 'sid=s3cr3t-T0ken-12345' -d '{}'",
        "curl --oauth2-bearer s3cr3t-T0ken-12345 https://x.test/flows/17/runs -d '{}'",
    ):
        assert "s3cr3t" not in spec_of(line), line
    assert "ghp_" not in spec_of(f"curl https://x.test/flows/17/runs -H 'X-PAT: ghp_{'a1' * 18}' -d '{{}}'")


def spec_of(start: str, status: str | None = None) -> str:
    """Return the spec of one or two lines."""
    from airflow_provider_flows.authoring.scaffold.sketch import Sketch
    from airflow_provider_flows.authoring.scaffold.spec_text import spec_text

    asked = read_curl(status) if status is not None else None
    return spec_text(Sketch.of("mine", "lines for curl", read_curl(start), asked))


@pytest.mark.parametrize(
    ("start", "path", "value"),
    [
        ("curl -X POST 'https://x.test/api/v2/jobs/123/run'", "start.post", "/jobs/${flow}/run"),
        ("curl -X POST 'https://x.test/api/v2/jobs/123/run'", "base.path", "/api/v2"),
        ('curl https://x.test/run -d \'{"flow_id": "f", "inputs": {}}\'', "start.json.flow_id", "${flow}"),
        (
            "curl https://x.test/t/<tenant>/bots/<bot>/go -d '{}'",
            "start.post",
            "/t/${conn.tenant}/bots/${flow}/go",
        ),
        ("curl -u a:b https://x.test/jobs/12/run -d '{}'", "auth.basic.login", "${conn.login}"),
        (
            "curl -H 'Authorization: Token abc' https://x.test/jobs/12/run -d '{}'",
            "auth.header.Authorization",
            "Token ${conn.password}",
        ),
        (
            "curl -H 'X-Version: 3' -H 'X-Key: k' https://x.test/jobs/12/run -d '{}'",
            "auth.header.X-Version",
            "3",
        ),
        (
            "curl -X PUT 'https://x.test/jobs/12/run?mode=fast&who=<who>' -d '{}'",
            "start.query",
            {"mode": "fast", "who": "${options.who}"},
        ),
        ("curl -X POST https://x.test/jobs/12/run", "start.json", "${inputs || `null`}"),
        (
            "curl -X POST https://x.test/api/v2/job_templates/12/launch/",
            "start.post",
            "/job_templates/${flow}/launch/",
        ),
        ('curl -X POST https://x.test/v1beta1/runs -d \'{"job_id": "j"}\'', "base.path", "/v1beta1"),
        (
            'curl https://x.test/runs -d \'{"job_id": 42, "inputs": {}}\'',
            "start.json.job_id",
            "${to_number(flow)}",
        ),
        ("curl -sSXPOST https://x.test/jobs/12/run", "start.post", "/jobs/${flow}/run"),
        ("curl -G https://x.test/jobs/12/run -d limit=10", "start.query.limit", "10"),
        (
            "curl https://x.test/jobs/12/run -H 'X-Tenant: <tenant>' -H 'X-Key: k' -d '{}'",
            "auth.header.X-Tenant",
            "${conn.x_tenant}",
        ),
        (
            "curl 'https://x.test/jobs/12/run' -H 'authority: x.test' -H 'sec-ch-ua: 1' "  # noqa: ISC004
            "-H 'authorization: Bearer k' --data-raw $'{\"a\":\"it\\'s\"}' --compressed",
            "auth.header",
            {"authorization": "Bearer ${conn.password}"},
        ),
    ],
)
def test_the_parts_of_a_line_find_their_places(start: str, path: str, value: Any) -> None:
    """Address, flow, account, credentials, query and body become what a spec has for them."""
    found: Any = yaml.safe_load(spec_of(start))
    for part in path.split("."):
        found = found[part]
    assert found == value


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("wget https://x.test", "begins with `curl`"),
        ("curl 'https://x.test", "as a shell reads it"),
        ("curl", "must have one address, and has 0"),
        ("curl https://x.test https://y.test", "must have one address, and has 2"),
        ("curl ftp://x.test", "no address of http or https"),
        ("curl https://x.test -d 'a=1'", "is not JSON"),
        ("curl https://x.test -d @body.json", "stands in the file body.json"),
        ("curl https://[your-host]/v1/runs", "no address"),
        ("curl --ntlm https://x.test", "the option --ntlm of curl is not known"),
        ("curl https://x.test -H", "ends after -H"),
        ("curl https://x.test -F a=1 -F b=2", "only one part with a file"),
    ],
)
def test_a_line_that_is_none_is_refused(line: str, said: str) -> None:
    """The error says what of the line can't be read."""
    with pytest.raises(ScaffoldError, match=said):
        read_curl(line)


OPENAPI: dict[str, Any] = {
    "openapi": "3.0.1",
    "servers": [{"url": "https://{region}.x.test/api/v1", "variables": {"region": {"default": "eu"}}}],
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        "schemas": {
            "Run": {
                "type": "object",
                "properties": {
                    "run_id": {"type": "string"},
                    "status": {"type": "string", "enum": ["busy", "done"]},
                },
            }
        },
    },
    "paths": {
        "/recipes/{recipe}/runs": {
            "post": {
                "operationId": "startRun",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "inputs": {"type": "object"},
                                    "priority": {"type": "integer", "description": "Higher runs first."},
                                },
                            }
                        }
                    }
                },
                "responses": {
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Run"}}}}
                },
            }
        },
        "/runs/{run}": {
            "get": {
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Run"}}}}
                }
            }
        },
    },
}


def test_an_openapi_document_gives_a_spec(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the document tells of answers is taken over, so that less is to be filled in."""
    document, file = tmp_path / "api.yaml", tmp_path / "mine.platform.yaml"
    document.write_text(yaml.safe_dump(OPENAPI), "utf-8")
    command = [
        "new-platform",
        "mine",
        "--from-openapi",
        str(document),
        "--start",
        "startRun",
        "--status",
        "GET /runs/{run}",
    ]
    assert main([*command, "-o", str(file)]) == 0
    data = yaml.safe_load(file.read_text("utf-8"))
    assert data["connection"]["host"]["default"] == "https://eu.x.test"
    assert data["base"]["path"] == "/api/v1"
    assert (data["start"]["run_id"], data["status"]["state"]) == ("run_id", "status")
    assert data["options"]["priority"] == {
        "title": "Priority",
        "description": "Higher runs first.",
        "type": "integer",
    }
    assert "busy, done" in file.read_text("utf-8")
    assert set(marked(data)) == {"examples.0.calls.0.gives.run_id", "examples.0.calls.1.sends.get"}
    assert main([*command, "-o", str(file)]) == 1
    assert "is there already, and is not written over" in capsys.readouterr().err


ODD: dict[str, Any] = {
    "openapi": "3.1.0",
    "security": [{"machine": []}],
    "components": {
        "securitySchemes": {
            "machine": {
                "type": "oauth2",
                "flows": {"clientCredentials": {"tokenUrl": "https://id.x.test/token"}},
            }
        }
    },
    "paths": {
        "/api/v2/flows/{flow}/runs/": {
            "parameters": None,
            "post": {
                "operationId": "start",
                "parameters": [{"in": "header", "name": "X-Tenant", "required": True}],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "inputs": {"anyOf": [{"type": "object"}, {"type": "null"}]},
                                    True: {"type": "string", "example": "2024-01-01"},
                                },
                            }
                        }
                    }
                },
                "responses": {200: {"description": "ok"}, "default": {"description": "no"}},
            },
        }
    },
}


def test_what_documents_have_in_the_wild_is_read() -> None:
    """Numbers as statuses, a body in branches, no server, client credentials, headers that are required."""
    from airflow_provider_flows.authoring.scaffold.sketch import Sketch
    from airflow_provider_flows.authoring.scaffold.spec_text import spec_text

    text = spec_text(Sketch.of("mine", "a document", read_operation(ODD, "start"), None))
    data = yaml.safe_load(text)
    assert data["connection"]["host"] == {"title": "API address", "required": True}
    assert data["auth"]["oauth2"]["url"] == "https://id.x.test"
    assert data["start"]["post"].endswith("/flows/${flow}/runs/")
    assert data["start"]["json"]["inputs"] == "${inputs}"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("curl https://x.test/status?executionId=<id>", {"query": {"executionId": "${run.id}"}}),
        ("curl https://x.test/status?executionId=abc123def", {"query": {"executionId": "${run.id}"}}),
        ("curl https://x.test/jobs/7", {"get": "/FILL_IN/jobs/7"}),
        (
            'curl https://x.test/poll -d \'{"run_id": "r", "wait": 1}\'',
            {"json": {"run_id": "${run.id}", "wait": 1}},
        ),
    ],
)
def test_a_status_always_says_which_run_it_asks_for(status: str, said: Mapping[str, Any]) -> None:
    """Where nothing looks like the run's id it is marked: one sample would be asked for forever."""
    found: Any = yaml.safe_load(spec_of("curl -X POST https://x.test/flows/<flow>/run -d '{}'", status))[
        "status"
    ]
    assert {**found, **said} == found


def test_a_call_that_is_not_in_the_document_is_told() -> None:
    """The nearest one is named, and so are all."""
    with pytest.raises(
        ScaffoldError, match=r"no call `starRun`. Did you mean `startRun`\? There are: startRun"
    ):
        read_operation(OPENAPI, "starRun")
    with pytest.raises(ScaffoldError, match="no OpenAPI 3 document"):
        read_operation({"swagger": "2.0"}, "startRun")


def test_a_first_spec_has_no_mistakes_but_its_marks() -> None:
    """Whatever the lines say, check finds nothing in the spec but what is to be filled in."""
    lines = [
        "curl -X POST https://x.test/run",
        "curl -X POST https://x.test/api/flows/{flowId}/start -H 'Authorization: Bearer x' "  # noqa: ISC004
        '-d \'{"a": 1, "b": [2]}\'',
        'curl https://x.test:8443/v1/go/$ID -u a:b --json \'{"parameters": {"x": null}}\'',
    ]
    for line in lines:
        found = check_spec(
            spec_of(line, "curl https://x.test/r/<run>" if ":8443" not in line else None),
            "mine.platform.yaml",
        )
        assert {each.code for each in found} <= {"unfinished"}, [each.text() for each in found]

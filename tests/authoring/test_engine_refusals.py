"""What a spec may hold and no request can: told with its place, never a crash."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.documents import read
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.platforms.specs import read_spec
from airflow_provider_flows.protocol.errors import ConnectionFieldError, NotSupportedError, SpecError
from airflow_provider_flows.protocol.messages import Response
from airflow_provider_flows.protocol.platform import FlowPlatform
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import RunOrder
from tests.authoring.test_examples import FILE, swapped

ORDER = RunOrder("f", {}, {}, {"key": "k"})
JSON = 'json: {inputs: "${inputs}", color: "${options.color}"}'


def made(*pairs: tuple[str, str], **extra: Any) -> SpecPlatform:
    """Return the platform of the spec with some of it replaced."""
    fields = {"workspace": "w", **extra}
    return SpecPlatform(
        read_spec(read(swapped(*pairs), FILE)),
        RawConnection(conn_id="c", conn_type="sixth", password="k", extra=fields),
        clock=lambda: 0.0,
        retry=RetryPolicy(),
    )


def test_seconds_that_are_no_number_are_an_error() -> None:
    """A timeout that comes from an option may turn out to be a word."""
    platform = made((JSON, f'{JSON}\n  read_timeout: "${{options.color}}"'))
    with pytest.raises(SpecError, match=r"start\.read_timeout must be a number, not 'red'"):
        platform.start_request(ORDER)


def test_only_a_mapping_can_be_spread() -> None:
    """A text has no members."""
    platform = made((JSON, 'json: {"...": "${options.color}"}'))
    with pytest.raises(SpecError, match=r"sixth\.platform\.yaml:26: .*only a mapping can be spread"):
        platform.start_request(ORDER)


def test_a_header_is_a_text() -> None:
    """A field of the connection that is a list can't stand in one."""
    field = "    workspace: {title: Workspace, required: true}"
    header = '  header: {X-Key: "${conn.password}"'
    pairs = (
        (field, f"{field}\n    sites: {{title: Sites, type: array}}"),
        (
            header,
            f'{header}, X-Sites: "${{conn.sites}}"',
        ),
    )
    with pytest.raises(ConnectionFieldError, match="a header must be a text, not a list"):
        made(*pairs, sites=["a"])


def test_what_no_platform_tells_is_not_supported() -> None:
    """Neither a spec whose look-up says nothing of inputs, nor a platform without a look-up."""
    platform = made(("test:\n", "describe:\n  get: /recipes/${flow}\ntest:\n"))
    request = platform.describe_request("f")
    assert request is not None
    response = Response(request=request, status=200, body=b"{}")
    with pytest.raises(NotSupportedError, match="documents no way to tell what a flow takes"):
        platform.read_flow_inputs("f", response)
    with pytest.raises(NotSupportedError, match="tell what a flow takes"):
        FlowPlatform.read_flow_inputs(platform, "f", response)

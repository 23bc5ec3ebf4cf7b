"""The address of a run in a platform's own pages. No vendor publishes one: the connection has a template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_flows.platforms.addresses import path_part
from airflow_provider_flows.platforms.expressions import Template, template
from airflow_provider_flows.protocol.errors import ConnectionFieldError, SpecError, UsageError


def read_link(public: Mapping[str, Any]) -> Template | None:
    """Compile the connection's `run_link`; raises `ConnectionFieldError` when it is malformed."""
    if not public.get("run_link"):
        return None
    try:
        return template(public["run_link"], "extra run_link")
    except SpecError as error:
        raise ConnectionFieldError(str(error)) from error


def _link_part(text: str, name: str) -> str:
    """Return a value as it stands in an address, of which the connection's is the beginning."""
    return text.rstrip("/") if name == "conn.host" else path_part(text, name)


def filled_link(link: Template | None, names: Mapping[str, Any]) -> str | None:
    """Return the address, None when there is no template or it speaks of something that this run has not."""
    if link is None:
        return None
    try:
        return link.fill(names, _link_part)
    except UsageError:
        return None  # a link is a convenience: a run must not fail for it

"""Secrets that somebody has pasted into a file, which lies in a repository and shows in Airflow's UI."""

from __future__ import annotations

from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.findings import name_of
from airflow_provider_flows.pipelines.marks import Marked
from airflow_provider_flows.pipelines.secret_shapes import suspicion


def pasted_secrets(marked: Marked) -> list[Diagnostic]:
    """Return an error for each text that looks like a secret, a warning where it may be none."""
    found = []
    for path, text in marked.texts():
        if (reason := suspicion(path, text)) is not None:
            found.append(
                marked.found(
                    path,
                    "secret",
                    f"{name_of(path)} looks like a secret: {reason.reason}",
                    "a pipeline file is shown in Airflow's UI: keep secrets in the connection",
                    "what a flow needs as input can come from a Variable: ${vars.<name>}",
                    is_error=reason.is_sure,
                )
            )
    return found

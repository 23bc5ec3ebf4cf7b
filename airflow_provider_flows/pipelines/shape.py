"""Whether a file has the shape of a pipeline or of defaults: its keys, their types, and single texts."""

from __future__ import annotations

from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.findings import Findings
from airflow_provider_flows.pipelines.marks import Marked
from airflow_provider_flows.pipelines.rulebook import rulebook
from airflow_provider_flows.schemas import Path


def check(marked: Marked, kind: str = "pipeline/1") -> tuple[list[Diagnostic], frozenset[Path]]:
    """Return what is wrong with the shape of a file of a kind, and the paths that later checks must skip.

    Those are the values that were refused here, and those that YAML itself made worthless.
    """
    findings = Findings(marked, kind, unusable=set(marked.unusable))
    if () not in findings.unusable:
        rulebook()(marked.data, (), findings)
    return findings.diagnostics, frozenset(findings.unusable)

"""What a spec that was only begun still lacks."""

from __future__ import annotations

from collections.abc import Iterator

from airflow_provider_flows.authoring.drafts import Draft
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.findings import name_of

FILL_IN = "FILL_IN"
"""Stands in a spec that `new-platform` wrote where only a person knows what belongs there."""


def problems(draft: Draft) -> Iterator[Diagnostic]:
    """Yield an error for each value that is still to be filled in."""
    for path, text in draft.given.marked.texts():
        if FILL_IN in text:
            message = f"{name_of(path)} is still to be filled in"
            yield draft.given.marked.found(
                path, "unfinished", message, "the comment beside it says with what"
            )

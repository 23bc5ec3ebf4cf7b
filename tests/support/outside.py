"""Platforms from a folder, for the length of a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from airflow_provider_flows import outside
from airflow_provider_flows.hooks import others as hooks
from airflow_provider_flows.operators import others as operators
from airflow_provider_flows.pipelines import runs
from airflow_provider_flows.platforms import registry, specs

SIXTH = (Path(__file__).parents[1] / "corpus" / "good" / "sixth.platform.yaml").read_text("utf-8")
"""A sound spec of a platform that did not come with the package."""


@contextmanager
def platforms_in(folder: Path) -> Iterator[None]:
    """Let the specs of a folder count, and forget them afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__FLOWS__PLATFORMS_FOLDER", str(folder))
        _forget()
        try:
            yield
        finally:
            _forget()


def _forget() -> None:
    for each in (
        outside.candidates,
        registry.found,
        specs.load,
        runs.spec_of,
        hooks._hook,
        operators._operator,
    ):
        each.cache_clear()

"""One pipeline file, for commands that need it whole."""

from __future__ import annotations

import sys
from pathlib import Path

from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.cli.printing import block
from airflow_provider_flows.dags.files import read_file
from airflow_provider_flows.pipelines.formats import summary
from airflow_provider_flows.pipelines.model import Pipeline


def read_pipeline(file: str) -> Pipeline:
    """Return a file's pipeline; raises `CommandError` when it has errors, and has told them then."""
    reading = read_file(Path(file), Path.cwd())
    if reading.pipeline is None:
        for each in reading.errors:
            print(block(each.text()), file=sys.stderr)
        raise CommandError(f"{file} is no pipeline yet: {summary(reading.errors, 1)}")
    return reading.pipeline

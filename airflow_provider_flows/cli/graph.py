"""`graph`: the steps of a pipeline as text for Mermaid or Graphviz."""

from __future__ import annotations

from argparse import Namespace

from airflow_provider_flows.cli.printing import print_file
from airflow_provider_flows.cli.reading import read_pipeline
from airflow_provider_flows.pipelines.graph import dot, mermaid


def graph(options: Namespace) -> int:
    """Print the picture."""
    draw = {"mermaid": mermaid, "dot": dot}[options.format]
    print_file(draw(read_pipeline(options.file)))
    return 0

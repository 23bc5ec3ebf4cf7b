"""What Airflow's REST API tells of DAGs and import errors, by bundle."""

from __future__ import annotations

from airflow_provider_flows.demo.client import AirflowApi
from tests.dagproc.judge import Sample


class DagsApi(AirflowApi):
    """Asks for the state of DAGs too, where the demo only asks which there are."""

    def look(self, at: float, bundles: tuple[str, ...]) -> tuple[Sample, ...]:
        """Return what is shown of each bundle now, which is `at` on the check's clock."""
        dags = list(self._rows("/api/v2/dags?exclude_stale=false", "dags"))
        errors = list(self._rows("/api/v2/importErrors", "import_errors"))
        return tuple(
            Sample(
                at,
                {
                    row["dag_id"]: row["last_parsed_time"]
                    for row in dags
                    if row["bundle_name"] == bundle
                    and not (row["is_stale"] or row["is_paused"] or row["has_import_errors"])
                },
                {
                    row["filename"]: row["stack_trace"].partition("\n")[0]
                    for row in errors
                    if row["bundle_name"] == bundle
                },
                {row["filename"]: row["timestamp"] for row in errors if row["bundle_name"] == bundle},
            )
            for bundle in bundles
        )

"""The extra link of a task to its run in the platform's own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from airflow.providers.common.compat.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey


@attrs.define()  # as its base is
class FlowRunLink(BaseOperatorLink):
    """Leads to the run, where the connection's `run_link` says how, as soon as the run has started.

    Airflow asks for the link on the worker at the end of each leg and keeps the answer for its pages.
    """

    @property
    def name(self) -> str:
        """The button's label."""
        return "Flow run"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """Return the address, empty where there is none."""
        return getattr(operator, "run_link", None) or ""

"""The operator of one step of a pipeline."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_flows.operators.filled import FilledOperator
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.operators.names import Names
from airflow_provider_flows.pipelines.tasks import LABEL
from airflow_provider_flows.pipelines.texts import compiled

if TYPE_CHECKING:
    from airflow.sdk import Context

_LONGEST_LABEL = 250  # characters that Airflow keeps of the name of a mapped task's run


class FlowStepOperator(RunFlowOperator, FilledOperator):
    """Run one step of a pipeline: a flow, with values that other steps, params and variables give.

    The texts in `flow_id`, `inputs`, `options` and `files` may hold `${…}` as pipeline files do. It keeps
    every promise of `RunFlowOperator` and takes its keywords, and these:

    :param platform: the platform's name, which the connection's type must be
    :param condition: `if`: one `${…}`, or a boolean; where it is false, the task is skipped and nothing sent
    :param label: a text with `${…}` that names an item's run in Airflow, by
        `map_index_template="{{ flow_label }}"`
    :param item: what `${item}` means; `expand(item=[…])` gives it
    """

    template_fields = (*RunFlowOperator.template_fields, "condition", "item")
    template_fields_renderers: ClassVar[dict[str, str]] = {
        **RunFlowOperator.template_fields_renderers,
        "item": "json",
    }
    filled_fields: ClassVar[dict[str, str]] = {
        "flow_id": "run",
        "inputs": "with",
        "options": "options",
        "files": "files",
        "condition": "if",
    }
    shown_fields: ClassVar[frozenset[str]] = frozenset({"item"})

    def __init__(
        self,
        *,
        platform: str,
        flow_conn_id: str | None = None,
        condition: str | bool | None = None,
        label: str | None = None,
        item: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(flow_conn_id=flow_conn_id or f"{platform}_default", **kwargs)
        self.conn_type = platform
        self.condition = condition
        self.item_label = label  # an operator's `label` is its name in Airflow's graph
        self.item = item

    def execute(self, context: Context) -> Any:
        """Start the run, or find that of an earlier attempt, and wait for it; or skip the task."""
        self.skip_unless_wanted()
        return super().execute(context)

    def _name_run(self, context: Context, names: Names) -> None:
        """Name the item's run: by its number where the label can't be filled, since the run is worth more."""
        if self.item_label is None:
            return
        label: Any = context["ti"].map_index
        try:
            texts = compiled(self.item_label, f"steps.{self.step}.label")
            label = texts.value(names.of(texts.names))
        except Exception as error:  # noqa: BLE001 - a wrong expression, or anything that Airflow raises
            self.log.warning("Item %s has no label: %s", label, error)
        text = label if isinstance(label, str) else json.dumps(label, ensure_ascii=False)
        context[LABEL] = text[:_LONGEST_LABEL]  # type: ignore[literal-required]

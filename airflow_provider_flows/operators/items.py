"""The operator that makes the items of a step with `for_each`, where they are not known before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_flows.operators.filled import FilledOperator
from airflow_provider_flows.operators.settings import with_retry_policy
from airflow_provider_flows.outcomes import FlowPermanentError

if TYPE_CHECKING:
    from airflow.sdk import Context


class FlowItemsOperator(FilledOperator):
    """Return the items for which a step of a pipeline runs, each as a task of its own.

    :param step: the step's name
    :param for_each: one `${…}` that gives a list, or a list whose texts hold `${…}` or templates
    :param condition: the step's `if`: one `${…}` or a boolean; the step is skipped where it is false
    """

    template_fields = ("for_each", "condition")
    template_fields_renderers: ClassVar[dict[str, str]] = {"for_each": "json"}
    filled_fields: ClassVar[dict[str, str]] = {"condition": "if", "for_each": "for_each"}
    ui_color = "#e8f1f5"

    def __init__(
        self,
        *,
        step: str,
        for_each: str | Sequence[Any],
        condition: str | bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        with_retry_policy(self)
        self.step_name = step
        self.for_each: Any = for_each
        self.condition = condition
        self._asked = for_each

    @property
    def step(self) -> str:
        """The step's name in the file."""
        return self.step_name

    def execute(self, context: Context) -> list[Any]:
        """Return the items; raises `FlowPermanentError` for what is no list."""
        self.skip_unless_wanted()
        if not isinstance(self.for_each, list):
            kind = type(self.for_each).__name__
            found = "nothing" if self.for_each is None else f"a {kind}"
            raise FlowPermanentError(
                f"Step {self.step!r}: for_each gave {found}, a list was expected: {self._asked}"
            )
        self.log.info("Step %r runs for %d items", self.step, len(self.for_each))
        return self.for_each

"""An operator whose fields hold `${…}`: how they are filled, round Airflow's own rendering."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.common.compat.sdk import AirflowSkipException, BaseOperator

from airflow_provider_flows.operators.names import Names
from airflow_provider_flows.outcomes import airflow_errors
from airflow_provider_flows.pipelines.texts import compiled, fresh_nonce, is_true

if TYPE_CHECKING:
    import jinja2
    from airflow.sdk import Context

_JINJA = ("{{", "{%", "{#")


class FilledOperator(BaseOperator):
    """Fills the `${…}` in its fields where Airflow renders its `{{ }}`, each of them once.

    Nothing that either language puts in is read by the other: while Airflow renders, marks that nobody can
    guess stand for the `${…}`. What Airflow shows as rendered is what is used. Where the condition is false,
    the other fields stay as they are, since they may speak of what is not there.

    An expression that fails, or finds nothing to put into a text, ends the task for good.
    """

    filled_fields: ClassVar[Mapping[str, str]] = {}  # and what a pipeline's file calls them
    shown_fields: ClassVar[frozenset[str]] = frozenset()  # which Airflow shows and must not render
    condition: str | bool | None = None
    item: Any = None
    _skipped: str | None = None

    @property
    def step(self) -> str:
        """The step's name in the file."""
        return self.task_id

    def render_template(
        self,
        content: Any,
        context: Context,
        jinja_env: jinja2.Environment | None = None,
        seen_oids: set[int] | None = None,
    ) -> Any:
        """Render as ever; a text without templates stays as it is, with the line break at its end too."""
        if isinstance(content, str) and not any(opening in content for opening in _JINJA):
            return content
        return super().render_template(content, context, jinja_env, seen_oids)

    def skip_unless_wanted(self) -> None:
        """Raise `AirflowSkipException` where the condition was false."""
        if self._skipped is not None:
            raise AirflowSkipException(self._skipped)

    def _do_render_template_fields(
        self,
        parent: Any,
        template_fields: Iterable[str],
        context: Context,
        jinja_env: jinja2.Environment,
        seen_oids: set[int],
    ) -> None:
        if parent is not self:  # an object inside of a field
            super()._do_render_template_fields(parent, template_fields, context, jinja_env, seen_oids)
            return
        names, written = Names(context, self.item), self._fields()
        self._name_run(context, names)
        is_first = not _is_resumed(context)
        if is_first and not self._is_wanted(names):
            return
        with airflow_errors():
            texts = compiled(written, self._place)
        nonce = fresh_nonce()
        self._put(texts.marked(nonce))
        rendered = [name for name in template_fields if name not in self.shown_fields]
        super()._do_render_template_fields(self, rendered, context, jinja_env, seen_oids)
        try:
            with airflow_errors():
                self._put(texts.filled(self._fields(), names.of(texts.names), nonce))
        except Exception as error:
            if is_first:
                raise
            # The run has been started: what was sent is only shown, and may not end the wait for it.
            self.log.warning("What was sent can't be shown again: %s", error)
            self._put(written)

    def _name_run(self, context: Context, names: Names) -> None:
        """Leave a name for the task's run in the context, where it is to have one."""

    def _is_wanted(self, names: Names) -> bool:
        """Tell whether the condition holds; where it doesn't, it becomes what it gave."""
        asked = self.condition
        if asked is None:
            return True
        with airflow_errors():
            texts = compiled(asked, f"{self._place}.if")
            found = texts.value(names.of(texts.names))
        if is_true(found):
            return True
        self.condition = found
        told = f"`if: {asked}` gave {json.dumps(found)}" if isinstance(asked, str) else "its `if` is false"
        self._skipped = f"Step {self.step!r} is skipped: {told}"
        return False

    @property
    def _place(self) -> str:
        return f"steps.{self.step}"

    def _fields(self) -> dict[str, Any]:
        return {key: getattr(self, name) for name, key in self.filled_fields.items()}

    def _put(self, values: Mapping[str, Any]) -> None:
        for name, key in self.filled_fields.items():
            setattr(self, name, values[key])


def _is_resumed(context: Context) -> bool:
    """Tell whether this leg takes the task up again after a trigger."""
    told = getattr(context["ti"], "_ti_context_from_server", None)
    return getattr(told, "next_method", None) is not None

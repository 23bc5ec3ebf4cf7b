"""The platform as one attempt of an operator speaks to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_flows.journal.entry import Entry
from airflow_provider_flows.journal.fingerprint import fingerprint
from airflow_provider_flows.operators.settings import ONE_LOOK
from airflow_provider_flows.protocol.candidates import Quest
from airflow_provider_flows.protocol.errors import NotSupportedError, OptionsError
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder

if TYPE_CHECKING:
    from airflow_provider_flows.hooks.flow import FlowHook


LONGEST_START = 1500.0  # seconds from the intent to the last repeat of a start that is turned away with 429


@dataclass(slots=True, kw_only=True)
class TaskRemote:
    """What a task asks its platform for, with the task's own flow, inputs and options.

    :param order: what the task wants to start, before its files are uploaded
    :param started: is told of a run as soon as the platform has named it
    :param cancel: cancels a run, and never raises
    :param keep: keeps a result for the journal
    :param claimed: tells which runs other tasks hold
    """

    hook: FlowHook
    order: RunOrder
    variant: str | None
    files: Mapping[str, Any] | None
    correlation_input: str | None
    started: Callable[[Run], None]
    cancel: Callable[[RunHandle], object]
    keep: Callable[[Run], Mapping[str, Any]]
    claimed: Callable[[], frozenset[str]]
    _prepared: RunOrder | None = field(default=None, repr=False)

    @property
    def can_look(self) -> bool:
        """Whether the platform tells how a run stands."""
        return self.hook.platform(self.variant).spec.can("status")

    @property
    def can_cancel(self) -> bool:
        """Whether the platform cancels runs."""
        return self.hook.platform(self.variant).spec.can("cancel")

    def check_search(self) -> None:
        """Raise `NotSupportedError` or `OptionsError` where a search could never find the run."""
        platform = self.hook.platform(self.variant)
        wish = f"on_ambiguous_start='search' cannot work for {platform.subject}"
        if not platform.can_search:
            try:
                platform.search_request(Quest(order=self.order, since=0.0, until=0.0))
            except NotSupportedError as error:
                raise NotSupportedError(f"{wish}: {error}") from error
            raise NotSupportedError(f"{wish}: {platform.title} documents no way to list runs")
        name = self.correlation_input
        if name is not None and self.order.inputs.get(name) is None:
            raise OptionsError(f"{wish}: correlation_input names {name!r}, and there is no such input")

    def fingerprint(self, shown_options: Any) -> str:
        """Return a hash of what is asked for and of whom; secrets don't count, since they may be renewed."""
        address = self.hook.platform(self.variant).start_request(self.order).url
        return fingerprint(
            {
                "connection": self.hook.flow_conn_id,
                "address": address,
                "variant": self.variant,
                "inputs": self.order.inputs,
                "options": shown_options,
                "files": {name: str(path) for name, path in (self.files or {}).items()},
            }
        )

    def prepare(self) -> None:
        """Sign in and upload files."""
        order = self.order
        self._prepared = self.hook.prepare_run(
            order.flow_id,
            order.inputs,
            options=order.options,
            variant=self.variant,
            files=self.files,
            task=order.task,
        )

    def start(self) -> Run:
        """Send the start's request."""
        run = self.hook.start_prepared_run(self._prepared or self.order, variant=self.variant)
        self.started(run)
        return run

    def look(self, handle: RunHandle) -> Run:
        """Ask once how a run stands."""
        return self.hook.get_run(handle, until=time.time() + ONE_LOOK)

    def find(self, entry: Entry) -> Sequence[Run]:
        """Return the runs that the start in doubt may have begun."""
        earlier = {**self.order.task, "key": entry.key, "try_number": entry.try_number}
        quest = Quest(
            order=replace(self.order, task=earlier),
            since=entry.at,
            until=min(time.time(), entry.at + LONGEST_START),
            correlation_input=self.correlation_input,
            claimed=self.claimed() | frozenset(entry.past),
        )
        return [candidate.run for candidate in self.hook.find_runs(quest, self.variant)]

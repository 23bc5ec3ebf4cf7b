"""The platform as one attempt of an operator speaks to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_flows import seen
from airflow_provider_flows.journal.entry import Entry
from airflow_provider_flows.journal.fingerprint import fingerprint
from airflow_provider_flows.operators.settings import ONE_LOOK
from airflow_provider_flows.platforms.options import without_secrets
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
    :param wanted: raises `EndedError` when nobody wants a run any more
    :param known: is told of an earlier attempt's run before it is asked for
    :param started: is told of a run as soon as the platform has named it
    :param cancel: cancels a run; False where that failed for a reason that may pass
    :param keep: keeps a result for the journal
    :param claiming: lets other tasks know that this one takes a run
    :param claimed: tells which runs tasks hold, those of this one too
    """

    hook: FlowHook
    order: RunOrder
    variant: str | None
    files: Mapping[str, Any] | None
    correlation_input: str | None
    wanted: Callable[[], None]
    known: Callable[[RunHandle], None]
    started: Callable[[Run], None]
    cancel: Callable[[RunHandle], bool]
    keep: Callable[[Run], Mapping[str, Any]]
    claiming: Callable[[Run], None]
    claimed: Callable[[], list[str]]
    _own_claim: str | None = field(default=None, repr=False)
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

    def fingerprint(self) -> str:
        """Return a hash of what is asked for and of whom; secrets don't count, since they may be renewed."""
        platform = self.hook.platform(self.variant)
        address = platform.start_request(self.order).url
        return fingerprint(
            {
                "connection": self.hook.flow_conn_id,
                "address": address,
                "variant": self.variant,
                "inputs": self.order.inputs,
                "options": without_secrets(platform.spec.options, self.order.options),
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
        self.wanted()
        asked = time.time()
        with seen.start(self.hook.platform(self.variant).spec.name):
            run = self.hook.start_prepared_run(self._prepared or self.order, variant=self.variant)
        self.started(run)
        seen.end(run, asked)
        return run

    def look(self, handle: RunHandle) -> Run:
        """Ask once how a run stands."""
        self.known(handle)
        return self.hook.get_run(handle, until=time.time() + ONE_LOOK)

    def find(self, entry: Entry) -> Sequence[Run]:
        """Return the runs that the start in doubt may have begun."""
        earlier = {**self.order.task, "key": entry.key, "try_number": entry.try_number}
        quest = Quest(
            order=replace(self.order, task=earlier),
            since=entry.at,
            until=min(time.time(), entry.at + LONGEST_START),
            correlation_input=self.correlation_input,
            claimed=self._claimed_by_others() | frozenset(entry.past),
        )
        return [candidate.run for candidate in self.hook.find_runs(quest, self.variant)]

    def claim(self, run: Run) -> None:
        """Let other tasks know that this one takes the run for its own."""
        self._own_claim = run.handle.run_id
        self.claiming(run)

    def _claimed_by_others(self) -> frozenset[str]:
        """Return the runs that other tasks hold; one that two tasks hold is the other's as well."""
        claims = list(self.claimed())
        if self._own_claim in claims:
            claims.remove(self._own_claim)
        return frozenset(claims)

"""What can be said to a platform from a worker."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

from airflow_provider_flows import seen
from airflow_provider_flows.hooks.connected import ConnectedHook
from airflow_provider_flows.hooks.files import file_parts
from airflow_provider_flows.hooks.wishes import Reporter, order_of
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.candidates import Candidate, Quest
from airflow_provider_flows.protocol.polling import FIRST
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder
from airflow_provider_flows.protocol.waiting import PATIENCE, Wait


class SyncCalls(ConnectedHook):
    """Each call returns when it is answered."""

    def start_run(
        self,
        flow_id: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        variant: str | None = None,
        files: Mapping[str, Any] | None = None,
        task: Mapping[str, Any] | None = None,
    ) -> Run:
        """Start one run of a flow and return it; it is over where the platform answers at once.

        :param flow_id: the platform's id of the flow
        :param inputs: what the flow takes, as JSON data
        :param options: the platform's options, by the vendor's names
        :param variant: another way to start a run, such as BlinkOps' `sync`
        :param files: local path or `ObjectStoragePath` by input; uploaded first if the platform takes files
        :param task: what run names are made of; `key` must be unique to the attempt
        """
        return self._perform(
            partial(FlowApi.start, order=order_of(flow_id, inputs, options, task), files=file_parts(files)),
            variant,
        )

    def prepare_run(
        self,
        flow_id: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        variant: str | None = None,
        files: Mapping[str, Any] | None = None,
        task: Mapping[str, Any] | None = None,
    ) -> RunOrder:
        """Do all that may fail before a start (checks, signing in, uploads), and return what to start.

        The arguments are those of `start_run`.
        """
        order = order_of(flow_id, inputs, options, task)
        return self._perform(partial(FlowApi.prepare, order=order, files=file_parts(files)), variant)

    def start_prepared_run(self, order: RunOrder, *, variant: str | None = None) -> Run:
        """Start one run of what `prepare_run` returned; nothing else is sent before the start."""
        return self._perform(partial(FlowApi.start_prepared, order=order), variant)

    def get_run(self, handle: RunHandle, *, until: float = math.inf) -> Run:
        """Ask once how a run stands; nothing is repeated after `until`, in seconds since the epoch."""
        say = seen.polls(partial(FlowApi.get, handle=handle, until=until), handle.platform)
        return self._perform(say, handle.variant)

    def get_result(self, run: Run) -> Any:
        """Return the result of a run that succeeded, None where the platform gives none."""
        return self._perform(partial(FlowApi.result, run=run), run.handle.variant)

    def wait_for_run(
        self,
        handle: RunHandle,
        *,
        poll_interval: float = FIRST,
        until: float,
        max_poll_interval: float | None = None,
        since: float | None = None,
        not_before: float = 0.0,
        unreachable_timeout: float = PATIENCE,
    ) -> Run:
        """Return a run once it is over, or as it stands at `until`.

        :param poll_interval: seconds between the first two questions; the time between them grows from there
        :param until: when to give up, in seconds since the epoch
        :param max_poll_interval: seconds between any two at most, by default 300, or `poll_interval` where
            that is more; the same as `poll_interval` for a fixed interval
        :param since: when the run began, in seconds since the epoch, by default now
        :param not_before: when to return at the earliest, in seconds since the epoch
        :param unreachable_timeout: for how many seconds faults that may pass are forgiven
        """
        wait = Wait(
            poll_interval=poll_interval,
            until=until,
            max_poll_interval=max_poll_interval,
            since=since,
            not_before=not_before,
            unreachable_timeout=unreachable_timeout,
            report=Reporter(self.log, since),
        )
        say = seen.polls(partial(FlowApi.wait, handle=handle, wait=wait), handle.platform)
        return self._perform(say, handle.variant)

    def cancel_run(self, handle: RunHandle) -> bool:
        """Cancel a run; return False when it was over already. Only some platforms can."""
        return self._perform(partial(FlowApi.cancel, handle=handle), handle.variant)

    def find_runs(self, quest: Quest, variant: str | None = None) -> list[Candidate]:
        """Return the runs that can be the one whose start's answer was lost. Only some platforms can."""
        return self._perform(partial(FlowApi.find, quest=quest), variant)

    def upload_file(self, path: Any, *, options: Mapping[str, Any] | None = None) -> Any:
        """Upload one file and return what stands for it in a flow's inputs. Only some platforms can."""
        part = file_parts({"path": path})["path"]
        return self._perform(partial(FlowApi.upload, file=part, options=options))

    def describe_flow(self, flow_id: str) -> Any:
        """Return what the platform tells of a flow. Only some platforms can."""
        return self._perform(partial(FlowApi.describe, flow_id=flow_id))

"""The hook: everything that can be said to a platform, from an Airflow connection."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from airflow.providers.common.compat.sdk import BaseHook, Connection

from airflow_provider_flows.hooks.connections import hide_secrets, raw_connection
from airflow_provider_flows.hooks.files import file_parts
from airflow_provider_flows.hooks.lines import Line, shared_line
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.fields import unknown_name
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.errors import ConnectionFieldError, FlowError
from airflow_provider_flows.protocol.messages import Exchange, FilePart
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder
from airflow_provider_flows.protocol.waiting import Wait
from airflow_provider_flows.transports.sync import SyncTransport

if TYPE_CHECKING:
    import requests

    from airflow_provider_flows.platforms.spec_platform import SpecPlatform

T = TypeVar("T")


class FlowHook(BaseHook):
    """Starts, watches and cancels runs of flows; the connection's type names the platform.

    Every method has an asynchronous twin with an `a` before its name. All of them raise `UsageError` for what
    is wrong before anything is sent, `TransportError` when no complete answer came, and `ResponseError`
    for an answer that says no.

    :param flow_conn_id: id of a connection of type unitelabs, scade, blinkops, wisebot or vishwa
    :param retry: which requests are sent again and when, instead of the default
    :param conn_type: the type that the connection must have; by default that of the class, if it has one
    """

    conn_name_attr = "flow_conn_id"
    default_conn_name = "flows_default"
    conn_type = ""
    hook_name = "Flow platforms"

    def __init__(
        self,
        flow_conn_id: str | None = None,
        *,
        retry: RetryPolicy | None = None,
        conn_type: str | None = None,
    ) -> None:
        super().__init__()
        self.conn_type = conn_type or self.conn_type
        self.flow_conn_id = flow_conn_id or self.default_conn_name
        self._retry = retry or RetryPolicy()
        self._line: Line | None = None

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
        return self._perform(_start(flow_id, inputs, options, task, file_parts(files)), variant)

    def get_run(self, handle: RunHandle) -> Run:
        """Ask once how a run stands."""
        return self._perform(partial(FlowApi.get, handle=handle), handle.variant)

    def get_result(self, run: Run) -> Any:
        """Return the result of a run that succeeded, None where the platform gives none."""
        return self._perform(partial(FlowApi.result, run=run), run.handle.variant)

    def wait_for_run(
        self, handle: RunHandle, *, poll_interval: float, until: float, not_before: float = 0.0
    ) -> Run:
        """Return a run once it is over, or as it stands at `until`.

        :param poll_interval: seconds between two questions
        :param until: when to give up, in seconds since the epoch
        :param not_before: when to return at the earliest, in seconds since the epoch
        """
        wait = Wait(poll_interval=poll_interval, until=until, not_before=not_before, report=self._report)
        return self._perform(partial(FlowApi.wait, handle=handle, wait=wait), handle.variant)

    def cancel_run(self, handle: RunHandle) -> bool:
        """Cancel a run; return False when it was over already. Only some platforms can."""
        return self._perform(partial(FlowApi.cancel, handle=handle), handle.variant)

    def upload_file(self, path: Any, *, options: Mapping[str, Any] | None = None) -> Any:
        """Upload one file and return what stands for it in a flow's inputs. Only some platforms can."""
        part = file_parts({"path": path})["path"]
        return self._perform(partial(FlowApi.upload, file=part, options=options))

    def describe_flow(self, flow_id: str) -> Any:
        """Return what the platform tells of a flow. Only some platforms can."""
        return self._perform(partial(FlowApi.describe, flow_id=flow_id))

    async def astart_run(
        self,
        flow_id: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        variant: str | None = None,
        files: Mapping[str, Any] | None = None,
        task: Mapping[str, Any] | None = None,
    ) -> Run:
        """Do what `start_run` does, for an event loop."""
        parts = await asyncio.to_thread(file_parts, files)  # it looks at each, wherever that is
        return await self._aperform(_start(flow_id, inputs, options, task, parts), variant)

    async def aget_run(self, handle: RunHandle) -> Run:
        """Do what `get_run` does, for an event loop."""
        return await self._aperform(partial(FlowApi.get, handle=handle), handle.variant)

    async def aget_result(self, run: Run) -> Any:
        """Do what `get_result` does, for an event loop."""
        return await self._aperform(partial(FlowApi.result, run=run), run.handle.variant)

    async def await_for_run(
        self, handle: RunHandle, *, poll_interval: float, until: float, not_before: float = 0.0
    ) -> Run:
        """Do what `wait_for_run` does, for an event loop."""
        wait = Wait(poll_interval=poll_interval, until=until, not_before=not_before, report=self._report)
        return await self._aperform(partial(FlowApi.wait, handle=handle, wait=wait), handle.variant)

    async def acancel_run(self, handle: RunHandle) -> bool:
        """Do what `cancel_run` does, for an event loop."""
        return await self._aperform(partial(FlowApi.cancel, handle=handle), handle.variant)

    async def aupload_file(self, path: Any, *, options: Mapping[str, Any] | None = None) -> Any:
        """Do what `upload_file` does, for an event loop."""
        parts = await asyncio.to_thread(file_parts, {"path": path})
        return await self._aperform(partial(FlowApi.upload, file=parts["path"], options=options))

    async def adescribe_flow(self, flow_id: str) -> Any:
        """Do what `describe_flow` does, for an event loop."""
        return await self._aperform(partial(FlowApi.describe, flow_id=flow_id))

    def test_connection(self) -> tuple[bool, str]:
        """Make the platform's cheapest harmless call, for the Test button; say so where it has none."""
        try:
            variant = _testable(self.line)
            return True, self._perform(FlowApi.test, variant)
        except FlowError as error:
            return False, str(error)

    def get_conn(self) -> requests.Session:
        """Return a `requests` session for your own calls; only the platform's host gets the credential."""
        from airflow_provider_flows.hooks.sessions import signed_session

        return signed_session(self.platform(), self.line.options(), lambda: self._perform(FlowApi.sign_in))

    def platform(self, variant: str | None = None) -> SpecPlatform:
        """Return the platform as this connection reaches it: what it can do, and its links."""
        return self.line.platform(variant)

    @property
    def line(self) -> Line:
        """The connection, read once for each hook."""
        if self._line is None:
            connection = self.get_connection(self.flow_conn_id)
            self._line = self._line_of(connection)
            connection.extra_dejson  # noqa: B018 - reading it hides its secrets in logs
        return self._line

    def _perform(self, say: Callable[[FlowApi], Exchange[T]], variant: str | None = None) -> T:
        return SyncTransport(self.line.options(variant)).run(say(self.line.api(variant)))

    async def _aperform(self, say: Callable[[FlowApi], Exchange[T]], variant: str | None = None) -> T:
        async with shared_line((self.flow_conn_id, self.conn_type, self._retry), self._open_line) as line:
            return await line.run(variant, say)

    async def _open_line(self) -> Line:
        connection = await self.aget_connection(self.flow_conn_id)
        line = self._line_of(connection)
        await hide_secrets(connection)
        return line

    def _line_of(self, connection: Connection) -> Line:
        if self.conn_type and connection.conn_type != self.conn_type:
            raise ConnectionFieldError(
                f"connection {self.flow_conn_id!r} has the type {connection.conn_type!r}, but the type "
                f"{self.conn_type!r} is needed here: name another connection, or use the general "
                f"RunFlowOperator or FlowHook"
            )
        if connection.conn_type not in specs.names():
            unknown = unknown_name(connection.conn_type or "", specs.names(), "type")
            raise ConnectionFieldError(
                f"connection {self.flow_conn_id!r} leads to no flow platform: its {unknown}"
            )
        return Line(raw_connection(self.flow_conn_id, connection), self._retry)

    def _report(self, run: Run) -> None:
        self.log.info(
            "%s is %s%s", run.handle, run.state.value, f" ({run.raw_state})" if run.raw_state else ""
        )
        if run.message and not run.state.is_terminal:
            self.log.warning("%s: %s", run.handle, run.message)


def _start(
    flow_id: str,
    inputs: Mapping[str, Any] | None,
    options: Mapping[str, Any] | None,
    task: Mapping[str, Any] | None,
    files: Mapping[str, FilePart],
) -> Callable[[FlowApi], Exchange[Run]]:
    order = RunOrder(
        flow_id,
        {} if inputs is None else inputs,
        {} if options is None else options,
        task or {"key": f"by-hand-{uuid.uuid4()}"},
    )
    return partial(FlowApi.start, order=order, files=files)


def _testable(line: Line) -> str | None:
    """Return the variant whose fields the connection has: some serve only one of two ways to sign in."""
    for variant in (None, *specs.load(line.raw.conn_type).variants):
        try:
            line.platform(variant)
        except ConnectionFieldError:
            continue
        return variant
    return None

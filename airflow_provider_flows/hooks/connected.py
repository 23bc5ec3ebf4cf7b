"""A hook with its connection: read once, checked, and ready to talk in both worlds."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, TypeVar

from airflow.providers.common.compat.sdk import BaseHook

from airflow_provider_flows.hooks.connections import hide_secrets, raw_connection
from airflow_provider_flows.hooks.line import Line
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.fields import unknown_name
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.errors import ConnectionFieldError
from airflow_provider_flows.protocol.messages import Exchange
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.transports.sync import SyncTransport

if TYPE_CHECKING:
    from airflow_provider_flows.hooks.shared import SharedLine
    from airflow_provider_flows.platforms.spec_platform import SpecPlatform

T = TypeVar("T")
_RETRY = RetryPolicy()


class ConnectedHook(BaseHook):
    """Knows its connection and performs conversations over it.

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
        self._retry = retry or _RETRY
        self._line: Line | None = None
        self._held: SharedLine | None = None  # while somebody holds it

    def platform(self, variant: str | None = None) -> SpecPlatform:
        """Return the platform as this connection reaches it: what it can do, and its links."""
        return self.line.platform(variant)

    @property
    def line(self) -> Line:
        """The connection, read once for each hook."""
        if self._line is None:
            connection = self.get_connection(self.flow_conn_id)
            raw = raw_connection(self.flow_conn_id, connection)
            self._check(raw)
            self._line = Line(raw, self._retry)
            connection.extra_dejson  # noqa: B018 - reading it hides its secrets in logs
        return self._line

    def _perform(self, say: Callable[[FlowApi], Exchange[T]], variant: str | None = None) -> T:
        return SyncTransport(self.line.options(variant)).run(say(self.line.api(variant)))

    def _aperform(
        self, say: Callable[[FlowApi], Exchange[T]], variant: str | None = None
    ) -> Coroutine[None, None, T]:
        if self._held is not None:
            return self._held.run(variant, say, self._retry, self._check)
        return self._abriefly(say, variant)

    async def _abriefly(self, say: Callable[[FlowApi], Exchange[T]], variant: str | None) -> T:
        from airflow_provider_flows.hooks.lines import shared_line  # which no worker needs

        async with shared_line(self.flow_conn_id, self._open_line) as line:
            return await line.run(variant, say, self._retry, self._check)

    async def _open_line(self) -> Line:
        connection = await self.aget_connection(self.flow_conn_id)
        line = Line(raw_connection(self.flow_conn_id, connection), self._retry)
        await hide_secrets(connection)
        return line

    def _check(self, raw: RawConnection) -> None:
        """Raise `ConnectionFieldError` for a connection of a type that this hook cannot use."""
        if self.conn_type and raw.conn_type != self.conn_type:
            raise ConnectionFieldError(
                f"connection {self.flow_conn_id!r} has the type {raw.conn_type!r}, but the type "
                f"{self.conn_type!r} is needed here: name another connection, or use the general "
                f"RunFlowOperator or FlowHook"
            )
        if raw.conn_type not in specs.names():
            unknown = unknown_name(raw.conn_type, specs.names(), "type")
            raise ConnectionFieldError(
                f"connection {self.flow_conn_id!r} leads to no flow platform: its {unknown}"
            )

"""The hook: everything that can be said to a platform, from an Airflow connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_flows.hooks.async_calls import AsyncCalls
from airflow_provider_flows.hooks.line import Line
from airflow_provider_flows.hooks.sync_calls import SyncCalls
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.errors import ConnectionFieldError, FlowError

if TYPE_CHECKING:
    import requests


class FlowHook(SyncCalls, AsyncCalls):
    """Starts, watches and cancels runs of flows; the connection's type names the platform.

    Every method has an asynchronous twin with an `a` before its name. All of them raise `UsageError` for what
    is wrong before anything is sent, `TransportError` when no complete answer came, and `ResponseError`
    for an answer that says no.

    :param flow_conn_id: id of a connection of type unitelabs, scade, blinkops, wisebot or vishwa
    :param retry: which requests are sent again and when, instead of the default
    :param conn_type: the type that the connection must have; by default that of the class, if it has one
    """

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


def _testable(line: Line) -> str | None:
    """Return the variant whose fields the connection has: some serve only one of two ways to sign in."""
    for variant in (None, *specs.load(line.raw.conn_type).variants):
        try:
            line.platform(variant)
        except ConnectionFieldError:
            continue
        return variant
    return None

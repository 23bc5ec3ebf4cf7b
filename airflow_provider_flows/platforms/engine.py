"""What every call of a platform needs, made once from its spec and a connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from airflow_provider_flows.platforms.addresses import filled_address
from airflow_provider_flows.platforms.calls import Call, read_call
from airflow_provider_flows.platforms.connections import RawConnection, Settings, read_connection
from airflow_provider_flows.platforms.expressions import compiled, filled
from airflow_provider_flows.platforms.links import read_link
from airflow_provider_flows.platforms.options import evaluated_options, secret_parts
from airflow_provider_flows.platforms.readers import AnswerReader
from airflow_provider_flows.platforms.refusals import Refusals
from airflow_provider_flows.platforms.signing import build_auth
from airflow_provider_flows.platforms.specs import PlatformSpec
from airflow_provider_flows.platforms.states import word_table
from airflow_provider_flows.protocol.errors import ConnectionFieldError, NotSupportedError
from airflow_provider_flows.protocol.messages import FilePart, Request
from airflow_provider_flows.protocol.platform import FlowPlatform
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import RunHandle, RunOrder
from airflow_provider_flows.protocol.secrecy import Scrubber

_PURPOSES = ("start", "status", "result", "cancel", "search", "upload", "describe", "test")


class Engine(FlowPlatform):
    """The settings, the compiled calls, the reader of answers and the names that calls may speak of."""

    def __init__(
        self,
        spec: PlatformSpec,
        connection: RawConnection,
        *,
        clock: Callable[[], float],
        retry: RetryPolicy,
        variant: str | None = None,
    ) -> None:
        self.spec = spec = spec.variant(variant)
        self.title = spec.title
        self.subject = f"{spec.title} (connection {connection.conn_id!r})"
        self._variant = variant
        self._conn_id = connection.conn_id
        self._scrub = Scrubber()
        with self._naming_connection():
            self.settings: Settings = read_connection(connection, spec.standard, spec.extra)
            self._read_spec()
            self.auth = build_auth(
                spec.document, self.settings, self._reader.refusals, self._scrub, clock=clock, retry=retry
            )

    def _read_spec(self) -> None:
        document, public = self.spec.document, self.settings.public
        self.base = filled_address(document.data["base"], partial(document.where, "base"), {"conn": public})
        self._calls = {purpose: read_call(document, purpose, public) for purpose in _PURPOSES}
        self._remember = compiled(document.data.get("remember", {}), partial(document.where, "remember"))
        self._link = read_link(public)
        refusals = Refusals(
            subject=self.subject,
            conn_id=self._conn_id,
            credentials=document.data["credentials"],
            hints=document.data.get("hints", {}),
            reason=self._called("start").reading.error,
            scrub=self._scrub,
        )
        self._reader = AnswerReader(
            refusals=refusals, words=word_table(document.data.get("states", {}), public)
        )

    def _called(self, purpose: str) -> Call:
        call = self._calls[purpose]
        if call is None:
            raise NotSupportedError(f"{self.title} documents no way to make the call {purpose!r}")
        return call

    def _call(self, purpose: str, handle: RunHandle) -> Call | None:
        """Return a call, None where there is none, or none for this run."""
        call = self._calls[purpose]
        return None if call is None or (call.option and not handle.context.get(call.option)) else call

    def _request(self, purpose: str, handle: RunHandle) -> Request | None:
        call = self._call(purpose, handle)
        return self._built(call, self._names(handle)) if call else None

    def _built(self, call: Call, names: Mapping[str, Any], file: FilePart | None = None) -> Request:
        with self._naming_connection():
            return call.request(self.base, names, file)

    def _names(self, handle: RunHandle) -> dict[str, Any]:
        return {
            "conn": self.settings.public,
            "flow": handle.flow_id,
            "run": {"id": handle.run_id},
            "options": dict(handle.context),
        }

    def _handle(self, run_id: str, flow_id: str, options: Mapping[str, Any]) -> RunHandle:
        context = {"variant": self._variant} if self._variant else {}
        for name, value in filled(self._remember, {"options": options}).items():
            context[name] = str(value)
        return RunHandle(self.spec.name, flow_id, run_id, context)

    def _options(self, order: RunOrder) -> dict[str, Any]:
        names = {"conn": self.settings.public, "flow": order.flow_id, "task": dict(order.task)}
        options = evaluated_options(self.spec, order.options, names)
        self._scrub.add(*secret_parts(self.spec.options, options))
        return options

    @contextmanager
    def _naming_connection(self) -> Iterator[None]:
        """Let an error about a field say whose field it is."""
        try:
            yield
        except ConnectionFieldError as error:
            text = f"connection {self._conn_id!r} ({self.title}): {error}. Mend it in Airflow's connections."
            raise ConnectionFieldError(text) from error

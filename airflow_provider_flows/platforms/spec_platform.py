"""The engine: a platform that answers from its spec."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from airflow_provider_flows.platforms.addresses import checked_id, filled_address
from airflow_provider_flows.platforms.answers import Verdict
from airflow_provider_flows.platforms.calls import Call, read_call
from airflow_provider_flows.platforms.connections import RawConnection, Settings, read_connection
from airflow_provider_flows.platforms.expressions import compiled, filled
from airflow_provider_flows.platforms.inputs import checked_inputs
from airflow_provider_flows.platforms.links import filled_link, read_link
from airflow_provider_flows.platforms.options import evaluated_options, secret_parts
from airflow_provider_flows.platforms.readers import AnswerReader
from airflow_provider_flows.platforms.refusals import Refusals
from airflow_provider_flows.platforms.signing import build_auth
from airflow_provider_flows.platforms.specs import PlatformSpec
from airflow_provider_flows.platforms.states import word_table
from airflow_provider_flows.protocol.errors import ConnectionFieldError, NotSupportedError
from airflow_provider_flows.protocol.messages import FilePart, Request, Response
from airflow_provider_flows.protocol.platform import FlowPlatform
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder, RunState
from airflow_provider_flows.protocol.secrecy import Scrubber

_PURPOSES = ("start", "status", "result", "cancel", "upload", "describe", "test")


class SpecPlatform(FlowPlatform):
    """One platform on one connection, in one variant, as its spec describes it.

    Raises `ConnectionFieldError` for a connection that does not fit the spec, `SpecError` for a faulty
    spec, `OptionsError` for an unknown variant; all before anything is sent.
    """

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

    def start_request(self, order: RunOrder) -> Request:
        """Return the request that starts a run."""
        checked_id(order.flow_id, f"flow_id ({self.spec.flow})")
        names = {
            "conn": self.settings.public,
            "flow": order.flow_id,
            "inputs": checked_inputs(order.inputs),
            "options": self._options(order),
            "task": dict(order.task),
        }
        return self._built(self._called("start"), names)

    def read_start(self, order: RunOrder, response: Response) -> Run:
        """Return the run that was started; it is over where the platform answers at once."""
        call, reader = self._called("start"), self._reader
        data, verdict = reader.judged(call, response, f"flow {order.flow_id!r}")
        verdict = verdict or Verdict(RunState.RUNNING)
        run_id = reader.run_id(call, response, data)
        if not verdict.state.is_terminal and self._calls["status"] is None:
            raise reader.refusals.unreadable(response, "it does not say how the run ended")
        if not verdict.state.is_terminal and not run_id:
            raise reader.refusals.unreadable(response, reader.lacks(call, "run_id", data))
        handle = self._handle(run_id, order.flow_id, self._options(order))
        return reader.run(call, handle, verdict, data)

    def handle(self, run_id: str, flow_id: str = "", options: Mapping[str, Any] | None = None) -> RunHandle:
        """Return the handle of a run that was started elsewhere.

        The paths of the platform may need its flow and some of its options.
        """
        names = {"conn": self.settings.public, "flow": flow_id}
        values = evaluated_options(self.spec, options or {}, names, only=self.spec.remembered)
        return self._handle(run_id, flow_id, values)

    def status_request(self, handle: RunHandle) -> Request | None:
        """Return the request that asks how a run stands, None where the platform documents no way."""
        return self._request("status", handle)

    def read_status(self, handle: RunHandle, response: Response) -> Run:
        """Return the run as it stands; a word that nobody knows is a run that goes on."""
        call = self._called("status")
        data, verdict = self._reader.judged(call, response, str(handle))
        return self._reader.run(call, handle, verdict, data)

    def result_request(self, handle: RunHandle) -> Request | None:
        """Return the request for the result of a run: a call of its own, or the status once more."""
        return self._request("result", handle) or self._request("status", handle)

    def read_result(self, handle: RunHandle, response: Response) -> Any:
        """Return the result, None where the platform has none for this run."""
        call = self._calls["result"] or self._called("status")
        if response.status in call.no_result:
            return None
        data = self._reader.data(response, str(handle))
        return call.reading.result(data) if call.reading.result else None

    def cancel_request(self, handle: RunHandle) -> Request | None:
        """Return the request that cancels a run, None where the platform documents no way."""
        return self._request("cancel", handle)

    def read_cancel(self, handle: RunHandle, response: Response) -> bool:
        """Return whether the run is being cancelled; False when it was over already."""
        if response.status in self._called("cancel").already_over:
            return False
        if not response.is_ok:
            raise self._reader.refusals.of(response, str(handle))
        return True

    def upload_request(self, file: FilePart, options: Mapping[str, Any]) -> Request | None:
        """Return the request that uploads one file, None where the platform takes none."""
        call = self._calls["upload"]
        if call is None:
            return None
        names = {"conn": self.settings.public, "options": self._options(RunOrder("", options=options))}
        return self._built(call, names, replace(file, field_name=call.file_field))

    def read_upload(self, file: FilePart, response: Response) -> Any:
        """Return what stands for the uploaded file in a flow's inputs."""
        call = self._called("upload")
        data = self._reader.data(response, f"file {file.file_name!r}")
        reference = self._reader.found(call, data)
        if reference is None:
            raise self._reader.refusals.unreadable(response, self._reader.lacks(call, "result", data))
        return reference

    def describe_request(self, flow_id: str) -> Request | None:
        """Return the request that looks a flow up, None where the platform documents no way."""
        checked_id(flow_id, f"flow_id ({self.spec.flow})")
        return self._request("describe", RunHandle(self.spec.name, flow_id, ""))

    def read_description(self, flow_id: str, response: Response) -> Any:
        """Return what the platform tells of a flow."""
        return self._reader.found(self._called("describe"), self._reader.data(response, f"flow {flow_id!r}"))

    def test_request(self) -> Request | None:
        """Return the platform's cheapest harmless request, None where it has none."""
        return self._request("test", RunHandle(self.spec.name, "", ""))

    def read_test(self, response: Response) -> str:
        """Return what the answer proves; raises `ResponseError` when the credentials are refused."""
        if not response.is_ok:
            raise self._reader.refusals.of(response, "what the test asks for")
        return f"{self.title} accepted the credentials ({response.request} was answered {response.status})."

    def untested(self) -> str:
        """Return why the platform cannot be tested without side effects."""
        return str(self.spec.document.data["test"])

    def link(self, handle: RunHandle) -> str | None:
        """Return the address of the run in the platform's own pages, from the connection's template."""
        return filled_link(self._link, self._names(handle)) if handle.run_id else None

    def scrubbed(self, text: str) -> str:
        """Return the text without the connection's secrets."""
        return self._scrub(text)

    def _called(self, purpose: str) -> Call:
        call = self._calls[purpose]
        if call is None:
            raise NotSupportedError(f"{self.title} documents no way to make the call {purpose!r}")
        return call

    def _request(self, purpose: str, handle: RunHandle) -> Request | None:
        call = self._calls[purpose]
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

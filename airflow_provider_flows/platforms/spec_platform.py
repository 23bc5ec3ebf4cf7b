"""The engine: a platform that answers from its spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from airflow_provider_flows.platforms.addresses import checked_id, completed
from airflow_provider_flows.platforms.answers import Verdict
from airflow_provider_flows.platforms.calls import Call, read_call
from airflow_provider_flows.platforms.connections import RawConnection, Settings, read_connection
from airflow_provider_flows.platforms.expressions import compiled, filled
from airflow_provider_flows.platforms.inputs import checked_inputs
from airflow_provider_flows.platforms.links import filled_link, read_link
from airflow_provider_flows.platforms.options import evaluated_options, secret_parts
from airflow_provider_flows.platforms.refusals import Refusals
from airflow_provider_flows.platforms.signing import build_auth
from airflow_provider_flows.platforms.specs import PlatformSpec
from airflow_provider_flows.platforms.states import word_table
from airflow_provider_flows.protocol.errors import FlowIdError, NotSupportedError
from airflow_provider_flows.protocol.messages import FilePart, Request, Response
from airflow_provider_flows.protocol.platform import FlowPlatform
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder, RunState
from airflow_provider_flows.protocol.secrecy import Scrubber

_PURPOSES = ("start", "status", "result", "cancel", "upload", "describe", "test")


class SpecPlatform(FlowPlatform):
    """One platform on one connection, in one variant, as its spec describes it.

    Raises `ConnectionFieldError` for a connection that does not fit the spec, `SpecError` for a faulty
    spec; both before anything is sent.
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
        self._variant = variant
        self.title = spec.title
        self.subject = f"{spec.title} (connection {connection.conn_id!r})"
        self.settings: Settings = read_connection(connection, spec.title, spec.standard, spec.extra)
        self._scrub = Scrubber()
        document, public = spec.document, self.settings.public
        self._calls = {purpose: read_call(document, purpose, public) for purpose in _PURPOSES}
        self._refusals = Refusals(
            subject=self.subject,
            conn_id=connection.conn_id,
            credentials=document.data["credentials"],
            hints=document.data.get("hints", {}),
            reason=self._called("start").reading.reason,
            scrub=self._scrub,
        )
        base = filled(compiled(document.data["base"], document.where("base")), {"conn": public})
        self.base = completed(base["url"], base["path"], "host")
        self._remember = document.data.get("remember", {})
        self._link = read_link(public)
        self._words = word_table(document.data.get("states", {}), public)
        self.auth = build_auth(document, self.settings, self._refusals, self._scrub, clock=clock, retry=retry)

    def start_request(self, order: RunOrder) -> Request:
        """Return the request that starts a run."""
        checked_id(order.flow_id, f"flow_id ({self.spec.flow})")
        return self._called("start").request(self.base, self._order_names(order))

    def read_start(self, order: RunOrder, response: Response) -> Run:
        """Return the run that was started; it is over where the platform answers at once."""
        what = f"flow {order.flow_id!r}"
        reading = self._called("start").reading
        data = self._data(response, what, tolerant=bool(reading.rules))
        verdict = reading.verdict(response, data, self._words) or Verdict(RunState.RUNNING)
        if not response.is_ok and not verdict.state.is_terminal:
            raise self._refusals.of(response, what)
        run_id = self._run_id(reading.run_id(data) if reading.run_id else None, response)
        if not verdict.state.is_terminal and (not run_id or not self._calls["status"]):
            raise self._refusals.unreadable(response, self._lacks("run id", reading.run_id, data))
        names = {"conn": self.settings.public, "flow": order.flow_id, "options": self._options(order)}
        handle = RunHandle(self.spec.name, order.flow_id, run_id, self._context(names))
        return self._run(handle, "start", verdict, data)

    def handle(self, run_id: str, flow_id: str = "", options: Mapping[str, Any] | None = None) -> RunHandle:
        """Return the handle of a run that was started elsewhere; the paths may need its flow and some options."""
        names = {"conn": self.settings.public, "flow": flow_id}
        values = evaluated_options(self.spec, options or {}, names, only=self._remember)
        return RunHandle(self.spec.name, flow_id, run_id, self._context({**names, "options": values}))

    def status_request(self, handle: RunHandle) -> Request | None:
        """Return the request that asks how a run stands, None where the platform documents no way."""
        return self._request("status", handle)

    def read_status(self, handle: RunHandle, response: Response) -> Run:
        """Return the run as it stands; a word that nobody knows is a run that goes on."""
        reading = self._called("status").reading
        data = self._data(response, str(handle), tolerant=bool(reading.rules))
        verdict = reading.verdict(response, data, self._words)
        if not response.is_ok and verdict is None:
            raise self._refusals.of(response, str(handle))
        if verdict is None:
            verdict = Verdict(RunState.UNKNOWN, "", self._lacks("state", reading.state, data))
        elif verdict.state is RunState.UNKNOWN:
            verdict = Verdict(RunState.UNKNOWN, verdict.raw_state, self._unknown(verdict.raw_state))
        return self._run(handle, "status", verdict, data)

    def result_request(self, handle: RunHandle) -> Request | None:
        """Return the request for the result of a run: a call of its own, or the status once more."""
        return self._request("result", handle) or self._request("status", handle)

    def read_result(self, handle: RunHandle, response: Response) -> Any:
        """Return the result, None where the platform has none for this run."""
        call = self._calls["result"] or self._called("status")
        if response.status in call.no_result:
            return None
        data = self._data(response, str(handle))
        return call.reading.result(data) if call.reading.result else None

    def cancel_request(self, handle: RunHandle) -> Request | None:
        """Return the request that cancels a run, None where the platform documents no way."""
        return self._request("cancel", handle)

    def read_cancel(self, handle: RunHandle, response: Response) -> bool:
        """Return whether the run is being cancelled; False when it was over already."""
        if response.status in self._called("cancel").already_over:
            return False
        if not response.is_ok:
            raise self._refusals.of(response, str(handle))
        return True

    def upload_request(self, file: FilePart, options: dict[str, Any]) -> Request | None:
        """Return the request that uploads one file, None where the platform takes none."""
        call = self._calls["upload"]
        if call is None:
            return None
        order = RunOrder("upload", options=options)
        names = {"conn": self.settings.public, "options": self._options(order)}
        part = FilePart(
            field_name=call.file_field,
            file_name=file.file_name,
            size=file.size,
            content_type=file.content_type,
            open=file.open,
        )
        return call.request(self.base, names, part)

    def read_upload(self, file: FilePart, response: Response) -> Any:
        """Return what stands for the uploaded file in a flow's inputs."""
        data = self._data(response, f"file {file.file_name!r}")
        result = self._called("upload").reading.result
        reference = result(data) if result else data
        if reference is None:
            raise self._refusals.unreadable(response, self._lacks("reference to the file", result, data))
        return reference

    def describe_request(self, flow_id: str) -> Request | None:
        """Return the request that looks a flow up, None where the platform documents no way."""
        return self._request("describe", RunHandle(self.spec.name, checked_id(flow_id, "flow_id"), ""))

    def read_description(self, flow_id: str, response: Response) -> Any:
        """Return what the platform tells of a flow."""
        data = self._data(response, f"flow {flow_id!r}")
        result = self._called("describe").reading.result
        return result(data) if result else data

    def test_request(self) -> Request | None:
        """Return the platform's cheapest harmless request, None where it has none."""
        return self._request("test", RunHandle(self.spec.name, "", ""))

    def read_test(self, response: Response) -> str:
        """Return what the answer proves; raises `ResponseError` when the credentials are refused."""
        if not response.is_ok:
            raise self._refusals.of(response, "the address")
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
            raise NotSupportedError(self._cannot(purpose))
        return call

    def _request(self, purpose: str, handle: RunHandle) -> Request | None:
        call = self._calls[purpose]
        return call.request(self.base, self._names(handle)) if call else None

    def _names(self, handle: RunHandle) -> dict[str, Any]:
        return {
            "conn": self.settings.public,
            "flow": handle.flow_id,
            "run": {"id": handle.run_id},
            "options": dict(handle.context),
        }

    def _order_names(self, order: RunOrder) -> dict[str, Any]:
        return {
            "conn": self.settings.public,
            "flow": order.flow_id,
            "inputs": checked_inputs(order.inputs),
            "options": self._options(order),
            "task": dict(order.task),
        }

    def _context(self, names: Mapping[str, Any]) -> dict[str, str]:
        values = filled(compiled(self._remember, self.spec.document.where("remember")), names)
        context = {"variant": self._variant} if self._variant else {}
        return {**context, **{name: str(value) for name, value in values.items()}}

    def _options(self, order: RunOrder) -> dict[str, Any]:
        names = {"conn": self.settings.public, "flow": order.flow_id, "task": dict(order.task)}
        options = evaluated_options(self.spec, order.options, names)
        self._scrub.add(*secret_parts(self.spec.options, options))
        return options

    def _data(self, response: Response, what: str, *, tolerant: bool = False) -> Any:
        """Return the answer's JSON; a refusal is raised unless rules may speak of it."""
        if not response.is_ok and not tolerant:
            raise self._refusals.of(response, what)
        try:
            return response.json()
        except ValueError:
            if not response.is_ok:
                return None
            raise self._refusals.unreadable(response, "that is not JSON") from None

    def _run_id(self, value: Any, response: Response) -> str:
        if value is None or isinstance(value, bool | dict | list) or value == "":
            return ""
        try:
            return checked_id(str(value), "the run id")
        except FlowIdError as error:
            raise self._refusals.unreadable(response, str(error)) from error

    def _run(self, handle: RunHandle, purpose: str, verdict: Verdict, data: Any) -> Run:
        message = self._scrub(verdict.message)
        result = self._called(purpose).reading.result
        if verdict.state is not RunState.SUCCESS or result is None:
            return Run(handle, verdict.state, verdict.raw_state, message)
        return Run(handle, verdict.state, verdict.raw_state, message, result(data), has_result=True)

    def _lacks(self, what: str, sought: Any, data: Any) -> str:
        keys = (
            f"the keys {', '.join(sorted(data)) or 'none'}"
            if isinstance(data, Mapping)
            else type(data).__name__
        )
        return (
            f"{sought.text!r} found no {what} in {keys}" if sought else f"it says nothing of a {what}: {keys}"
        )

    def _unknown(self, word: str) -> str:
        return (
            f"the state {word!r} is unknown, so the run counts as going on; if it means more, add the word to the "
            f"extra success_states, failed_states, cancelled_states or skipped_states of connection "
            f"{self.settings.conn_id!r}"
        )

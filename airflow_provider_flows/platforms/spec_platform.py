"""The engine: a platform that answers from its spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from airflow_provider_flows.platforms.addresses import checked_id
from airflow_provider_flows.platforms.answers import Verdict
from airflow_provider_flows.platforms.engine import Engine
from airflow_provider_flows.platforms.inputs import checked_inputs
from airflow_provider_flows.platforms.links import filled_link
from airflow_provider_flows.platforms.options import evaluated_options
from airflow_provider_flows.protocol.candidates import Quest
from airflow_provider_flows.protocol.errors import NotSupportedError
from airflow_provider_flows.protocol.listing import Page
from airflow_provider_flows.protocol.messages import FilePart, Request, Response
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder, RunState

_NO_TASK = dict.fromkeys(("key", "dag_id", "task_id", "run_id", "map_index", "try_number"), "")


class SpecPlatform(Engine):
    """One platform on one connection, in one variant, as its spec describes it.

    Raises `ConnectionFieldError` for a connection that does not fit the spec, `SpecError` for a faulty
    spec, `OptionsError` for an unknown variant; all before anything is sent.
    """

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
        return self._own_result(self._reader.run(call, handle, verdict, data))

    def _own_result(self, run: Run) -> Run:
        """Return the run without what its status gave as result, where a call of its own gives it."""
        is_asked_for = self._call("result", run.handle) is not None
        return replace(run, result=None, has_result=False) if is_asked_for else run

    def result_request(self, handle: RunHandle) -> Request | None:
        """Return the request for the result of a run: a call of its own, or the status once more."""
        return self._request("result", handle) or self._request("status", handle)

    def read_result(self, handle: RunHandle, response: Response) -> Any:
        """Return the result, None where the platform has none for this run."""
        call = self._call("result", handle) or self._called("status")
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

    @property
    def can_search(self) -> bool:
        """Whether the flow's runs can be listed: the platform documents how, or the connection says it."""
        return self._calls["search"] is not None

    def search_request(self, quest: Quest, skip: int = 0) -> Request | None:
        """Return the request that lists the runs of a flow, None where the platform documents no way.

        Raises `NotSupportedError` where a field of the connection would tell the way, and is empty.
        """
        call, order = self._calls["search"], quest.order
        if call is None and self.spec.can("search"):
            field = self.spec.document.data["search"]["needs"].removeprefix("conn.")
            raise NotSupportedError(
                f"{self.title} documents no way to list a flow's runs; if your installation can, say how in "
                f"the extra {field} of connection {self._conn_id!r}"
            )
        if call is None:
            return None
        checked_id(order.flow_id, f"flow_id ({self.spec.flow})")
        names = {"conn": self.settings.public, "flow": order.flow_id, "page": {"skip": skip}}
        return self._built(call, {**names, "options": self._options(order)})

    def read_search(self, quest: Quest, response: Response) -> Page:
        """Return one page of a flow's runs, each with what tells it from others."""
        order = quest.order
        options = self._options(order)

        def handle(run_id: str, flow_id: str | None) -> RunHandle:
            return self._handle(run_id, order.flow_id if flow_id is None else flow_id, options)

        return self._reader.page(self._called("search"), response, f"flow {order.flow_id!r}", handle)

    def list_request(self, handle: RunHandle, skip: int = 0) -> Request | None:
        """Return the request that lists the runs of a run's flow, None where it tells no states."""
        call = self._calls["search"]
        if call is None or call.reading.state is None:
            return None
        return self._built(call, {**self._names(handle), "page": {"skip": skip}})

    def read_list(self, handle: RunHandle, response: Response) -> Page:
        """Return one page of the runs of a run's flow."""
        return self._reader.page(
            self._called("search"),
            response,
            f"flow {handle.flow_id!r}",
            lambda run_id, flow_id: replace(
                handle, run_id=run_id, flow_id=handle.flow_id if flow_id is None else flow_id
            ),
        )

    def run_name(self, order: RunOrder) -> str | None:
        """Return what the order's start calls its run, None where the platform names its runs itself."""
        named = self._called("search").listing.named
        return str(named.value({"options": self._options(order)})) if named else None

    def upload_request(self, file: FilePart, options: Mapping[str, Any]) -> Request | None:
        """Return the request that uploads one file, None where the platform takes none."""
        call = self._calls["upload"]
        if call is None:
            return None
        order = RunOrder("", options=options, task=_NO_TASK)  # a file belongs to no run yet
        names = {"conn": self.settings.public, "options": self._options(order)}
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

    def read_flow_inputs(self, flow_id: str, response: Response) -> Any:
        """Return what the platform tells of a flow's inputs; raises where nobody knows where it does."""
        sought = self._called("describe").listing.inputs
        if sought is None:
            raise NotSupportedError(f"{self.title} documents no way to tell what a flow takes")
        return sought(self._reader.data(response, f"flow {flow_id!r}"))

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

"""One run on a platform, call by call, with answers that somebody makes up."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.protocol.candidates import Quest
from airflow_provider_flows.protocol.errors import FlowError
from airflow_provider_flows.protocol.messages import Exchange, FilePart, Request, Response
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder

_FILE = FilePart(
    field_name="",
    file_name="example.txt",
    size=7,
    content_type="text/plain",
    open=lambda: io.BytesIO(b"example"),
)


class Rehearsal:
    """Makes the requests of a run, signed, and reads the answers.

    A token that nobody has taken out by the call `token` is `TOKEN`.
    """

    def __init__(self, platform: SpecPlatform, order: RunOrder) -> None:
        self._platform = platform
        self._order = order
        self._handle = RunHandle(platform.spec.name, order.flow_id, "")
        self._sent: Request | None = None
        self._signing: Exchange[Any] | None = None

    @property
    def is_started(self) -> bool:
        """Whether an answer has told which run it is."""
        return self._handle.run_id != ""

    def request(self, purpose: str) -> Request | None:
        """Return the next call's request as it would be sent, None where the platform has no such call."""
        if purpose == "token":
            self._signing = self._platform.auth.headers()
            step = next(self._signing, None)
            self._sent = step if isinstance(step, Request) else None
            return self._sent
        if self._signing is not None:
            self._signing.close()  # an example may show what is asked for the token, and not the answer
        plain = self._requests[purpose]()
        self._sent = None if plain is None else self._signed(plain)
        return self._sent

    def given(self, purpose: str, status: int, answer: Any) -> Mapping[str, Any]:
        """Return what an answer to the last request gives; raises `FlowError` for one that says no."""
        if self._sent is None:
            raise FlowError(f"nothing was sent for {purpose}")
        body = b"" if answer is None else json.dumps(answer).encode()
        response = Response(request=self._sent, status=status, body=body)
        if purpose == "token":
            return self._token(response)
        return self._readers[purpose](response)

    @property
    def _requests(self) -> Mapping[str, Callable[[], Request | None]]:
        platform, order = self._platform, self._order
        return {
            "start": lambda: platform.start_request(order),
            "status": lambda: platform.status_request(self._handle),
            "result": lambda: platform.result_request(self._handle),
            "cancel": lambda: platform.cancel_request(self._handle),
            "search": lambda: platform.search_request(self._quest),
            "upload": lambda: platform.upload_request(_FILE, order.options),
            "describe": lambda: platform.describe_request(order.flow_id),
            "test": platform.test_request,
        }

    @property
    def _readers(self) -> Mapping[str, Callable[[Response], Mapping[str, Any]]]:
        platform = self._platform
        return {
            "start": lambda response: self._run(platform.read_start(self._order, response)),
            "status": lambda response: self._run(platform.read_status(self._handle, response)),
            "result": lambda response: {"result": platform.read_result(self._handle, response)},
            "cancel": lambda response: {"cancelled": platform.read_cancel(self._handle, response)},
            "search": self._listed,
            "upload": lambda response: {"result": platform.read_upload(_FILE, response)},
            "describe": self._described,
            "test": lambda response: {"says": platform.read_test(response)},
        }

    @property
    def _quest(self) -> Quest:
        return Quest(order=self._order, since=0.0, until=0.0)

    def _run(self, run: Run) -> Mapping[str, Any]:
        self._handle = run.handle
        given = {"state": run.state.value, "run_id": run.handle.run_id, "message": run.message}
        return {**given, "result": run.result} if run.has_result else given

    def _described(self, response: Response) -> Mapping[str, Any]:
        flow_id = self._order.flow_id
        given = {"result": self._platform.read_description(flow_id, response)}
        if "inputs" not in self._platform.spec.document.data["describe"]:
            return given
        return {**given, "inputs": self._platform.read_flow_inputs(flow_id, response)}

    def _listed(self, response: Response) -> Mapping[str, Any]:
        page = self._platform.read_search(self._quest, response)
        runs = [
            {
                "run_id": each.run.handle.run_id,
                "flow": each.run.handle.flow_id,
                "state": each.run.state.value,
                "started_at": each.started_at,
                "inputs": each.inputs,
                "name": each.name,
            }
            for each in page.candidates
        ]
        return {"runs": [{key: value for key, value in each.items() if value is not None} for each in runs]}

    def _token(self, response: Response) -> Mapping[str, Any]:
        if self._signing is None:
            raise FlowError("nothing was asked for")
        try:
            self._signing.send(response)
        except StopIteration as end:
            return {"headers": dict(end.value)}
        raise FlowError("the token is asked for once more")

    def _signed(self, request: Request) -> Request:
        """Return the request with what signs it."""
        signing = self._platform.auth.send(request)
        step = next(signing)
        if isinstance(step, Request) and step.purpose == "token":
            step = signing.send(Response(request=step, status=200, body=self._made_up()))
        return step if isinstance(step, Request) else request

    def _made_up(self) -> bytes:
        """Return an answer in which the token is where the spec looks for it, if that is a plain path."""
        login = self._platform.spec.document.data["auth"].get("login", {})
        made: Any = "TOKEN"
        for name in reversed(login.get("token", "access_token").split(".")):
            made = {name: made}
        return json.dumps(made).encode()

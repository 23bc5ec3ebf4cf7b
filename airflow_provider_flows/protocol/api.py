"""Everything that can be said to a platform, as conversations; a driver performs them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from airflow_provider_flows.protocol.asking import Asking
from airflow_provider_flows.protocol.candidates import Candidate, Quest, match
from airflow_provider_flows.protocol.errors import (
    MAY_RUN,
    InputsError,
    NotSentError,
    NotSupportedError,
    OversizedError,
    TransportError,
)
from airflow_provider_flows.protocol.listing import Page, every_page
from airflow_provider_flows.protocol.messages import Exchange, FilePart, Request, Response
from airflow_provider_flows.protocol.platform import FlowPlatform
from airflow_provider_flows.protocol.retry import RetryPolicy, insist
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder
from airflow_provider_flows.protocol.together import Together
from airflow_provider_flows.protocol.waiting import Wait, wait_for

T = TypeVar("T")


def nothing_newer() -> FlowApi | None:
    """Return None: the connection is read once."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowApi:
    """One platform on one connection, ready to talk.

    `clock` gives seconds since the epoch; `newer` the same for the connection as it was read since, None
    while nothing has changed; `together` lets questions that wait for their turns share an answer.
    """

    platform: FlowPlatform
    clock: Callable[[], float]
    retry: RetryPolicy
    newer: Callable[[], FlowApi | None] = nothing_newer
    together: Together | None = None

    def start(self, order: RunOrder, files: Mapping[str, FilePart] | None = None) -> Exchange[Run]:
        """Upload the files, put what stands for them into the inputs, and start one run.

        Raises `UsageError` before anything is sent, `ResponseLostError` and `AnswerError` when the run
        may have been started though nobody said so, and other `FlowError`s when it was not.
        """
        order = yield from self.prepare(order, files)
        return (yield from self.start_prepared(order))

    def prepare(self, order: RunOrder, files: Mapping[str, FilePart] | None = None) -> Exchange[RunOrder]:
        """Do all that may fail before the start: check the order, sign in, upload the files.

        Returns the order with what stands for the files in its inputs.
        """
        self.platform.start_request(order)
        yield from self.sign_in()
        return (yield from self._with_files(order, files)) if files else order

    def start_prepared(self, order: RunOrder) -> Exchange[Run]:
        """Start one run of an order that `prepare` has returned; raises as `start` does."""
        request = self.platform.start_request(order)
        return self.platform.read_start(order, (yield from self.call(request)))

    def get(self, handle: RunHandle, until: float = math.inf) -> Exchange[Run]:
        """Ask how a run stands; nothing is repeated after `until`, in seconds since the epoch."""
        request = self.status_request(handle)
        return self.platform.read_status(handle, (yield from self.call(request, until)))

    def wait(self, handle: RunHandle, wait: Wait) -> Exchange[Run]:
        """Return the run once it is over, or as it stands when the time is up."""
        return wait_for(Asking(self, handle, wait.until), handle, wait, self.clock)

    def result(self, run: Run) -> Exchange[Any]:
        """Return the result of a run that succeeded, None where the platform gives none."""
        if run.has_result:
            return run.result
        request = self.platform.result_request(run.handle)
        if request is None:
            return None
        return self.platform.read_result(run.handle, (yield from self.call(request)))

    def cancel(self, handle: RunHandle) -> Exchange[bool]:
        """Cancel a run; return False when it was over already."""
        request = self._able(self.platform.cancel_request(handle), "cancel a run")
        return self.platform.read_cancel(handle, (yield from self.call(request)))

    def find(self, quest: Quest) -> Exchange[list[Candidate]]:
        """List the flow's runs and return those that can be the one that is looked for.

        Raises `NotSupportedError` where the platform documents no listing, or the connection doesn't say
        where it is; `FlowError` when the listing can't be read to its end.
        """
        listed = yield from every_page(lambda skip: self._page(quest, skip), self.platform.subject)
        return match(quest, listed, self.platform.run_name(quest.order))

    def upload(self, file: FilePart, options: Mapping[str, Any] | None = None) -> Exchange[Any]:
        """Upload one file and return what stands for it in a flow's inputs."""
        request = self._able(self.platform.upload_request(file, options or {}), "take files")
        return self.platform.read_upload(file, (yield from self.call(request)))

    def describe(self, flow_id: str) -> Exchange[Any]:
        """Return what the platform tells of a flow."""
        request = self._able(self.platform.describe_request(flow_id), "describe a flow")
        return self.platform.read_description(flow_id, (yield from self.call(request)))

    def flow_inputs(self, flow_id: str) -> Exchange[Any]:
        """Return what the platform tells of a flow's inputs, in its own form; None where it tells nothing."""
        request = self._able(self.platform.describe_request(flow_id), "describe a flow")
        return self.platform.read_flow_inputs(flow_id, (yield from self.call(request)))

    def test(self) -> Exchange[str]:
        """Make the platform's cheapest harmless call and return what it proved, or why there is none."""
        request = self.platform.test_request()
        if request is None:
            return self.platform.untested()
        return self.platform.read_test((yield from self.call(request)))

    def sign_in(self) -> Exchange[Mapping[str, str]]:
        """Return the headers that sign a request, for a user's own calls."""
        try:
            return (yield from self.platform.auth.headers())
        except TransportError as error:
            raise self.explained(error) from error

    def status_request(self, handle: RunHandle) -> Request:
        """Return the request that asks how a run stands; raises `NotSupportedError` where there is none."""
        return self._able(
            self.platform.status_request(handle),
            "tell how a run stands, so there is nothing to wait for",
        )

    def call(self, request: Request, until: float = math.inf) -> Exchange[Response]:
        """Sign in, send a request, and send it again while that may help; raises `TransportError`."""
        try:
            return (yield from insist(request, self.platform.auth.send, self.retry, self.clock, until))
        except TransportError as error:
            raise self.explained(error) from error

    def explained(self, error: TransportError) -> TransportError:
        """Return the same fault in words for people."""
        text = f"{self.platform.subject}: no answer to {error.request}: {error}. {_fate(error)}."
        return type(error)(self.platform.scrubbed(text), error.request, error.sent_at)

    def _with_files(self, order: RunOrder, files: Mapping[str, FilePart]) -> Exchange[RunOrder]:
        taken = sorted(set(files) & set(order.inputs))
        if taken:
            raise InputsError(f"given both as a file and as an input: {', '.join(taken)}")
        # whatever is wrong with the start is found before a file is sent
        self.platform.start_request(replace(order, inputs={**order.inputs, **dict.fromkeys(files, "")}))
        references = {}
        for name, file in files.items():
            references[name] = yield from self.upload(file, order.options)
        return replace(order, inputs={**order.inputs, **references})

    def _page(self, quest: Quest, skip: int) -> Exchange[Page]:
        request = self._able(self.platform.search_request(quest, skip), "list a flow's runs")
        return self.platform.read_search(quest, (yield from self.call(request)))

    def _able(self, request: Request | None, what: str) -> Request:
        if request is None:
            raise NotSupportedError(f"{self.platform.title} documents no way to {what}")
        return request


def _fate(error: TransportError) -> str:
    if isinstance(error, NotSentError):
        return "Nothing arrived there; check the address, the network and the certificate"
    if error.request.purpose == "start":
        return MAY_RUN
    if isinstance(error, OversizedError):
        return "Raise that limit if an answer of this size is wanted"
    return "It is not known whether the request arrived"

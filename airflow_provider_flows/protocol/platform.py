"""The seam between what is said to a platform and how a platform wants to be spoken to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from airflow_provider_flows.protocol.auth import Auth
from airflow_provider_flows.protocol.candidates import Quest
from airflow_provider_flows.protocol.errors import NotSupportedError
from airflow_provider_flows.protocol.listing import Page
from airflow_provider_flows.protocol.messages import FilePart, Request, Response
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder


class FlowPlatform(ABC):
    """One platform's dialect on one connection: turns wishes into requests, and answers into runs.

    It performs no I/O. A subclass must be able to start a flow and to read the answer. All else is
    optional: a builder that returns None says that the platform documents no such ability. A platform
    that answers at once needs nothing more: its `read_start` returns a run that is over. Readers raise a
    `ResponseError` for an answer that says no, builders a `UsageError` for a wish that cannot be sent.
    """

    title: str
    subject: str  # whom errors speak of: the platform and the connection
    auth: Auth

    @abstractmethod
    def start_request(self, order: RunOrder) -> Request:
        """Return the request that starts a run."""

    @abstractmethod
    def read_start(self, order: RunOrder, response: Response) -> Run:
        """Return the run that was started."""

    def status_request(self, handle: RunHandle) -> Request | None:
        """Return the request that asks how a run stands."""
        return None

    def read_status(self, handle: RunHandle, response: Response) -> Run:
        """Return the run as it stands."""
        raise NotSupportedError(self._cannot("tell how a run stands"))

    def result_request(self, handle: RunHandle) -> Request | None:
        """Return the request for the result of a run that succeeded."""
        return None

    def read_result(self, handle: RunHandle, response: Response) -> Any:
        """Return the result, None where there is none."""
        raise NotSupportedError(self._cannot("give a run's result"))

    def cancel_request(self, handle: RunHandle) -> Request | None:
        """Return the request that cancels a run."""
        return None

    def read_cancel(self, handle: RunHandle, response: Response) -> bool:
        """Return whether the run is being cancelled; False when it was over already."""
        raise NotSupportedError(self._cannot("cancel a run"))

    def list_request(self, handle: RunHandle, skip: int = 0) -> Request | None:
        """Return the request that lists the runs of a run's flow with their states, the newest first.

        `skip` is how many of the newest are left out. None where a listing does not tell how runs stand.
        """
        return None

    def read_list(self, handle: RunHandle, response: Response) -> Page:
        """Return the runs that were listed."""
        raise NotSupportedError(self._cannot("list a flow's runs"))

    def upload_request(self, file: FilePart, options: Mapping[str, Any]) -> Request | None:
        """Return the request that uploads one file."""
        return None

    def read_upload(self, file: FilePart, response: Response) -> Any:
        """Return what stands for the uploaded file in a flow's inputs."""
        raise NotSupportedError(self._cannot("take files"))

    def describe_request(self, flow_id: str) -> Request | None:
        """Return the request that looks a flow up."""
        return None

    def read_description(self, flow_id: str, response: Response) -> Any:
        """Return what the platform tells of a flow."""
        raise NotSupportedError(self._cannot("describe a flow"))

    def read_flow_inputs(self, flow_id: str, response: Response) -> Any:
        """Return what the answer to `describe_request` tells of the flow's inputs."""
        raise NotSupportedError(self._cannot("tell what a flow takes"))

    @property
    def can_search(self) -> bool:
        """Whether the flow's runs can be listed on this connection, so that a lost one can be looked for."""
        return False

    def search_request(self, quest: Quest, skip: int = 0) -> Request | None:
        """Return the request that lists the runs of the quest's flow, without the first `skip` of them."""
        return None

    def read_search(self, quest: Quest, response: Response) -> Page:
        """Return one page of the runs of the quest's flow, whether they match the quest or not."""
        raise NotSupportedError(self._cannot("list a flow's runs"))

    def run_name(self, order: RunOrder) -> str | None:
        """Return what the order's start calls its run, None where runs are not named by us."""
        return None

    def test_request(self) -> Request | None:
        """Return the platform's cheapest harmless request that needs the credentials."""
        return None

    def read_test(self, response: Response) -> str:
        """Return one sentence that says what the answer to the test proves."""
        raise NotSupportedError(self._cannot("be tested without side effects"))

    def untested(self) -> str:
        """Return one sentence that says why there is no test."""
        return self._cannot("be tested without side effects")

    def link(self, handle: RunHandle) -> str | None:
        """Return the address of the run in the platform's own pages, if it is known."""
        return None

    def scrubbed(self, text: str) -> str:
        """Return the text without the connection's secrets."""
        return text

    def _cannot(self, what: str) -> str:
        return f"{self.title} documents no way to {what}"

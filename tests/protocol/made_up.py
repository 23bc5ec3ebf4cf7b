"""A platform of the tests' own, in plain Python: it can start a flow, and no more unless a test adds it."""

from __future__ import annotations

from collections.abc import Callable

from airflow_provider_flows.protocol.auth import HeaderAuth
from airflow_provider_flows.protocol.errors import (
    CredentialsError,
    NotFoundError,
    ResponseError,
    UnavailableError,
)
from airflow_provider_flows.protocol.messages import Request, Response, Sleep, Step
from airflow_provider_flows.protocol.platform import FlowPlatform
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder, RunState

BEGINNING = 1_700_000_000.0
STEADY = RetryPolicy(jitter=lambda: 0.5)
HANDLE = RunHandle("made_up", "f", "r")
START = Request(purpose="start", method="POST", url="https://x.test/start")
STATUS = Request(purpose="status", method="GET", url="https://x.test/status", is_repeatable=True)
KINDS: dict[int, type[ResponseError]] = {401: CredentialsError, 404: NotFoundError, 503: UnavailableError}


class Bare(FlowPlatform):
    """Can start a flow."""

    title = "Made-up"
    subject = "Made-up (connection 'x')"

    def __init__(self) -> None:
        self.auth = HeaderAuth({"X-Key": "k"})

    def start_request(self, order: RunOrder) -> Request:
        return START

    def read_start(self, order: RunOrder, response: Response) -> Run:
        return Run(HANDLE, RunState.RUNNING)


class Polled(Bare):
    """Can tell how a run stands, too: the answer's body is the state."""

    def status_request(self, handle: RunHandle) -> Request | None:
        return STATUS

    def read_status(self, handle: RunHandle, response: Response) -> Run:
        if not response.is_ok:
            raise KINDS[response.status](f"answered {response.status}", response)
        return Run(handle, RunState(response.text), response.text)


class Stage:
    """Answers requests by a function of the time since the beginning; time passes only in sleeps."""

    def __init__(self, play: Callable[[Request, float], Response]) -> None:
        self.now = BEGINNING
        self.asked_at: list[float] = []
        self._play = play

    def clock(self) -> float:
        return self.now

    def perform(self, step: Step) -> Response | None:
        if isinstance(step, Sleep):
            self.now += step.seconds
            return None
        self.asked_at.append(self.now - BEGINNING)
        return self._play(step, self.now - BEGINNING)


def said(request: Request, body: str, status: int = 200, **headers: str) -> Response:
    """Return an answer; `retry_after` in the headers becomes `retry-after`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(request=request, status=status, headers=named, body=body.encode())

"""How a run's end, or a failure on the way there, ends an Airflow task. One place for operator and sensor.

AirflowException
├── FlowRunError            the run ended, and not well
│   ├── FlowRunFailedError
│   ├── FlowRunCancelledError
│   └── FlowRunTimeoutError   it was not over in time
├── FlowUnavailableError    a passing fault: the task's `retries` apply
└── AirflowFailException
    └── FlowPermanentError  trying again would fail again, or might start a second run
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException, AirflowSkipException

from airflow_provider_flows.protocol.errors import (
    AnswerError,
    FlowError,
    NotSentError,
    ResponseError,
    ResponseLostError,
    UnavailableError,
    UsageError,
)
from airflow_provider_flows.protocol.runs import Run, RunState


class FlowRunError(AirflowException):
    """The run did not end as the task needs it; `run` tells how."""

    def __init__(self, message: str, run: Run) -> None:
        super().__init__(message)
        self.run = run


class FlowRunFailedError(FlowRunError):
    """The platform says that the run failed."""


class FlowRunCancelledError(FlowRunError):
    """Somebody cancelled the run."""


class FlowRunTimeoutError(FlowRunError):
    """The run was not over in time."""


class FlowUnavailableError(AirflowException):
    """The platform could not be asked, for a reason that may pass."""


class FlowPermanentError(AirflowFailException):
    """Something that another attempt would not mend: Airflow fails the task without retries."""


def check_outcome(run: Run, link: str | None = None) -> None:
    """Return for a run that succeeded; raise the exception that says how else it ended."""
    text = _sentence(run, link)
    if run.state is RunState.FAILED:
        raise FlowRunFailedError(text, run)
    if run.state is RunState.CANCELLED:
        raise FlowRunCancelledError(text, run)
    if run.state is RunState.SKIPPED:
        raise AirflowSkipException(text)
    if not run.state.is_terminal:
        raise FlowRunTimeoutError(text, run)


@contextmanager
def airflow_errors() -> Iterator[None]:
    """Turn our errors into Airflow's: permanent ones end the task, passing ones leave it to its retries.

    A start whose answer was lost or unreadable is permanent here: repeating it might start a second run.
    """
    try:
        yield
    except FlowError as error:
        kind = FlowPermanentError if _is_permanent(error) else FlowUnavailableError
        raise kind(str(error)) from error


def _is_permanent(error: FlowError) -> bool:
    if isinstance(error, ResponseLostError):
        return error.request.purpose == "start"
    if isinstance(error, UnavailableError):
        # 429 and 503 with Retry-After turned the request away; any other 5xx leaves doubt
        turned_away = error.response.status == 429 or "retry-after" in error.response.headers
        return error.response.request.purpose == "start" and not turned_away
    if isinstance(error, AnswerError):
        return error.response.request.purpose == "start"
    return isinstance(error, UsageError | ResponseError) and not isinstance(error, NotSentError)


def _sentence(run: Run, link: str | None) -> str:
    state = "was not over in time; it was" if not run.state.is_terminal else "is"
    word = f" ({run.raw_state!r})" if run.raw_state else ""
    reason = f": {run.message}" if run.message else ""
    return f"{run.handle} {state} {run.state.value}{word}{reason}" + (f". See {link}" if link else "")

"""How a run's end, or a failure on the way there, ends an Airflow task. One place for operator and sensor.

AirflowException
├── FlowRunError            the run ended, and not well
│   ├── FlowRunFailedError
│   ├── FlowRunCancelledError
│   └── FlowRunTimeoutError   it was not over in time
│       └── FlowRunLeftError    and goes on: trying again would start a second one
├── FlowUnavailableError    a passing fault before the start: the task's `retries` apply
└── AirflowFailException
    └── FlowPermanentError  trying again would fail again, or might start a second run
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException, AirflowSkipException

from airflow_provider_flows.protocol import errors
from airflow_provider_flows.protocol.errors import (
    AnswerError,
    CredentialsError,
    FlowError,
    NotFoundError,
    OversizedError,
    RedirectError,
    RefusedError,
    ResponseLostError,
    UnavailableError,
    UsageError,
)
from airflow_provider_flows.protocol.runs import Run, RunState

_NEVER_MEND = (
    UsageError,
    OversizedError,
    CredentialsError,
    NotFoundError,
    RedirectError,
    RefusedError,
)


RUN_STARTED = (
    "The run was started, so the task is not tried again: that would start a second run. Look at the run on "
    "the platform (its id is in the task's log and in XCom), then clear the task if it should run again."
)


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


class FlowRunLeftError(FlowRunTimeoutError, AirflowFailException):
    """The run was not over in time and goes on: another attempt would start a second one beside it."""


class FlowUnavailableError(AirflowException):
    """The platform could not be asked, for a reason that may pass."""


class FlowPermanentError(AirflowFailException):
    """Something that another attempt would not mend: Airflow fails the task without retries."""


def check_outcome(run: Run, link: str | None = None, *, goes_on: bool = False) -> None:
    """Return for a run that succeeded; raise the exception that says how else it ended.

    `goes_on` says that a run which was not over in time could not be cancelled.
    """
    text = sentence(run, link)
    if not run.state.is_terminal:
        text += ". It goes on there" if goes_on else ". It is being cancelled, or was over meanwhile"
        text += "; the argument timeout says how long a run may take."
    if run.state is RunState.FAILED:
        raise FlowRunFailedError(text, run)
    if run.state is RunState.CANCELLED:
        raise FlowRunCancelledError(text, run)
    if run.state is RunState.SKIPPED:
        raise AirflowSkipException(text)
    if not run.state.is_terminal:
        raise (FlowRunLeftError if goes_on else FlowRunTimeoutError)(text, run)


def sentence(run: Run, link: str | None) -> str:
    """Return how a run ended, or that it did not, with the platform's own word and reason."""
    state = "was not over in time; it was" if not run.state.is_terminal else "is"
    word = f" ({run.raw_state!r})" if run.raw_state else ""
    reason = f": {run.message}" if run.message else ""
    return f"{run.handle} {state} {run.state.value}{word}{reason}" + (f". See {link}" if link else "")


@contextmanager
def airflow_errors(*, started: bool = False) -> Iterator[None]:
    """Turn our errors into Airflow's: permanent ones end the task, passing ones leave it to its retries.

    A start whose answer was lost or unreadable is permanent here, and so is every error once the task has
    `started` its run: another attempt would start a second one.
    """
    try:
        yield
    except FlowError as error:
        permanent = isinstance(error, _NEVER_MEND) or _leaves_doubt(error)
        # its causes would fill the log with the same text and with what the libraries say
        raise _ending(str(error), permanent=permanent, started=started) from None


def read_event(event: Any, *, started: bool = False) -> Run:
    """Return the run that a `FlowRunTrigger` tells of; `started` as for `airflow_errors`.

    Raises the fault where it tells of one, and `FlowPermanentError` for what is no event of that trigger:
    the run may still go on, and another attempt would start a second one.
    """
    fault = getattr(errors, str(event.get("fault")), None) if isinstance(event, Mapping) else None
    if isinstance(fault, type) and issubclass(fault, FlowError):
        raise _ending(str(event["message"]), permanent=issubclass(fault, _NEVER_MEND), started=started)
    try:
        return Run.from_event(event)
    except ValueError as error:
        raise FlowPermanentError(f"The trigger's event makes no sense: {error}") from error


def _leaves_doubt(error: FlowError) -> bool:
    """Whether a run may have been started though nobody said so."""
    if isinstance(error, ResponseLostError):
        return error.request.purpose == "start"
    if isinstance(error, UnavailableError):
        turned_away = error.response.status == 429 or (
            error.response.status == 503 and "retry-after" in error.response.headers
        )
        return error.response.request.purpose == "start" and not turned_away
    return isinstance(error, AnswerError) and error.response.request.purpose == "start"


def _ending(text: str, *, permanent: bool, started: bool) -> AirflowException:
    if started:
        return FlowPermanentError(f"{text} {RUN_STARTED}")
    return FlowPermanentError(text) if permanent else FlowUnavailableError(text)

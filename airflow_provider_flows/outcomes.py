"""How a run's end, or a failure on the way there, ends an Airflow task. One place for operator and sensor.

AirflowException
├── FlowRunError            the run ended, and not well
│   ├── FlowRunFailedError
│   ├── FlowRunCancelledError
│   └── FlowRunTimeoutError   it was not over in time
│       └── FlowRunLeftError    and goes on; the next attempt goes on waiting for it
│           └── FlowRunForgottenError  could not know of it, so that there is no next attempt
├── FlowUnavailableError    a passing fault: the task's `retries` apply
└── FlowPermanentError      trying again would fail again, or might start a second run
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException, AirflowSkipException

from airflow_provider_flows.journal.errors import (
    ChangedError,
    DoubtError,
    EndedError,
    JournalUnreadableError,
    SupersededError,
)
from airflow_provider_flows.protocol import errors
from airflow_provider_flows.protocol.errors import (
    CredentialsError,
    FlowError,
    NotFoundError,
    OversizedError,
    RedirectError,
    RefusedError,
    UnavailableError,
    UsageError,
)
from airflow_provider_flows.protocol.retry import retry_after
from airflow_provider_flows.protocol.runs import Run, RunState, sentence

_REFUSALS = (CredentialsError, NotFoundError, RedirectError, RefusedError)
_NEVER_MEND = (
    UsageError,
    OversizedError,
    *_REFUSALS,
    DoubtError,
    ChangedError,
    EndedError,
    SupersededError,
    JournalUnreadableError,
)

NO_JOURNAL = (
    "The run was started, and this Airflow has no task state store (3.3 has) that would tell another attempt "
    "of it, so the task is not tried again: that would start a second run. Look at the run on the platform "
    "(its id is in the task's log and in XCom), then clear the task if it should run again."
)

GOES_ON = (
    "The run may go on: another attempt goes on with it, and FlowRunSensor can wait for it too (the task's "
    "XCom 'handle' names it), while clearing the task starts another run."
)

# Where Airflow has retry policies, ours ends the task at once (`retries.py`), and a user's may say otherwise.
if TYPE_CHECKING or find_spec("airflow.sdk.definitions.retry_policy"):
    _EndsTask = AirflowException
else:
    _EndsTask = AirflowFailException


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


class FlowRunLeftError(FlowRunTimeoutError):
    """The run was not over in time and goes on: another attempt goes on waiting for it."""


class FlowRunForgottenError(FlowRunLeftError, AirflowFailException):
    """The same on an Airflow without a task state store: another attempt would start a second run."""


class FlowUnavailableError(AirflowException):
    """The platform, or Airflow's own store, could not be asked, for a reason that may pass.

    `retry_after` says after how many seconds the platform wants to be asked again, None where it doesn't say.
    """

    fault: type[FlowError] | None = None  # what lay beneath it

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class FlowPermanentError(_EndsTask):
    """Something that another attempt would not mend: the task ends at once, without retries."""

    fault: type[FlowError] | None = None  # what lay beneath it


def check_outcome(
    run: Run, link: str | None = None, *, goes_on: bool = False, forgotten: bool = False
) -> None:
    """Return for a run that succeeded; raise the exception that says how else it ended.

    `goes_on` says that a run which was not over in time was not cancelled, `forgotten` that another attempt
    would not know of it.
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
        left = FlowRunForgottenError if forgotten else FlowRunLeftError
        raise (left if goes_on else FlowRunTimeoutError)(text, run)


@contextmanager
def airflow_errors(*, forgotten: bool = False, noted: bool = False) -> Iterator[None]:
    """Turn our errors into Airflow's: permanent ones end the task, passing ones leave it to its retries.

    `forgotten` says that a run was started of which another attempt would not know, so that nothing may be
    retried any more; `noted` that one was started of which another attempt knows, so that even a refusal is
    worth another one.
    """
    try:
        yield
    except FlowError as error:
        delay = retry_after(error.response, time.time()) if isinstance(error, UnavailableError) else None
        # its causes would fill the log with the same text and with what the libraries say
        raise _ending(str(error), type(error), forgotten=forgotten, noted=noted, delay=delay) from None


def read_event(event: Any, *, forgotten: bool = False, noted: bool = False) -> Run:
    """Return the run that a `FlowRunTrigger` tells of; `forgotten` and `noted` as for `airflow_errors`.

    Raises the fault where it tells of one, and `FlowPermanentError` for what is no event of that trigger.
    """
    fault = getattr(errors, str(event.get("fault")), None) if isinstance(event, Mapping) else None
    if isinstance(fault, type) and issubclass(fault, FlowError):
        raise _ending(str(event["message"]), fault, forgotten=forgotten, noted=noted)
    try:
        return Run.from_event(event)
    except ValueError as error:
        raise FlowPermanentError(f"The trigger's event makes no sense: {error}") from error


def _ending(
    text: str, kind: type[FlowError], *, forgotten: bool, noted: bool, delay: float | None = None
) -> AirflowException:
    error: FlowPermanentError | FlowUnavailableError
    if forgotten:
        error = FlowPermanentError(f"{text} {NO_JOURNAL}")
    elif noted and issubclass(kind, _REFUSALS):
        error = FlowUnavailableError(f"{text} {GOES_ON}", delay)
    elif issubclass(kind, _NEVER_MEND):
        error = FlowPermanentError(text)
    else:
        error = FlowUnavailableError(text, delay)
    error.fault = kind
    return error

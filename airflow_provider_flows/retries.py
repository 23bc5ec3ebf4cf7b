"""Which failures are worth another attempt, as a retry policy of Airflow 3.3 and later.

https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from airflow.providers.common.compat.sdk import AirflowException

from airflow_provider_flows.journal.doubt import leaves_doubt
from airflow_provider_flows.outcomes import FlowPermanentError, FlowUnavailableError, airflow_errors
from airflow_provider_flows.protocol.errors import FlowError

HAS_POLICIES = find_spec("airflow.sdk.definitions.retry_policy") is not None  # Airflow 3.3 and later

if TYPE_CHECKING:
    from airflow.sdk import RetryDecision, RetryPolicy
elif HAS_POLICIES:
    from airflow.sdk import RetryPolicy
else:
    RetryPolicy = object

Verdict = Literal["fail", "retry"]
_VERDICTS: Mapping[type[BaseException], Verdict] = {
    FlowPermanentError: "fail",
    FlowUnavailableError: "retry",
}


class FlowRetryPolicy(RetryPolicy):
    """Ends a task at once for what another attempt would not mend, and keeps a delay that a server names.

    Operators and sensors of this package have it unless they are given another; a task that uses the hook can
    be given it too. What it does not know (a flow that failed, any error of others) follows the task's
    `retries` as ever. Overrides change it by class of exception; the most specific that fits counts:

        RunFlowOperator(
            ...,
            retries=5,
            retry_policy=FlowRetryPolicy({FlowRunFailedError: "fail", CredentialsError: "retry"}),
        )

    The classes are those of `airflow_provider_flows.outcomes`, for what lay beneath a `FlowPermanentError` or
    `FlowUnavailableError` those of `airflow_provider_flows.protocol.errors`, and any others. No override lets
    a task try more often than its `retries` say.

    :param overrides: "fail" or "retry" by class of exception
    :param longest_delay: for how long, in seconds or as a `timedelta`, a server can put a retry off

    Raises `TypeError` for what is no class of exceptions, and `ValueError` for any other word.
    """

    def __init__(
        self,
        overrides: Mapping[type[BaseException], Verdict] | None = None,
        *,
        longest_delay: float | timedelta = timedelta(hours=1),
    ) -> None:
        self._overrides = _checked(overrides or {})
        self._longest_delay = (
            longest_delay if isinstance(longest_delay, timedelta) else timedelta(seconds=longest_delay)
        )

    def __repr__(self) -> str:
        told = ", ".join(f"{kind.__name__}: {verdict!r}" for kind, verdict in self._overrides.items())
        return f"{type(self).__name__}({{{told}}})"

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        """Return what Airflow makes of a failure; it asks on the worker."""
        from airflow.sdk import RetryDecision

        error = _as_airflow_sees_it(exception)
        kinds = _kinds(exception, error)
        verdicts = {**_VERDICTS, **self._overrides}
        kind = next((kind for kind in kinds if kind in verdicts), None)
        if kind is None:
            return RetryDecision.default()
        if verdicts[kind] == "fail":
            return RetryDecision.fail(f"{kinds[0].__name__} is not tried again: that would not mend it")
        delay = self._delay(error)
        wish = f", after the {delay} that the server asked for" if delay is not None else ""
        return RetryDecision.retry(delay, f"{kinds[0].__name__} may pass{wish}")

    def _delay(self, error: BaseException) -> timedelta | None:
        asked: float | None = getattr(error, "retry_after", None)
        if asked is None:
            return None
        return timedelta(seconds=min(asked, self._longest_delay.total_seconds()))


def default_retry_policy() -> FlowRetryPolicy | None:
    """Return the policy of operators and sensors that are given none, None where Airflow has no policies."""
    return FlowRetryPolicy() if HAS_POLICIES else None


def _checked(overrides: Mapping[type[BaseException], Verdict]) -> dict[type[BaseException], Verdict]:
    for kind, verdict in overrides.items():
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            raise TypeError(f"FlowRetryPolicy takes classes of exceptions, not {kind!r}")
        if verdict not in {"fail", "retry"}:
            raise ValueError(f"FlowRetryPolicy takes 'fail' or 'retry' for {kind.__name__}, not {verdict!r}")
    return dict(overrides)


def _as_airflow_sees_it(exception: BaseException) -> BaseException:
    """Return what an operator would have raised for an error of the hook's."""
    if not isinstance(exception, FlowError):
        return exception
    if leaves_doubt(
        exception
    ):  # another start would be a second one; an operator looks into its journal first
        return FlowPermanentError(str(exception))
    try:
        with airflow_errors():
            raise exception
    except AirflowException as error:
        return error


def _kinds(exception: BaseException, error: BaseException) -> list[type]:
    """Return the classes that may have a verdict, the most specific first: the fault's, then its error's."""
    fault = getattr(error, "fault", None) or type(exception)
    ours = [kind for kind in fault.__mro__ if issubclass(kind, FlowError)]
    return [*ours, *type(error).__mro__]

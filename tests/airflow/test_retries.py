"""Which failures are tried again, by the policy alone and in a real Airflow."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowException, BaseOperator
from airflow.sdk import DAG

from airflow_provider_flows.outcomes import (
    FlowPermanentError,
    FlowRunCancelledError,
    FlowRunError,
    FlowRunFailedError,
    FlowUnavailableError,
)
from airflow_provider_flows.protocol.errors import (
    AnswerError,
    CredentialsError,
    FlowError,
    InputsError,
    NotSentError,
    RefusedError,
    ResponseError,
    ResponseLostError,
    UnavailableError,
)
from airflow_provider_flows.protocol.messages import Request, Response
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState
from airflow_provider_flows.retries import HAS_POLICIES, FlowRetryPolicy, default_retry_policy

START = Request(purpose="start", method="POST", url="https://h.invalid/")
STATUS = Request(purpose="status", method="GET", url="https://h.invalid/")
RUN = Run(RunHandle("vishwa", "f", "r"), RunState.FAILED)
FAILED = FlowRunFailedError("failed", RUN)
CANCELLED = FlowRunCancelledError("cancelled", RUN)
RAISED: dict[str, list[BaseException]] = {}


def said(status: int, request: Request = STATUS, **headers: str) -> Response:
    """Return an answer with this status."""
    return Response(
        request=request, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def beneath(error: BaseException, fault: type[FlowError]) -> BaseException:
    """Return an error that says what lay beneath it."""
    error.fault = fault  # type: ignore[attr-defined]  # only ours have it
    return error


def later(delay: float | None) -> FlowUnavailableError:
    """Return a passing error with the delay that a server asked for."""
    error = FlowUnavailableError("away")
    error.retry_after = delay
    return error


class Failing(BaseOperator):
    """Raises the error that the test has laid down for its name, and notes it."""

    def __init__(self, *, error: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.error = error

    def execute(self, context: Any) -> None:
        """Fail."""
        error = ERRORS[self.error or self.task_id]
        RAISED.setdefault(self.task_id, []).append(error)
        raise error


ERRORS: dict[str, BaseException] = {
    "permanent": FlowPermanentError("no"),
    "away": FlowUnavailableError("away"),
    "failed": FAILED,
    "lost": ResponseLostError("a start", START),
}


def test_there_is_a_default_where_airflow_has_policies() -> None:
    """Operators get our policy from Airflow 3.3 on, and none before."""
    assert isinstance(default_retry_policy(), FlowRetryPolicy) is HAS_POLICIES


def test_overrides_are_checked_where_the_dag_is_written() -> None:
    """A word that means nothing, and a key that is no exception, are errors of the DAG file."""
    with pytest.raises(ValueError, match="'fail' or 'retry' for FlowRunFailedError, not 'never'"):
        FlowRetryPolicy({FlowRunFailedError: "never"})  # type: ignore[dict-item]  # that is the point
    for odd in ("FlowRunFailedError", FAILED, int):
        with pytest.raises(TypeError, match="takes classes of exceptions"):
            FlowRetryPolicy({odd: "fail"})  # type: ignore[dict-item]  # that is the point


def test_a_policy_is_the_same_text_each_time() -> None:
    """Airflow compares a DAG's texts to see whether it changed; the policy's has no address in it."""
    assert repr(FlowRetryPolicy()) == "FlowRetryPolicy({})"
    assert (
        repr(FlowRetryPolicy({FlowRunFailedError: "fail"})) == "FlowRetryPolicy({FlowRunFailedError: 'fail'})"
    )


if HAS_POLICIES:  # the rest is about what Airflow does with one
    from airflow.sdk import RetryAction

    FAIL, RETRY, DEFAULT = RetryAction.FAIL, RetryAction.RETRY, RetryAction.DEFAULT

    @pytest.mark.parametrize(
        ("error", "action"),
        [
            (FlowPermanentError("no"), FAIL),
            (FlowUnavailableError("away"), RETRY),
            (FAILED, DEFAULT),
            (CANCELLED, DEFAULT),
            (AirflowException("other"), DEFAULT),
            (ValueError("other"), DEFAULT),
            (KeyboardInterrupt(), DEFAULT),
            # what the hook raises in a task of the user's
            (InputsError("wrong"), FAIL),
            (CredentialsError("no", said(401)), FAIL),
            (RefusedError("no", said(422)), FAIL),
            (UnavailableError("away", said(502)), RETRY),
            (NotSentError("away", START), RETRY),
            (ResponseLostError("gone", STATUS), RETRY),
            (ResponseLostError("gone", START), FAIL),
            (UnavailableError("away", said(502, START)), FAIL),
            (AnswerError("a page", said(200, START)), FAIL),
            (UnavailableError("away", said(429, START)), RETRY),
        ],
        ids=repr,
    )
    def test_each_failure_has_its_verdict(error: BaseException, action: RetryAction) -> None:
        """What would not mend ends the task with a reason, what may pass is retried, all else is default."""
        decision = FlowRetryPolicy().evaluate(error, 1, 3, None)
        assert decision.action is action
        assert decision.retry_delay is None
        assert bool(decision.reason) == (action is not DEFAULT)

    @pytest.mark.parametrize(
        ("asked", "delay"),
        [(None, None), (0.0, 0), (7.5, 7.5), (3600.0, 3600), (9e9, 3600), (float("inf"), 3600)],
    )
    def test_the_servers_delay_is_kept(asked: float | None, delay: float | None) -> None:
        """A delay that the server named replaces the task's, up to a limit; without one the task's holds."""
        decision = FlowRetryPolicy().evaluate(later(asked), 1, 3)
        assert decision.retry_delay == (None if delay is None else timedelta(seconds=delay))
        for limit in (2, timedelta(seconds=2)):
            short = FlowRetryPolicy(longest_delay=limit).evaluate(later(100.0), 1, 3)
            assert short.retry_delay == timedelta(seconds=2)

    def test_a_hooks_own_error_has_its_delay_too() -> None:
        """Retry-After in an answer to the hook of a user's task puts its retry off."""
        error = UnavailableError("busy", said(429, retry_after="42"))
        assert FlowRetryPolicy().evaluate(error, 1, 3).retry_delay == timedelta(seconds=42)

    @pytest.mark.parametrize(
        ("overrides", "error", "action"),
        [
            ({FlowRunFailedError: "fail"}, FAILED, FAIL),
            ({FlowRunFailedError: "fail"}, CANCELLED, DEFAULT),
            ({FlowRunError: "fail"}, CANCELLED, FAIL),
            ({FlowRunError: "fail", FlowRunFailedError: "retry"}, FAILED, RETRY),
            ({FlowRunFailedError: "retry", FlowRunError: "fail"}, FAILED, RETRY),
            ({AirflowException: "fail"}, FAILED, FAIL),
            ({AirflowException: "fail"}, FlowUnavailableError("away"), RETRY),
            ({Exception: "fail"}, ValueError("x"), FAIL),
            ({FlowPermanentError: "retry"}, FlowPermanentError("no"), RETRY),
            ({FlowUnavailableError: "fail"}, FlowUnavailableError("away"), FAIL),
            ({CredentialsError: "retry"}, beneath(FlowPermanentError("no"), CredentialsError), RETRY),
            ({ResponseError: "retry"}, beneath(FlowPermanentError("no"), CredentialsError), RETRY),
            ({CredentialsError: "retry"}, beneath(FlowPermanentError("no"), RefusedError), FAIL),
            ({CredentialsError: "retry"}, CredentialsError("no", said(401)), RETRY),
            ({UnavailableError: "fail"}, beneath(FlowUnavailableError("away"), UnavailableError), FAIL),
        ],
        ids=repr,
    )
    def test_the_most_specific_override_counts(
        overrides: dict[type[BaseException], Any], error: BaseException, action: RetryAction
    ) -> None:
        """An override holds for its class and those below it, and yields to one for a class further down."""
        assert FlowRetryPolicy(overrides).evaluate(error, 1, 3).action is action

    def test_a_dag_with_a_policy_is_stored_and_copied() -> None:
        """Airflow stores DAGs with a policy given to a task, a mapped one or all of them, as a flag alone."""
        from airflow.serialization.serialized_objects import DagSerialization

        policy = FlowRetryPolicy({FlowRunFailedError: "fail"})

        def make() -> DAG:
            with DAG("policies", schedule=None, default_args={"retry_policy": policy, "retries": 2}) as dag:
                Failing(task_id="default")
                Failing(task_id="own", retry_policy=FlowRetryPolicy())
                Failing.partial(task_id="mapped", retry_policy=policy).expand(error=["away", "failed"])
            return dag

        stored = DagSerialization.to_dict(make())
        assert stored == DagSerialization.to_dict(copy.deepcopy(make()))
        again = DagSerialization.from_dict(stored)
        assert {task.task_id: task.has_retry_policy for task in again.tasks} == {
            "default": True,
            "own": True,
            "mapped": True,
        }
        assert "FlowRetryPolicy" not in str(stored)

    def test_airflow_follows_the_policy(run_dag: Callable[..., Any]) -> None:
        """In Airflow's own task runner each failure has as many tries as the policy leaves it."""
        RAISED.clear()

        def tasks() -> None:
            common: dict[str, Any] = {"retries": 1, "retry_policy": FlowRetryPolicy()}
            for name in ("permanent", "away", "lost"):
                Failing(task_id=name, **common)
            strict = FlowRetryPolicy({FlowRunFailedError: "fail", FlowPermanentError: "retry"})
            Failing(task_id="strict", error="failed", retries=1, retry_policy=strict)
            Failing(task_id="patient", error="permanent", retries=1, retry_policy=strict)
            Failing.partial(task_id="mapped", **common).expand(error=["permanent", "away"])

        done = run_dag(tasks)
        assert {task_id: len(raised) for task_id, raised in RAISED.items()} == {
            "permanent": 1,
            "away": 2,
            "lost": 1,
            "strict": 1,
            "patient": 2,
            "mapped": 1 + 2,
        }
        assert set(done.states.values()) == {"failed"}

    def test_airflow_keeps_the_servers_delay(run_dag: Callable[..., Any]) -> None:
        """A retry comes after the server's delay, where the task's own would have kept it waiting."""
        RAISED.clear()
        ERRORS["busy"] = later(0.01)
        own: dict[str, Any] = {
            "retries": 1,
            "retry_delay": timedelta(hours=3),
            "retry_policy": FlowRetryPolicy(),
        }
        run_dag(lambda: Failing(task_id="busy", **own))
        assert len(RAISED["busy"]) == 2

"""Whether a start that failed may have started a run all the same."""

from __future__ import annotations

from airflow_provider_flows.journal.entry import Entry
from airflow_provider_flows.journal.errors import DoubtError
from airflow_provider_flows.protocol.errors import AnswerError, FlowError, ResponseLostError, UnavailableError


def leaves_doubt(error: FlowError) -> bool:
    """Tell whether a run may have been started though nobody said so.

    A lost or unreadable answer leaves doubt, and so does a 5xx: a proxy may have delivered the request before
    it gave up. 429, and 503 with Retry-After, turn a request away.
    """
    if isinstance(error, ResponseLostError):
        return error.request.purpose == "start"
    if not isinstance(error, UnavailableError | AnswerError) or error.response.request.purpose != "start":
        return False
    if isinstance(error, AnswerError):
        return True
    status, headers = error.response.status, error.response.headers
    return status != 429 and not (status == 503 and "retry-after" in headers)


def in_doubt(entry: Entry, flow: str, why: str) -> DoubtError:
    """Return the error of an attempt that finds a start in doubt; it says how to look and how to go on."""
    return DoubtError(
        f"Attempt {entry.try_number} of this task may have started a run of {flow}, and nobody can say: "
        f"{why}. Nothing was started now. {HOW_TO_GO_ON}"
    )


HOW_TO_GO_ON = (
    "Look for the run on the platform. If there is one, let it end and mark this task as it ended, or wait "
    "for it with FlowRunSensor. If there is none, clear the task: that starts a run."
)

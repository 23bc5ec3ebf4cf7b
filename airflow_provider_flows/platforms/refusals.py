"""Turns an answer that says no into the error that says whose fault it is and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from airflow_provider_flows.protocol.errors import (
    AnswerError,
    CredentialsError,
    NotFoundError,
    RedirectError,
    RefusedError,
    ResponseError,
    UnavailableError,
)
from airflow_provider_flows.protocol.messages import Response
from airflow_provider_flows.protocol.retry import PASSING

E = TypeVar("E", bound=ResponseError)

_KINDS: Mapping[int, type[ResponseError]] = {
    401: CredentialsError,
    403: CredentialsError,
    404: NotFoundError,
    429: UnavailableError,
    **dict.fromkeys(PASSING, UnavailableError),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Words for answers that say no, in the name of one platform and one connection."""

    subject: str
    conn_id: str
    credentials: str  # which fields sign in
    hints: Mapping[str, str]  # the spec's own advice by status
    reason: Callable[[Any], str]
    scrub: Callable[[str], str]

    def of(self, response: Response, what: str) -> ResponseError:
        """Return the error for an answer that is not 2xx; `what` names the flow or run that was asked for."""
        if 300 <= response.status < 400:
            return self._redirect(response)
        kind = _KINDS.get(response.status, UnavailableError if response.status >= 500 else RefusedError)
        text = f"{response.request} was answered {response.status}: {self._said(response)}"
        return self._error(kind, f"{text}. {self._advice(response.status, what)}", response)

    def unreadable(self, response: Response, problem: str) -> AnswerError:
        """Return the error for a 2xx answer that does not hold what it should."""
        doubt = " The run may have been started all the same: look for it on the platform before starting it again."
        shown = (
            "(hidden)" if response.request.purpose == "token" else response.excerpt()
        )  # a token may stand in it
        text = f"{response.request} was answered {response.status}, but {problem}: {shown}."
        return self._error(
            AnswerError, text + (doubt if response.request.purpose == "start" else ""), response
        )

    def _error(self, kind: type[E], text: str, response: Response) -> E:
        return kind(self.scrub(f"{self.subject}: {text}"), response)

    def _redirect(self, response: Response) -> ResponseError:
        target = urljoin(response.request.url, response.headers.get("location", ""))
        old, new = urlsplit(response.request.url), urlsplit(target)
        if new.path.endswith(old.path) and new.netloc:
            target = f"{new.scheme}://{new.netloc}{new.path[: len(new.path) - len(old.path)]}"
        text = f"{response.request} was answered {response.status}, a redirect, which is never followed with credentials"
        advice = f"If that is the platform's true address, put {target!r} into the host of connection {self.conn_id!r}."
        return self._error(RedirectError, f"{text}. {advice}", response)

    def _said(self, response: Response) -> str:
        try:
            said = self.reason(response.json())
        except ValueError:
            said = ""
        return said or response.excerpt()

    def _advice(self, status: int, what: str) -> str:
        if advice := self.hints.get(str(status)):
            return advice
        if status == 401:
            return f"Check {self.credentials} of connection {self.conn_id!r}: it was refused or has expired."
        if status == 403:
            return f"{self.credentials} of connection {self.conn_id!r} is known but may not do this: check its rights."
        if status == 404:
            return f"Check that {what} exists there, and the address in connection {self.conn_id!r}."
        if status == 429:
            return "The platform asks for fewer requests; try again later."
        if status >= 500 or status in PASSING:
            return "The fault is the platform's or a proxy's; try again later."
        return f"The platform found the request wrong: check the inputs and options for {what}."

"""Turns an answer that says no into the error that says whose fault it is and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from airflow_provider_flows.protocol.errors import (
    MAY_RUN,
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
from airflow_provider_flows.protocol.secrecy import Scrubber

E = TypeVar("E", bound=ResponseError)

_KINDS: Mapping[int, type[ResponseError]] = {
    401: CredentialsError,
    403: CredentialsError,
    404: NotFoundError,
    429: UnavailableError,
    **dict.fromkeys(PASSING, UnavailableError),
}
_ADVICE: Mapping[int, str] = {
    401: "Check {credentials} of connection {conn_id!r}: it was refused or has expired.",
    403: "Connection {conn_id!r} is known there but may not do this: check the rights of {credentials}.",
    404: "Check that {what} exists there, and the address in connection {conn_id!r}.",
    429: "The platform asks for fewer requests; try again later.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Words for answers that say no, in the name of one platform and one connection."""

    subject: str
    conn_id: str
    credentials: str  # which fields sign in
    hints: Mapping[str, str]  # the spec's own advice by status
    reason: Callable[[Any], Any]
    scrub: Scrubber

    def of(self, response: Response, what: str) -> ResponseError:
        """Return the error for an answer that is not 2xx; `what` names what was asked for."""
        if 300 <= response.status < 400:
            return self._redirect(response)
        status = response.status
        if status == 400 and response.request.purpose == "token":
            status = (
                401  # https://www.rfc-editor.org/rfc/rfc6749#section-5.2 lets a client be refused with either
            )
        kind = _KINDS.get(status, UnavailableError if status >= 500 else RefusedError)
        text = f"{response.request} was answered {response.status}: {self._said(response)}"
        return self._error(kind, f"{text}. {self._advice(response, status, what)}", response)

    def unreadable(self, response: Response, problem: str) -> AnswerError:
        """Return the error for a 2xx answer that does not hold what it should."""
        is_token = response.request.purpose == "token"  # one may stand in the answer, still unknown to us
        shown = "(hidden)" if is_token else self.scrub.shown(response.text) or "(empty)"
        doubt = f" {MAY_RUN}." if response.request.purpose == "start" else ""
        text = f"{response.request} was answered {response.status}, but {problem}: {shown}.{doubt}"
        return self._error(AnswerError, text, response)

    def _redirect(self, response: Response) -> ResponseError:
        text = (
            f"{response.request} was answered {response.status}, a redirect, which is never followed with "
            f"credentials"
        )
        target = _moved_to(response)
        advice = (
            f"If {target} is the platform's true address, put that into connection {self.conn_id!r}"
            if target
            else f"It names no address; check the one in connection {self.conn_id!r}"
        )
        return self._error(RedirectError, f"{text}. {advice}.", response)

    def _said(self, response: Response) -> str:
        try:
            said = self.scrub.shown(self.reason(response.json()))
        except ValueError:
            said = ""
        return said or self.scrub.shown(response.text) or "(empty)"

    def _advice(self, response: Response, status: int, what: str) -> str:
        if advice := self.hints.get(str(status)):
            return advice
        if advice := _ADVICE.get(status):
            return advice.format(credentials=self.credentials, conn_id=self.conn_id, what=what)
        if status >= 500 or status in PASSING:
            turned_away = status == 503 and "retry-after" in response.headers
            if response.request.purpose == "start" and not turned_away:
                return f"{MAY_RUN}."
            return "The fault is the platform's or a proxy's; try again later."
        return f"The platform found the request wrong: check the inputs and options for {what}."

    def _error(self, kind: type[E], text: str, response: Response) -> E:
        return kind(self.scrub(f"{self.subject}: {text}"), response)


def _moved_to(response: Response) -> str:
    """Return the base of the address that a redirect names, empty when it names none."""
    old, location = response.request.url, response.headers.get("location", "").strip()
    try:
        new = urlsplit(urljoin(old, location))
    except ValueError:
        return ""
    if not location or new.scheme not in {"http", "https"}:
        return ""
    return f"{new.scheme}://{new.netloc.rpartition('@')[2]}{new.path.removesuffix(urlsplit(old).path)}"

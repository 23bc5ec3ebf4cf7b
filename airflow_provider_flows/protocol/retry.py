"""Which request may be sent again, and when."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from airflow_provider_flows.protocol.errors import NotSentError, OversizedError, TransportError
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, pause

PASSING = frozenset({408, 425, 500, 502, 503, 504})
LONGEST_RETRY_AFTER = 300.0  # seconds
_TURNED_AWAY = frozenset({429, 503})


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Says after how many seconds a request is sent again, or that it is not.

    No platform has idempotency keys, so a start is repeated only when it surely took no effect: it never
    arrived, or the platform turned it away with 429, or with 503 *and* Retry-After. A bare 503 may come
    from a proxy that had already delivered the request. What is harmless (GET) is repeated on any
    passing fault. Seconds throughout; `jitter` returns a number from 0 to 1.
    """

    attempts: int = 5
    first_delay: float = 1.0
    longest_delay: float = 30.0
    longest_retry_after: float = LONGEST_RETRY_AFTER
    jitter: Callable[[], float] = random.random

    def delay_after(
        self, outcome: Response | TransportError, attempt: int, now: float, request: Request
    ) -> float | None:
        """Return the seconds to wait before the next attempt, None when there must be none."""
        if attempt >= self.attempts or not self._may_repeat(outcome, request):
            return None
        if isinstance(outcome, Response) and (asked := retry_after(outcome, now)) is not None:
            return min(asked, self.longest_retry_after) + self.jitter() * self.first_delay
        ceiling: float = min(self.first_delay * 2 ** (attempt - 1), self.longest_delay)
        return ceiling * (0.5 + self.jitter() / 2)

    def _may_repeat(self, outcome: Response | TransportError, request: Request) -> bool:
        if isinstance(outcome, OversizedError):
            return False
        if isinstance(outcome, TransportError):
            return request.is_repeatable or isinstance(outcome, NotSentError)
        if outcome.status == 429:
            return True
        if outcome.status == 503 and "retry-after" in outcome.headers:
            return True
        return request.is_repeatable and outcome.status in PASSING


def insist(
    request: Request,
    send: Callable[[Request], Exchange[Response]],
    policy: RetryPolicy,
    clock: Callable[[], float],
    until: float = math.inf,
) -> Exchange[Response]:
    """Send a request as often as the policy allows, and return the last answer or raise the last fault.

    No attempt begins after `until`, in seconds since the epoch: what Retry-After asks for is slept till then.
    """
    attempt = 1
    while True:
        try:
            outcome: Response | TransportError = yield from send(request)
        except TransportError as error:
            if error.request.purpose != request.purpose:  # signing in failed, and has insisted already
                raise
            outcome = error
        delay = policy.delay_after(outcome, attempt, clock(), request)
        if delay is None:
            break
        yield from pause(min(delay, until - clock()))
        if clock() >= until:
            break
        attempt += 1
    if isinstance(outcome, TransportError):
        raise outcome
    return outcome


def wished_hold(response: Response, now: float, longest: float) -> float:
    """Return for how many seconds nothing more should be sent: what a 429 or 503 asks for in Retry-After."""
    if response.status not in _TURNED_AWAY:
        return 0.0
    return min(retry_after(response, now) or 0.0, longest)


def retry_after(response: Response, now: float) -> float | None:
    """Return the seconds that Retry-After asks for (RFC 9110 §10.2.3: a number or a date), if any."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=timezone.utc)
    return max(0.0, (date - datetime.fromtimestamp(now, timezone.utc)).total_seconds())

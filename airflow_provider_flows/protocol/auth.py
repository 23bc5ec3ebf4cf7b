"""Ways to sign in, as conversations, so that each exists once for workers and triggerer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace

from airflow_provider_flows.protocol.messages import Exchange, Request, Response, ask, pause

RENEW_EARLY = 30.0  # seconds; Keycloak's tokens live five minutes unless told otherwise
UNSAID_LIFETIME = 60.0  # seconds, for a token that comes without `expires_in`


class Auth(ABC):
    """Sends requests in somebody's name."""

    @abstractmethod
    def send(self, request: Request) -> Exchange[Response]:
        """Send one signed request and return its answer."""

    @abstractmethod
    def headers(self) -> Exchange[Mapping[str, str]]:
        """Return the headers that sign a request, for a user's own calls."""


class HeaderAuth(Auth):
    """Signs each request with fixed headers."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def send(self, request: Request) -> Exchange[Response]:
        """Send the request with the headers added."""
        return (yield from ask(signed(request, self._headers)))

    def headers(self) -> Exchange[Mapping[str, str]]:
        """Return the fixed headers, without a word to anyone."""
        yield from pause(0)
        return self._headers


class ClientCredentialsAuth(Auth):
    """Takes out a token when none is fresh, and once more on a 401: client credentials of RFC 6749 §4.4.

    `token_request` is sent as it is; `read_token` returns the token and its lifetime in seconds (None when
    unsaid), and raises on an answer that holds none. `clock` gives seconds.
    """

    def __init__(
        self,
        token_request: Request,
        read_token: Callable[[Response], tuple[str, float | None]],
        *,
        clock: Callable[[], float],
        send: Callable[[Request], Exchange[Response]] = ask,
    ) -> None:
        self._token_request = token_request
        self._read_token = read_token
        self._clock = clock
        self._send = send
        self._token = ""
        self._stale_at = float("-inf")

    def send(self, request: Request) -> Exchange[Response]:
        """Send the request with a fresh token."""
        if self._clock() >= self._stale_at:
            yield from self._renew()
        used = self._token
        response = yield from ask(signed(request, self._bearer()))
        if response.status != 401:
            return response
        if self._token == used:  # another conversation may have renewed it meanwhile
            yield from self._renew()
        # what was refused was not carried out, so even a start may go again
        return (yield from ask(signed(request, self._bearer())))

    def headers(self) -> Exchange[Mapping[str, str]]:
        """Return the Authorization header with a fresh token."""
        if self._clock() >= self._stale_at:
            yield from self._renew()
        return self._bearer()

    def _bearer(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def _renew(self) -> Exchange[None]:
        response = yield from self._send(self._token_request)
        self._token, lifetime = self._read_token(response)
        lifetime = UNSAID_LIFETIME if lifetime is None else lifetime
        self._stale_at = self._clock() + max(lifetime - RENEW_EARLY, lifetime / 2)


def signed(request: Request, headers: Mapping[str, str]) -> Request:
    """Return the request with more headers."""
    return replace(request, headers={**request.headers, **headers})

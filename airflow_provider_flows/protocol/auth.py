"""Ways to sign in, as conversations, so that each exists once for workers and triggerer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from airflow_provider_flows.protocol.errors import ResponseError, TransportError
from airflow_provider_flows.protocol.messages import (
    Exchange,
    Request,
    Response,
    Signal,
    ask,
    happened,
    pause,
)

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

    def ahead(self, request: Request) -> Request | None:
        """Return a request signed for good, to be sent as it is; None where each sending is signed anew."""
        return None


class HeaderAuth(Auth):
    """Signs each request with fixed headers."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)
        self._joined: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}

    def send(self, request: Request) -> Exchange[Response]:
        """Send the request with the headers added."""
        return ask(self.ahead(request))

    def ahead(self, request: Request) -> Request:
        """Return the request with the headers added."""
        return replace(request, headers=self._signed(request.headers))

    def headers(self) -> Exchange[Mapping[str, str]]:
        """Return the fixed headers, without a word to anyone."""
        yield from pause(0)
        return self._headers

    def _signed(self, own: Mapping[str, str]) -> Mapping[str, str]:
        """Return headers with ours added: one mapping for all requests with the same ones."""
        return self._joined.setdefault(tuple(own.items()), {**own, **self._headers})


class TokenAuth(Auth):
    """Takes out a token when none is fresh, and once more on a 401.

    All conversations share the token. One of them takes it out while the others wait, and what it meets they
    meet too. `token_request` is sent as it is; `read_token` returns the token and its lifetime in seconds
    (None when unsaid), and raises on an answer that holds none. `clock` gives seconds.
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
        self._renewal: _Renewal | None = None

    def send(self, request: Request) -> Exchange[Response]:
        """Send the request with a fresh token."""
        yield from self._refresh()
        headers: _Bearing | None
        headers, ours = request.kept(self) or (None, request)
        request.keep(self, None)  # lest another conversation about it overwrites what this one has shown
        if headers is None:
            headers = _Bearing(request.headers, self._bearer)
            ours = replace(request, headers=headers)
        response = yield from ask(ours)
        if response.status != 401:
            request.keep(self, (headers, ours))
            return response
        yield from self._refresh(headers.last)
        # what was refused was not carried out, so even a start may go again
        return (yield from ask(ours))

    def headers(self) -> Exchange[Mapping[str, str]]:
        """Return the Authorization header with a fresh token."""
        yield from self._refresh()
        return self._bearer()

    def _bearer(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def _refresh(self, refused: Mapping[str, str] | None = None) -> Exchange[None]:
        """Take out a token if none is fresh, or if the one that we have was just refused."""
        while self._clock() >= self._stale_at or self._bearer() == refused:
            if (renewal := self._renewal) is None:
                yield from self._renew()
                return
            yield from happened(renewal.end)
            if renewal.fault is not None:
                raise _again(renewal.fault)
            if renewal.is_done:
                return  # even if the new one is stale by now: it was the freshest that there was

    def _renew(self) -> Exchange[None]:
        renewal = self._renewal = _Renewal()
        try:
            response = yield from self._send(self._token_request)
            self._token, lifetime = self._read_token(response)
            lifetime = UNSAID_LIFETIME if lifetime is None else lifetime
            self._stale_at = self._clock() + max(lifetime - RENEW_EARLY, lifetime / 2)
            renewal.is_done = True
        except Exception as fault:
            renewal.fault = fault
            raise
        finally:  # also when whoever renews it is called off: then another one does it
            self._renewal = None
            renewal.end.set()


class _Renewal:
    """A token that is being taken out."""

    def __init__(self) -> None:
        self.end = Signal()
        self.is_done = False
        self.fault: Exception | None = None


class _Bearing(Mapping[str, str]):
    """Headers that are signed when they are read: a turn to send may come after a token's time."""

    def __init__(self, own: Mapping[str, str], signature: Callable[[], Mapping[str, str]]) -> None:
        self._own = own
        self._signature = signature
        self.last: Mapping[str, str] = {}

    def __getitem__(self, name: str) -> str:
        return self._signed()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._signed())

    def __len__(self) -> int:
        return len(self._signed())

    def _signed(self) -> Mapping[str, str]:
        self.last = self._signature()
        return {**self._own, **self.last}


def _again(fault: Exception) -> Exception:
    """Return the same fault for another conversation, so that each has a traceback of its own."""
    if isinstance(fault, TransportError):
        return type(fault)(str(fault), fault.request, fault.sent_at)
    if isinstance(fault, ResponseError):
        return type(fault)(str(fault), fault.response)
    return fault


def signed(request: Request, headers: Mapping[str, str]) -> Request:
    """Return the request with more headers."""
    return replace(request, headers={**request.headers, **headers})

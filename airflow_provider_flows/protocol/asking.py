"""Asking how one run stands, again and again, with all that stays the same made once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING

from airflow_provider_flows.protocol.errors import TransportError
from airflow_provider_flows.protocol.messages import Exchange, Request, ask
from airflow_provider_flows.protocol.retry import insist
from airflow_provider_flows.protocol.runs import Run, RunHandle
from airflow_provider_flows.protocol.together import Member, Send

if TYPE_CHECKING:
    from airflow_provider_flows.protocol.api import FlowApi

_SHORT = 256  # bytes; a longer answer is remembered by its digest, since thousands of runs may be waited for


class Asking:
    """Each call is one question; it raises what the platform's reader raises.

    The request is built anew only when the connection was read anew, and the answer is read only when its
    status or its bytes are not those of the last one. A listing that several questions share may answer it.
    """

    __slots__ = ("_api", "_handle", "_member", "_request", "_run", "_said", "_send", "_until")

    def __init__(self, api: FlowApi, handle: RunHandle, until: float) -> None:
        self._api = api
        self._handle = handle
        self._until = until
        self._request: Request | None = None
        self._member: Member | None = None
        self._send: Send | None = None
        self._said: tuple[int, bytes] | None = None
        self._run: Run | None = None

    def __call__(self) -> Exchange[Run]:
        """Ask once; nothing is repeated after `until`."""
        if (newer := self._api.newer()) is not None:
            self._api, self._request, self._said = newer, None, None
        if self._request is None:
            self._request = self._prepared()
        if self._member is not None and (run := (yield from self._member.told())) is not None:
            return run
        api, send = self._api, self._send or self._api.platform.auth.send
        try:  # and not `call`: each generator less counts where thousands wait for their turns
            response = yield from insist(self._request, send, api.retry, api.clock, self._until)
        except TransportError as error:
            raise api.explained(error) from error
        if self._member is not None and self._member.run is not None:
            return self._member.run
        said = response.status, _short(response.body)
        if self._run is None or said != self._said:
            self._run = api.platform.read_status(self._handle, response)
            self._said = said
        return self._run

    def _prepared(self) -> Request:
        api = self._api
        request = api.status_request(self._handle)
        self._member = member = api.together.member(self._handle, request) if api.together else None
        if member is not None:
            request = replace(request, at_turn=member.at_turn)
        signed = api.platform.auth.ahead(request)
        send = None if signed is None else ask
        if member is not None:
            self._send = partial(member.send, send=send or api.platform.auth.send)
        else:
            self._send = send
        return signed or request


def _short(body: bytes) -> bytes:
    return body if len(body) <= _SHORT else blake2b(body, digest_size=32).digest()

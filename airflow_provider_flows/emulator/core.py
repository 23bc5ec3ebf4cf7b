"""The emulator without a network: one function from a request to its answer, and what it remembers.

Nothing here reads a clock, opens a socket or starts a thread; the clock is given.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace

from airflow_provider_flows.emulator.blinkops import BlinkOps
from airflow_provider_flows.emulator.callbacks import Callback, Callbacks
from airflow_provider_flows.emulator.config import EmulatorConfig
from airflow_provider_flows.emulator.control import Control
from airflow_provider_flows.emulator.faults import Fault, Faults, RateLimiter
from airflow_provider_flows.emulator.flows import Flow
from airflow_provider_flows.emulator.platform import Platform
from airflow_provider_flows.emulator.records import KEPT_REQUESTS, RecordedRequest
from airflow_provider_flows.emulator.routing import Call, Refused, Route, Router, read_query
from airflow_provider_flows.emulator.runs import RunRecord, record_of
from airflow_provider_flows.emulator.scade import Scade
from airflow_provider_flows.emulator.unitelabs import UniteLabs
from airflow_provider_flows.emulator.vishwa import Vishwa
from airflow_provider_flows.emulator.wire import Json, WireAnswer, WireRequest, json_answer
from airflow_provider_flows.emulator.wisebot import Wisebot
from airflow_provider_flows.emulator.world import Upload, World

__all__ = ["EmulatorCore", "WireAnswer", "WireRequest"]

_NOT_FOUND = json_answer(404, {"detail": "Not Found"})  # Invented: the body for an unknown path


class EmulatorCore:
    """Answers requests to all five platforms and remembers them. Safe to use from several threads.

    ``clock`` returns the time in seconds since 1970.
    """

    def __init__(self, config: EmulatorConfig | None = None, clock: Callable[[], float] = time.time) -> None:
        self.config = config or EmulatorConfig()
        self._clock = clock
        self._lock = threading.RLock()
        self._world = World(self.config)
        self._platforms: dict[str, Platform] = {
            kind.name: kind(self._world) for kind in (UniteLabs, Scade, BlinkOps, Wisebot, Vishwa)
        }
        self._router = Router(
            (name, route) for name, platform in self._platforms.items() for route in platform.routes()
        )
        self._faults = Faults()
        self._limiter = RateLimiter(self.config.rate_limit)
        self._callbacks = Callbacks(self._world)
        self._control = Control(self)
        self._requests: deque[RecordedRequest] = deque(maxlen=KEPT_REQUESTS)

    def handle(self, request: WireRequest) -> WireAnswer:
        """Answer one request; what it does is done when this returns, whatever the answer's delay."""
        if self._control.owns(request):
            return self._control.answer(request)
        with self._lock:
            now = self._clock()
            matches = self._router.matches(request.raw_path)
            fitting = [match for match in matches if match[1].method == request.method]
            if not fitting:
                return self._record(request, now, self._no_route(matches))
            platform, route, params = fitting[0]
            call = Call(request, now, params, read_query(request.raw_path))
            return self._serve(self._platforms[platform], route, call)

    def flow(self, platform: str, flow_id: str, **behaviour: Json) -> Flow:
        """Add a flow, or change a known one for its runs to come. Raises ``ValueError``."""
        with self._lock:
            return self._world.set_flow(platform, flow_id, **behaviour)

    def fault(
        self,
        kind: str,
        *,
        platform: str | None = None,
        operation: str | None = None,
        flow_id: str | None = None,
        times: int = 1,
        **details: Json,
    ) -> None:
        """Spoil the next ``times`` requests that fit. Raises ``ValueError`` for what does not exist."""
        with self._lock:
            self._faults.add(
                kind, platform=platform, operation=operation, flow_id=flow_id, times=times, **details
            )

    @property
    def requests(self) -> list[RecordedRequest]:
        """Return every request to a platform so far, oldest first."""
        with self._lock:
            return list(self._requests)

    @property
    def uploads(self) -> list[Upload]:
        """Return every uploaded file so far, oldest first."""
        with self._lock:
            return list(self._world.uploads)

    def runs(self, platform: str | None = None, flow_id: str | None = None) -> list[RunRecord]:
        """Return the runs started so far with their state at this moment, oldest first."""
        with self._lock:
            now = self._clock()
            records = [record_of(run, now) for run in self._world.runs]
        return [
            record
            for record in records
            if platform in (None, record.platform) and flow_id in (None, record.flow_id)
        ]

    def count_starts(self) -> dict[tuple[str, str], int]:
        """Return how many runs of each ``(platform, flow_id)`` took effect."""
        return dict(Counter((run.platform, run.flow_id) for run in self.runs()))

    def credentials(self, endpoint: str) -> set[str]:
        """Return every credential that was shown at an endpoint such as ``wisebot/webhook``."""
        seen = (request for request in self.requests if request.endpoint == endpoint)
        return {credential for request in seen for credential in request.credentials}

    def reset(self) -> None:
        """Forget requests, runs, tokens, uploads, faults and added flows."""
        with self._lock:
            self._world.reset()
            self._faults.clear()
            self._requests.clear()

    def next_callback_in(self) -> float | None:
        """Return in how many seconds the next run with a callback ends, or ``None``."""
        with self._lock:
            return self._callbacks.next_in(self._clock())

    def due_callbacks(self) -> list[Callback]:
        """Return the callbacks of runs that ended and were not handed out before."""
        with self._lock:
            return self._callbacks.take_due(self._clock())

    def _serve(self, platform: Platform, route: Route, call: Call) -> WireAnswer:
        flow_id = self._flow_id(platform, call)
        fault = self._faults.take(platform.name, route.operation, flow_id)
        if fault and fault.kind == "expire_tokens":
            self._world.tokens.clear()
            fault = None
        before = len(self._world.runs)
        answer = self._outcome(platform, route, call, fault)
        started = self._world.runs[before:]
        run_id = started[0].id if started else call.params.get("run")
        answer = replace(answer, delay=answer.delay + self.config.latency)
        return self._record(
            call.request,
            call.now,
            answer,
            platform=platform.name,
            operation=route.operation,
            endpoint=f"{platform.name}/{route.endpoint}",
            flow_id=flow_id,
            run_id=run_id,
        )

    def _outcome(self, platform: Platform, route: Route, call: Call, fault: Fault | None) -> WireAnswer:
        if fault and not fault.comes_after:
            return fault.spoil(WireAnswer(200), platform.run_id_field)
        refusal = self._limiter.refusal(platform.name, call.now)
        answer = refusal or _ask(platform, route, call)
        return fault.spoil(answer, platform.run_id_field) if fault else answer

    def _flow_id(self, platform: Platform, call: Call) -> str | None:
        named = call.params.get("flow") or call.query.get("workflowId")
        run = self._world.run(platform.name, call.params.get("run", ""))
        return named or (run.flow.flow_id if run else None)

    def _no_route(self, matches: list[tuple[str, Route, dict[str, str]]]) -> WireAnswer:
        """Answer 405 when the path exists with other methods, else 404."""
        if not matches:
            return _NOT_FOUND
        allowed = ", ".join(sorted({route.method for _, route, _ in matches}))
        refused = Refused(405, "Method Not Allowed", headers={"Allow": allowed})
        return _refusal(self._platforms[matches[0][0]], refused)

    def _record(
        self, request: WireRequest, now: float, answer: WireAnswer, **known: str | None
    ) -> WireAnswer:
        self._requests.append(RecordedRequest.of(request, now, answer, **known))
        return answer


def _ask(platform: Platform, route: Route, call: Call) -> WireAnswer:
    try:
        return route.handler(call)
    except Refused as refused:
        return _refusal(platform, refused)


def _refusal(platform: Platform, refused: Refused) -> WireAnswer:
    return json_answer(refused.status, platform.error_body(refused), refused.headers)

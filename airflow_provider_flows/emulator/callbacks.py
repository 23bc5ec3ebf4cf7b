"""BlinkOps' callbacks: what is to be sent when a run ends. The server's front sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from airflow_provider_flows.emulator.blinkops_executions import STATE_UI
from airflow_provider_flows.emulator.runs import Run
from airflow_provider_flows.emulator.wire import Json, is_loopback
from airflow_provider_flows.emulator.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """Holds one request the emulator is to make."""

    run_id: str
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    cookies: Mapping[str, str] = field(repr=False)
    body: Mapping[str, Json] = field(repr=False)
    disable_ssl: bool

    @property
    def is_loopback(self) -> bool:
        """Tell whether the address is this machine's own: no other is ever called."""
        host = urlsplit(self.url).hostname or ""
        return host == "localhost" or is_loopback(host)


class Callbacks:
    """Knows which ended runs still have a callback to be sent."""

    def __init__(self, world: World) -> None:
        self._world = world

    def next_in(self, now: float) -> float | None:
        """Return the seconds until the next callback is due, or ``None`` if none will be."""
        soonest = min((run.ends_at for run in self._world.callers), default=None)
        return None if soonest is None else max(soonest - now, 0.0)

    def take_due(self, now: float) -> list[Callback]:
        """Return the callbacks of runs that are over, each only once."""
        due = [run for run in self._world.callers if run.is_over(now)]
        self._world.callers = [run for run in self._world.callers if not run.is_over(now)]
        return [_callback(run, now) for run in due]


def _callback(run: Run, now: float) -> Callback:
    wanted = run.body["callback"]
    body = dict(wanted.get("body", {}))
    if not wanted.get("excludeDefaultMetadata", False):
        # Invented: nothing public says what the default metadata is
        body |= {
            "execution_id": run.id,
            "playbook_id": run.flow.flow_id,
            "state": STATE_UI[run.state(now)],
        }
    return Callback(
        run_id=run.id,
        method=wanted.get("method") or "POST",
        url=wanted["url"],
        headers={name: str(value) for name, value in wanted.get("headers", {}).items()},
        cookies={name: str(value) for name, value in wanted.get("cookies", {}).items()},
        body=body,
        disable_ssl=wanted.get("disableSSL", False),
    )

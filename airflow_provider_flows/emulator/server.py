"""The emulator on a socket, in a thread of its own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from types import TracebackType

from airflow_provider_flows.emulator.config import EmulatorConfig
from airflow_provider_flows.emulator.connections import airflow_connections
from airflow_provider_flows.emulator.core import EmulatorCore
from airflow_provider_flows.emulator.flows import Flow
from airflow_provider_flows.emulator.front import Front
from airflow_provider_flows.emulator.records import RecordedRequest
from airflow_provider_flows.emulator.runs import RunRecord
from airflow_provider_flows.emulator.wire import Json


class FlowEmulator:
    """Serves all five platforms on one port while its ``with`` block lasts.

    ``port=0`` takes a free port. With ``ssl_context`` it speaks https. Raises ``OSError`` when the
    address cannot be had.
    """

    def __init__(
        self,
        config: EmulatorConfig | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.core = EmulatorCore(config)
        self._front = Front(self.core, ssl_context)
        self._host = host
        self._port = port
        self._failure: Exception | None = None
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="flow-emulator", daemon=True)

    def __enter__(self) -> FlowEmulator:
        """Start serving and return when the port is open."""
        self._thread.start()
        self._listening.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop serving; answers that are still waited for are dropped."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return self._front.port

    @property
    def url(self) -> str:
        """Return the address, without a slash at its end."""
        return self._front.url

    @property
    def requests(self) -> list[RecordedRequest]:
        """Return every request so far, oldest first."""
        return self.core.requests

    def runs(self, platform: str | None = None, flow_id: str | None = None) -> list[RunRecord]:
        """Return the runs so far with their state at this moment, oldest first."""
        return self.core.runs(platform, flow_id)

    def flow(self, platform: str, flow_id: str, **behaviour: Json) -> Flow:
        """Add a flow or change a known one; see ``docs/emulator.md`` for the knobs."""
        return self.core.flow(platform, flow_id, **behaviour)

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
        """Spoil the next requests that fit; see ``docs/emulator.md`` for the kinds."""
        self.core.fault(kind, platform=platform, operation=operation, flow_id=flow_id, times=times, **details)

    def connections(self) -> dict[str, dict[str, Json]]:
        """Return an Airflow connection to this emulator for each platform, by its id."""
        return airflow_connections(self.url, self.core.config)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as failure:  # noqa: BLE001 - raised again in the thread that waits
            self._failure = failure
        finally:
            self._listening.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with self._front.serving(self._host, self._port):
            self._listening.set()
            await self._stop.wait()

"""The real Airflow of the bench: each part leads a process group and can be killed and restarted."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

import psutil

from airflow_provider_flows.demo.processes import Process, Processes

_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    # The log files lie where the API server reads them, so that nobody has to serve them.
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer-1": ("triggerer", "--skip-serve-logs"),
    "triggerer-2": ("triggerer", "--skip-serve-logs"),
}
TRIGGERERS = ("triggerer-1", "triggerer-2")


class Cluster:
    """Starts the parts of one Airflow and does to them what happens to parts of an Airflow."""

    def __init__(self, processes: Processes, environment: Mapping[str, str]) -> None:
        self._processes = processes
        self._environment = environment
        self._parts: dict[str, Process] = {}
        self._starts = 0

    def start(self, name: str) -> int:
        """Start a part, or start it again, and return its pid."""
        self._starts += 1
        module = ("airflow", *_ARGUMENTS[name])
        self._parts[name] = self._processes.start(f"{name}.{self._starts:02}", module, self._environment)
        return self.pid(name)

    def pid(self, name: str) -> int:
        """Return the pid of a part, which is its process group too."""
        return self._parts[name].popen.pid

    def lives(self, name: str) -> bool:
        """Tell whether a part still runs."""
        return name in self._parts and self._parts[name].popen.poll() is None

    def kill(self, name: str) -> int:
        """Kill a part with all that it started (kill -9) and return its pid."""
        pid = self.pid(name)
        os.killpg(pid, signal.SIGKILL)
        self._parts[name].popen.wait()
        return pid

    def kill_alone(self, name: str) -> int:
        """Kill the one process of a part; what it started lives on, as after a crash."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        self._parts[name].popen.wait()
        return pid

    def stop(self, name: str, seconds: float = 60.0) -> int:
        """Ask a part to end (SIGTERM), wait for it, and return its exit status."""
        part = self._parts[name].popen
        part.terminate()
        try:
            return part.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill(name)
            raise RuntimeError(f"{name} did not end within {seconds:.0f} s of SIGTERM") from None

    def children(self, name: str) -> list[int]:
        """Return the pids of the processes that a part started."""
        return [child.pid for child in psutil.Process(self.pid(name)).children(recursive=True)]

    def dead(self) -> list[str]:
        """Name the parts that have ended by themselves."""
        return [name for name in self._parts if not self.lives(name)]

    def revive(self) -> list[str]:
        """Start again what has ended, as a service manager does, and name it."""
        ended = self.dead()
        for name in ended:
            self.start(name)
        return ended

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to the one process of a part."""
        os.kill(self.pid(name), number)


def wait_until(ready: Callable[[], bool], seconds: float, what: str, every: float = 0.2) -> None:
    """Wait until something is so; raises `TimeoutError` that says what was waited for."""
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(every)


def gone(pids: Sequence[int], seconds: float = 5.0) -> bool:
    """Tell whether processes have ended."""

    def ended() -> bool:
        return not any(_runs(pid) for pid in pids)

    try:
        wait_until(ended, seconds, "the end of processes", every=0.05)
    except TimeoutError:
        return False
    return True


def kill_pids(pids: Sequence[int]) -> None:
    """Kill single processes; those that are gone already don't matter."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _runs(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits to be reaped does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False

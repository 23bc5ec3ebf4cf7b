"""The processes that the demo starts: each leads a process group, and none outlives the demo."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType

from airflow_provider_flows.demo.failures import DemoError

# The triggerer can take 10 and more, though it has nothing to save; the others need 2.
_SECONDS_TO_STOP = 5.0


@dataclass(frozen=True, slots=True)
class Process:
    """One started process; `log` is the file of its output, or None where that goes to ours."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path | None


class Processes:
    """Starts Python modules, notices when one ends, and stops all of them at the end of its `with` block."""

    def __init__(self, log_folder: Path | None, seconds_to_stop: float = _SECONDS_TO_STOP) -> None:
        self._seconds_to_stop = seconds_to_stop
        self._log_folder = log_folder
        self._running: list[Process] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, module: Iterable[str], environment: Mapping[str, str]) -> Process:
        """Start `python -m <module> ...` in a process group of its own."""
        log = self._log_folder / f"{name}.log" if self._log_folder else None
        # An interrupt after the process has begun, but before it is known here, would leave it behind.
        with contextlib.ExitStack() as stack, _interrupts_deferred():
            output = stack.enter_context(log.open("wb")) if log else None
            popen = subprocess.Popen(
                [sys.executable, "-m", *module],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
            )
            process = Process(name, popen, log)
            self._running.append(process)
        return process

    def run(self, name: str, module: Iterable[str], environment: Mapping[str, str]) -> None:
        """Start a module and wait until it has ended well; raise DemoError with its output if it hasn't."""
        process = self.start(name, module, environment)
        status = process.popen.wait()
        self._running.remove(process)
        if status:
            raise DemoError(f"{name} ended with status {status}{_tail(process)}")

    def check(self) -> None:
        """Raise DemoError if a process has ended that should still run."""
        for process in self._running:
            if (status := process.popen.poll()) is not None:
                raise DemoError(f"{process.name} ended with status {status}{_tail(process)}")

    def stop(self) -> None:
        """Ask every process to end, wait a while, and kill what is left of their groups."""
        # A second Ctrl-C must not leave half of them behind.
        with _interrupts_handled(signal.SIG_IGN):
            for process in self._running:
                process.popen.terminate()
            deadline = time.monotonic() + self._seconds_to_stop
            for process in self._running:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.popen.wait(max(0.0, deadline - time.monotonic()))
            for process in self._running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.popen.pid, signal.SIGKILL)
                process.popen.wait()
            self._running.clear()


@contextlib.contextmanager
def _interrupts_deferred() -> Iterator[None]:
    """Let a Ctrl-C or SIGTERM that comes meanwhile take effect at the end of the block."""
    came: list[int] = []
    with _interrupts_handled(lambda number, _: came.append(number)):
        yield
    for number in came:
        signal.raise_signal(number)


@contextlib.contextmanager
def _interrupts_handled(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> Iterator[None]:
    kept = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, before in kept.items():
            signal.signal(number, before)


def _tail(process: Process, lines: int = 30) -> str:
    if not process.log:
        return ""
    last = process.log.read_text(errors="replace").splitlines()[-lines:]
    return "; the end of its output:\n" + "\n".join(f"  {line}" for line in last)

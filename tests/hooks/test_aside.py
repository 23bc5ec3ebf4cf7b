"""Log lines that no event loop waits for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial

import pytest

from airflow_provider_flows.aside import Aside, Pipe, written


class _Blocked:
    """A logger that nobody reads until it is let go."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.is_read = threading.Event()

    def info(self, text: str, *values: object) -> None:
        assert self.is_read.wait(20)
        self.lines.append(text % values)

    warning = info


def test_the_loop_goes_on_while_nobody_reads() -> None:
    """Lines wait for their reader, the loop doesn't; then all are there, in their order."""
    log = _Blocked()

    async def work() -> list[str]:
        aside = Aside(log)
        aside.info("first %s", 1)
        aside.warning("second")
        await asyncio.sleep(0)
        before = list(log.lines)
        log.is_read.set()
        await written()
        return before

    assert asyncio.run(work()) == []
    assert log.lines == ["first 1", "second"]


def test_without_a_loop_a_line_is_written_at_once() -> None:
    """A worker's lines stand where they were logged."""
    log = _Blocked()
    log.is_read.set()
    Aside(log).info("now")
    assert log.lines == ["now"]


class _Time:
    """A clock that a line and a sleep move on."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def line(self, takes: float) -> Callable[[], None]:
        def write() -> None:
            self.now += takes

        return write


def test_a_line_that_waited_for_its_reader_leaves_the_pipe_to_others() -> None:
    """The next line comes ten times as late as this one had to wait, two seconds at most; else at once."""
    time = _Time()
    pipe = Pipe(time.clock, time.sleep)
    for takes in (0.01, 0.1, 5.0):
        pipe.write(time.line(takes), time.now, may_drop=True)
    assert time.slept == pytest.approx([1.0, 2.0])


def test_lines_that_come_too_late_are_left_out_but_warnings_are_not(caplog: pytest.LogCaptureFixture) -> None:
    """How many were left out is told once, before the next line."""
    time, lines = _Time(), list[str]()
    pipe = Pipe(time.clock, time.sleep)
    logged = time.now
    time.now += 5.1
    for text in ("one", "two"):
        pipe.write(partial(lines.append, text), logged, may_drop=True)
    assert lines == [] == caplog.messages
    for text in ("a warning", "in time"):
        pipe.write(partial(lines.append, text), time.now if text == "in time" else logged, may_drop=False)
    assert lines == ["a warning", "in time"]
    [told] = caplog.messages
    assert told.startswith("2 log lines of flow runs were left out")


def test_a_late_line_is_left_out_and_a_late_warning_is_written() -> None:
    """What was logged behind a line that waited six seconds is written only if it is a warning."""
    time, lines, first = _Time(), list[str](), _Blocked()

    class Log:
        def info(self, text: str) -> None:
            lines.append(text)
            time.now += 6.0

        warning = info

    async def work() -> None:
        aside = Aside(Log(), Pipe(time.clock, time.sleep))
        Aside(first).info("holds the thread until all are logged")
        aside.info("slow")
        aside.info("late")
        aside.warning("a late warning")
        first.is_read.set()
        await written()

    asyncio.run(work())
    assert lines == ["slow", "a late warning"]

"""Log lines that no event loop waits for."""

from __future__ import annotations

import asyncio
import threading

from airflow_provider_flows.aside import Aside, written


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

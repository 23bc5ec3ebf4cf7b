"""What a person sees while a run goes on."""

from __future__ import annotations

import io

from airflow_provider_flows.cli.progress import Progress
from tests.link import Clock


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_one_line_that_changes() -> None:
    """It is drawn over itself, and gives way to a line that stays."""
    stream, clock = Terminal(), Clock(0.0)
    progress = Progress(stream, clock, {"TERM": "xterm", "COLUMNS": "60"})
    progress.show("waiting")
    clock.now = 3.4
    progress.beat()
    progress.say("done")
    progress.say("really")
    assert stream.getvalue() == (
        "\r\x1b[2K    0 s  waiting\r\x1b[2K    3 s  waiting\r\x1b[2K    3 s  done\n    3 s  really\n"
    )


def test_a_dumb_terminal_gets_plain_lines() -> None:
    """Without a word on what the terminal can do, nothing is drawn."""
    for environment in ({}, {"TERM": "dumb"}):
        stream = Terminal()
        Progress(stream, Clock(0.0), environment).show("waiting")
        assert stream.getvalue() == ""


def test_a_long_silence_is_broken() -> None:
    """A log without a line for a minute gets one that says what goes on, and the next a minute later."""
    stream, clock = io.StringIO(), Clock(0.0)
    progress = Progress(stream, clock, {"TERM": "xterm"})
    progress.beat()
    progress.show("waiting")
    for second in range(1, 150):
        clock.now = float(second)
        progress.beat()
        if second == 30:
            progress.say("news")
    assert stream.getvalue().splitlines() == ["   30 s  news", "   90 s  waiting"]
    clock.now = 150.0
    progress.beat()
    assert stream.getvalue().endswith("  150 s  waiting\n")


def test_nothing_of_the_live_line_is_left() -> None:
    """The end of the block takes it away, and its thread."""
    stream = Terminal()
    with Progress(stream, Clock(0.0), {"TERM": "xterm"}) as progress:
        progress.show("waiting")
    assert stream.getvalue().endswith("\r\x1b[2K")


def test_what_a_platform_says_moves_no_cursor() -> None:
    """Control characters and line breaks are made harmless."""
    stream = Terminal()
    progress = Progress(stream, Clock(0.0), {"TERM": "xterm"})
    progress.say("a\x1b[2Jb\nc\x9bd")
    assert stream.getvalue() == "    0 s  a\\x1b[2Jb c\\x9bd\n"

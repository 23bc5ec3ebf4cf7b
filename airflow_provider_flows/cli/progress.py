"""Tells a person what goes on: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from typing import TextIO

from airflow_provider_flows.cli.printing import one_line

_CLEAR = "\r\x1b[2K"
_BEAT = 1.0  # seconds between two looks of the live line
_SILENCE = 60.0  # seconds without a plain line, after which one says what goes on: CI ends what is silent


class Progress:
    """Writes lines that begin with the seconds since it was made; in its `with` block by itself too.

    :param stream: where to, such as the standard error
    :param clock: seconds; only differences count
    """

    def __init__(
        self,
        stream: TextIO,
        clock: Callable[[], float] = time.monotonic,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._began = self._spoke = clock()
        self._is_live = stream.isatty() and environment.get("TERM", "dumb") != "dumb"
        self._doing = ""
        self._is_shown = False
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, daemon=True)

    def __enter__(self) -> Progress:
        """Begin to show that time goes by, also while a request is waited for."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and take the live line away."""
        self._is_over.set()
        self._thread.join()
        with self._lock:
            self._clear()

    def say(self, text: str) -> None:
        """Write a line that stays."""
        with self._lock:
            self._say(text)

    def show(self, text: str) -> None:
        """Tell what is being done now."""
        self._doing = text
        self.beat()

    def beat(self) -> None:
        """Draw the live line anew; off a terminal, break a long silence."""
        with self._lock:
            if not self._doing:
                return
            if self._is_live:
                line = self._line(self._doing)[: shutil.get_terminal_size().columns - 1]
                print(f"{_CLEAR}{line}", end="", file=self._stream, flush=True)
                self._is_shown = True
            elif self._clock() - self._spoke >= _SILENCE:
                self._say(self._doing)

    def _beat_on(self) -> None:
        while not self._is_over.wait(_BEAT):
            self.beat()

    def _say(self, text: str) -> None:
        self._clear()
        self._spoke = self._clock()
        print(self._line(text), file=self._stream, flush=True)

    def _clear(self) -> None:
        if self._is_shown:
            print(_CLEAR, end="", file=self._stream, flush=True)
            self._is_shown = False

    def _line(self, text: str) -> str:
        return f"{self._clock() - self._began:5.0f} s  {one_line(text)}"

"""The commands, called in this process and as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from airflow_provider_flows.cli.main import main

COMMAND = [sys.executable, "-W", "error", "-m", "airflow_provider_flows.cli"]


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Return a function that carries out a command in this process."""

    def call(*arguments: str) -> Done:
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return call


@pytest.fixture
def environment() -> dict[str, str]:
    """Return the environment of a process that has no Airflow connection and no proxy."""
    unwanted = ("AIRFLOW_CONN_", "PYTHONDONTWRITEBYTECODE")
    proxies = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(unwanted) and name.lower() not in proxies
    }


@pytest.fixture
def command(environment: dict[str, str]) -> Callable[..., Done]:
    """Return a function that carries out a command as a process."""

    def command(*arguments: str, typed: str | None = None, **more: str) -> Done:
        done = subprocess.run(
            [*COMMAND, *arguments],
            env=environment | more,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return command


@pytest.fixture
def started(environment: dict[str, str]) -> Callable[..., object]:
    """Return a context manager that starts a command and never leaves it behind."""

    @contextmanager
    def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
        with subprocess.Popen(
            [*COMMAND, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    return started

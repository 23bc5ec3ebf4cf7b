"""`run`: one flow, now."""

from __future__ import annotations

import signal
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.cli.given import duration, mapping, pairs
from airflow_provider_flows.cli.lookup import connection_for
from airflow_provider_flows.cli.printing import print_json
from airflow_provider_flows.cli.progress import Progress
from airflow_provider_flows.cli.session import Session, Wish
from airflow_provider_flows.cli.talk import Talk
from airflow_provider_flows.cli.target import Target, read_target
from airflow_provider_flows.hooks.files import file_parts
from airflow_provider_flows.hooks.lines import Line
from airflow_provider_flows.hooks.wishes import order_of
from airflow_provider_flows.protocol.errors import ConnectionFieldError
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.transports.sync import SyncTransport


def run(options: Namespace) -> int:
    """Start a run, wait for it and print its result; without waiting, what names the run."""
    target = read_target(options.target)
    wish = _wish(target, options)
    with _ending_like_ctrl_c(), Progress(sys.stderr) as progress:
        answer = Session(_talk(target, options, progress), wish).see_through()
    print_json(answer)
    return 0


def _wish(target: Target, options: Namespace) -> Wish:
    inputs: dict[str, Any] = {**mapping("--data", options.data), **pairs("--with", options.inputs)}
    return Wish(
        order=order_of(target.flow, inputs, _options(target, options), None),
        files=file_parts(pairs("--file", options.files)),
        timeout=duration("--timeout", options.timeout),
        poll_interval=duration("--poll-interval", options.poll_interval),
        is_awaited=not options.no_wait,
    )


def _options(target: Target, options: Namespace) -> dict[str, Any]:
    """Return the platform's options; raises `CommandError` naming each that is needed and not there."""
    given = pairs("--option", options.options)
    needed = (each for each in target.spec.options.values() if each.required and each.default is None)
    lacking = [each for each in needed if each.name not in given]
    if lacking:
        flags = " ".join(f"--option {each.name}=…" for each in lacking)
        told = "; ".join(f"{each.missing}" for each in lacking)
        raise CommandError(f"give {flags}: {target.spec.title}: option {told}")
    return given


def _talk(target: Target, options: Namespace, progress: Progress) -> Talk:
    """Return the way to the platform; an error about the connection says where it came from."""
    found = connection_for(target.spec, options.connection, options.emulator)
    progress.say(f"{target} by {found.origin}")
    line = Line(found.raw, RetryPolicy())
    try:
        transport = SyncTransport(line.options(target.variant))
    except ConnectionFieldError as error:
        raise CommandError(f"{error} It comes from {found.origin}.") from error
    return Talk(line.api(target.variant), line.platform(target.variant), transport, progress)


@contextmanager
def _ending_like_ctrl_c() -> Iterator[None]:
    """Let SIGTERM, by which CI ends what takes too long, cancel the run as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

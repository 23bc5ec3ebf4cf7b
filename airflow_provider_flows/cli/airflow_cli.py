"""The same commands as `airflow flows …`, where Airflow asks providers for theirs (from 3.2 on).

Airflow imports this module with each of its commands. Its own parser ends wrong arguments with 2, while `run`
itself says with 2 that it is not known whether a run began.
https://airflow.apache.org/docs/apache-airflow-providers/core-extensions/cli-commands.html
"""

from __future__ import annotations

import logging
import sys
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from airflow_provider_flows.cli.table import COMMANDS, SUMMARY, Argument, Command

if TYPE_CHECKING:
    from airflow.cli.cli_config import Arg, CLICommand

NAME = "airflow flows"


def commands() -> list[CLICommand]:
    """Return the group of our commands, for Airflow's parser."""
    from airflow.cli.cli_config import ActionCommand, GroupCommand

    return [
        GroupCommand(
            name="flows",
            help=SUMMARY,
            subcommands=[
                ActionCommand(
                    name=command.name,
                    help=command.help,
                    description=command.description,
                    func=_function(command),
                    args=[_arg(each) for each in command.arguments],
                )
                for command in COMMANDS
            ],
        )
    ]


def _arg(argument: Argument) -> Arg:
    from airflow.cli.cli_config import Arg

    return Arg(argument.flags, **argument.keywords)  # type: ignore[no-untyped-call]  # untyped in Airflow


def _function(command: Command) -> Callable[[Namespace], None]:
    return partial(_carry_out, command)


def _carry_out(command: Command, options: Namespace) -> None:
    """Airflow takes no notice of what a command returns, so the code is told by leaving."""
    from airflow_provider_flows.cli.calling import carry_out

    _keep_logs_off_the_output()
    if code := carry_out(command, options, NAME):
        sys.exit(code)


def _keep_logs_off_the_output() -> None:
    """Airflow logs to the standard output, which belongs to our results."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stdout:
            handler.setStream(sys.stderr)

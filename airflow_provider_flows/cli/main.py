"""The console script `airflow-flows`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from airflow_provider_flows import __version__
from airflow_provider_flows.cli.calling import carry_out
from airflow_provider_flows.cli.failures import FAILED
from airflow_provider_flows.cli.table import COMMANDS, SUMMARY, Command

NAME = "airflow-flows"


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command and return what the process is to end with."""
    options, unknown = _parser().parse_known_args(arguments)
    command = next(each for each in COMMANDS if each.name == options.command)
    if unknown:
        options.parser.error(_about_unknown(unknown, command))
    return carry_out(command, options, NAME)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """End with 1: argparse's own 2 says of `run` that a run may have begun."""
        self.print_usage(sys.stderr)
        self.exit(FAILED, f"{self.prog}: {message}\n")


def _about_unknown(unknown: Sequence[str], command: Command) -> str:
    from airflow_provider_flows.pipelines.near import near

    flags = [flag for each in command.arguments for flag in each.flags if flag.startswith("--")]
    found = (near(each.partition("=")[0], flags) for each in unknown if each.startswith("-"))
    guesses = " ".join(dict.fromkeys(each for each in found if each))
    return f"unrecognized arguments: {' '.join(unknown)}" + (f"; did you mean {guesses}?" if guesses else "")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=NAME, description=f"{SUMMARY}.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        own = commands.add_parser(
            command.name, help=command.help, description=command.description, allow_abbrev=False
        )
        own.set_defaults(parser=own)  # whose usage is of use when an argument is wrong
        for argument in command.arguments:
            own.add_argument(*argument.flags, **argument.keywords)
    return parser

"""Carries out one command, and ends it with a sentence and a code whatever happens."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from importlib import import_module

from airflow_provider_flows.cli.failures import FAILED, INTERRUPTED, CommandError
from airflow_provider_flows.cli.printing import one_line
from airflow_provider_flows.cli.table import Command
from airflow_provider_flows.protocol.errors import FlowError


def carry_out(command: Command, options: Namespace, name: str) -> int:
    """Return what the process is to end with; `name` is what the person has called.

    An error that is ours is told in one sentence, never as a traceback.
    """
    module, _, function = command.does.partition(":")
    try:
        code = int(getattr(import_module(module), function)(options))
        sys.stdout.flush()
    except (CommandError, FlowError) as error:
        print(one_line(f"{name} {command.name}: {error}"), file=sys.stderr)
        return error.code if isinstance(error, CommandError) else FAILED
    except KeyboardInterrupt:
        print(f"{name} {command.name}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever reads has enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python's own end complains
        return FAILED
    return code

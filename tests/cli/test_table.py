"""The one table of commands, in both of its parsers."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_flows import __version__, get_provider_info
from airflow_provider_flows.cli.airflow_cli import commands
from airflow_provider_flows.cli.main import _parser
from airflow_provider_flows.cli.table import COMMANDS
from airflow_provider_flows.emulator import FlowEmulator
from tests.cli.conftest import Done

Call = Callable[..., Done]
HEAVY = ["airflow", "yaml", "requests", "jsonschema", "jmespath", "asyncio"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_is_there(command: Any) -> None:
    """Its function can be imported, and takes what argparse gives."""
    module, _, function = command.does.partition(":")
    found = getattr(import_module(module), function)
    assert found.__annotations__ == {"options": "Namespace", "return": "int"}


def _actions(parser: argparse.ArgumentParser) -> dict[str, list[tuple[object, ...]]]:
    [subparsers] = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    return {
        name: sorted(
            (each.dest, tuple(each.option_strings), str(each.nargs), str(each.default))
            for each in own._actions
            if each.dest != "help"
        )
        for name, own in subparsers.choices.items()
    }


def test_airflow_gets_the_same_commands() -> None:
    """Name, flags and defaults of each argument are the same in Airflow's own parser."""
    from airflow.cli.cli_parser import _add_command

    [group] = commands()
    assert group.name == "flows"
    parser = argparse.ArgumentParser()
    _add_command(parser.add_subparsers(), group)
    [subparsers] = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    assert _actions(subparsers.choices["flows"]) == _actions(_parser())


def test_the_provider_names_the_function_that_gives_them() -> None:
    """Airflow imports it by the path in the provider's description, and nothing heavy comes with it."""
    [path] = get_provider_info()["cli"]
    module, _, name = path.rpartition(".")
    assert getattr(import_module(module), name) is commands
    code = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_the_script_is_declared() -> None:
    """What pip makes of it is our main function."""
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    assert '[project.scripts]\nairflow-flows = "airflow_provider_flows.cli.main:main"\n' in text


def test_help_and_version(call: Call) -> None:
    """Both go to the standard output and end with 0; a command that isn't there ends with 1."""
    assert call("--version") == Done(0, f"airflow-flows {__version__}\n", "")
    for command in COMMANDS:
        done = call(command.name, "--help")
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith(f"usage: airflow-flows {command.name} ")
    wrong = call("lnit")
    assert (wrong.code, wrong.out) == (1, "")
    assert "invalid choice: 'lnit'" in wrong.err


def test_an_unknown_argument_is_told_by_its_command(call: Call) -> None:
    """The usage is that of the command, and the argument that was meant is named."""
    wrong = call("eject", "p.flow.yaml", "--ouptut", "p.py")
    assert (wrong.code, wrong.out) == (1, "")
    assert wrong.err.startswith("usage: airflow-flows eject ")
    assert wrong.err.endswith(
        "airflow-flows eject: unrecognized arguments: --ouptut p.py; did you mean --output?\n"
    )


def test_whoever_stops_reading_gets_no_traceback(started: Callable[..., Any], tmp_path: Path) -> None:
    """As `| head` does when it has enough."""
    file = tmp_path / "p.flow.yaml"
    file.write_text("flows: pipeline/1\npipeline: p\nsteps: {a: {run: wisebot/f}}\n", "utf-8")
    with started("graph", str(file)) as process:
        process.stdout.close()
        assert (process.wait(60), process.stderr.read()) == (1, "")


def test_ctrl_c_ends_any_command(started: Callable[..., Any], tmp_path: Path) -> None:
    """One sentence, and the code that shells know; here while a file keeps it waiting."""
    pipe = tmp_path / "data"
    os.mkfifo(pipe)
    with started("run", "wisebot/f", "--data", f"@{pipe}") as process:
        writer = writer_of(pipe)
        process.send_signal(signal.SIGINT)
        os.close(writer)  # a signal just before the read begins would not end it
        assert process.wait(60) == 130
        assert process.stderr.read() == "airflow-flows run: interrupted\n"


def writer_of(pipe: Path) -> int:
    """Return the pipe's end to write to, once somebody reads from the other."""
    for _ in range(3000):
        with contextlib.suppress(OSError):
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        time.sleep(0.02)
    pytest.fail("nobody reads")


def test_airflow_carries_them_out(emulator: FlowEmulator, environment: dict[str, str]) -> None:
    """`airflow flows run` prints nothing but the result; Airflow 3.1 doesn't ask for our commands."""
    emulator.flow("wisebot", "echo", result={"got": "$inputs"})
    arguments = ["run", "wisebot/echo", "--emulator", emulator.url, "--with", "a=1"]
    done = subprocess.run(
        [sys.executable, "-m", "airflow", "flows", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    if version("apache-airflow").startswith("3.1."):
        assert "invalid choice: 'flows'" in done.stderr
    else:
        assert (done.returncode, json.loads(done.stdout)) == (0, {"got": {"a": "1"}})


def test_airflows_logs_leave_the_output_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handler that writes to the standard output is turned to the standard error before a command runs."""
    group: Any = commands()[0]
    lint = next(each for each in group.subcommands if each.name == "lint")
    handler = logging.StreamHandler(sys.stdout)
    logging.getLogger().addHandler(handler)
    try:
        monkeypatch.chdir(Path(__file__).parent)
        lint.func(argparse.Namespace(paths=None, format="text"))
        assert handler.stream is sys.stderr
        with pytest.raises(SystemExit) as ended:
            lint.func(argparse.Namespace(paths=["/no/such"], format="text"))
    finally:
        logging.getLogger().removeHandler(handler)
    assert ended.value.code == 1
    out, err = capsys.readouterr()
    assert out == "0 files, 0 errors\n"
    assert err == "no *.flow.yaml in .\nairflow flows lint: there is no file or folder /no/such\n"

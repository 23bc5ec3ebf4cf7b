"""`new-platform`: a first spec from lines for curl, or from an OpenAPI document."""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from pathlib import Path

import yaml

from airflow_provider_flows.authoring.scaffold.curl import read_curl
from airflow_provider_flows.authoring.scaffold.openapi import read_operation
from airflow_provider_flows.authoring.scaffold.operations import Operation, ScaffoldError
from airflow_provider_flows.authoring.scaffold.sketch import Sketch
from airflow_provider_flows.authoring.scaffold.spec_text import spec_text
from airflow_provider_flows.authoring.unfinished import FILL_IN
from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.cli.given import read_text
from airflow_provider_flows.cli.printing import print_file
from airflow_provider_flows.platforms.forms import LOADER, SUFFIX, shipped

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def new_platform(options: Namespace) -> int:
    """Print a first spec, or write it into a file, and say what is still to be done."""
    if not _NAME.fullmatch(options.name):
        raise CommandError(
            f"a platform's name is lower-case letters, digits and single _, not {options.name!r}"
        )
    if options.name in shipped():
        raise CommandError(f"this package itself brings a platform {options.name!r}: call yours otherwise")
    try:
        text = spec_text(Sketch.of(options.name, *_calls(options)))
    except ScaffoldError as error:
        raise CommandError(str(error)) from error
    marks = sum(FILL_IN in line.partition("#")[0] for line in text.splitlines())
    if options.output is None:
        print_file(text)
    else:
        _write(Path(options.output), text)
    where = options.output or f"<the file>{SUFFIX}"
    print(f"{marks} lines say {FILL_IN}; then: test-platform {where}", file=sys.stderr)
    return 0


def _calls(options: Namespace) -> tuple[str, Operation, Operation | None]:
    """Return where the calls come from, the one that starts a run, and the one that asks for it."""
    if bool(options.from_curl) is (options.from_openapi is not None):
        raise CommandError(
            "give --from-curl (the start, then the status), or --from-openapi FILE --start OP --status OP"
        )
    if options.from_curl:
        if len(options.from_curl) > 2 or options.start or options.status:
            raise CommandError(
                "--from-curl is given for the start and for the status, without --start and --status"
            )
        start, *status = [read_curl(_given(each)) for each in options.from_curl]
        return "lines for curl", start, status[0] if status else None
    if options.start is None:
        raise CommandError(
            "--from-openapi needs --start: the operationId, or a verb and a path such as 'POST /runs'"
        )
    document = _document(options.from_openapi)
    found = read_operation(document, options.start)
    asked = read_operation(document, options.status) if options.status else None
    return f"the OpenAPI document {Path(options.from_openapi).name}", found, asked


def _given(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    return read_text(text[1:]) if text.startswith("@") else text


def _document(path: str) -> object:
    try:
        return yaml.load(read_text(path), Loader=LOADER)  # noqa: S506 - LOADER is a safe one; JSON is YAML too
    except yaml.YAMLError as error:
        raise CommandError(f"{path} is neither JSON nor YAML: {' '.join(str(error).split())}") from error


def _write(path: Path, text: str) -> None:
    if not path.name.endswith(SUFFIX):
        raise CommandError(f"a spec's file is called <platform>{SUFFIX}, not {path.name}")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CommandError(f"{path} is there already, and is not written over") from None
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror or error}") from error

"""`check`: lint; and with --drift, whether the flows at the platforms still take what was written down."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from airflow_provider_flows.cli.contracts import lock_of, looked_up, used_below
from airflow_provider_flows.cli.failures import FAILED, CommandError
from airflow_provider_flows.cli.lint import found_in
from airflow_provider_flows.cli.printing import one_line, print_text
from airflow_provider_flows.contracts.lock import NAME
from airflow_provider_flows.contracts.needs import drift
from airflow_provider_flows.pipelines.formats import formatted

_OF_CONTRACTS = ("bad-input", "missing-input", "unknown-input")


def check(options: Namespace) -> int:
    """Print what is wrong in a folder, and what changed at the platforms; return 1 for an error."""
    folder = Path(options.folder)
    if not folder.is_dir():
        raise CommandError(f"there is no folder {folder}")
    found, files = found_in([folder])
    failed = False
    if options.drift and any(each.is_error and each.code not in _OF_CONTRACTS for each in found):
        failed = True
        print(
            "the platforms were not asked: mend the pipelines first",
            file=sys.stderr,
        )
    elif options.drift:
        if not (folder / NAME).exists():
            raise CommandError(f"there is no {NAME} in {folder} to compare with: write it with `pull`")
        used = used_below(folder)
        answers = looked_up(used, folder, options.connection)
        found += drift(lock_of(folder), answers.lock, used)
        for target, why in answers.failed.items():
            failed = True
            print(one_line(f"{target.name} ({target.connection}) can't be compared: {why}"), file=sys.stderr)
    print_text(formatted(found, options.format, files=files))
    return FAILED if failed or any(each.is_error for each in found) else 0

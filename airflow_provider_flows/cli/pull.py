"""`pull`: write down what the flows take that the pipelines of a folder run."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from airflow_provider_flows.cli.contracts import lock_of, looked_up, used_below
from airflow_provider_flows.cli.failures import FAILED, CommandError
from airflow_provider_flows.cli.printing import one_line
from airflow_provider_flows.contracts.changes import changes
from airflow_provider_flows.contracts.editor import NAME as EDITOR
from airflow_provider_flows.contracts.editor import editor_schema
from airflow_provider_flows.contracts.lock import NAME, Lock, lock_text
from airflow_provider_flows.contracts.needs import without_unused


def pull(options: Namespace) -> int:
    """Look up every flow, write the lock file and the schema for editors; return 1 if one couldn't be had."""
    folder = Path(options.folder)
    if not folder.is_dir():
        raise CommandError(f"there is no folder {folder}")
    used = used_below(folder)
    old = lock_of(folder)
    found = looked_up(used, folder, options.connection)
    new = Lock({**without_unused(old, {each: used[each] for each in found.failed}), **found.lock.contracts})
    _tell(old, new)
    for target, why in {**found.unknown, **found.failed}.items():
        word = "left as it was" if target in found.failed and target in old.contracts else "left out"
        print(one_line(f"{target.name} ({target.connection}) is {word}: {why}"), file=sys.stderr)
    _write(folder / NAME, lock_text(new))
    _write(folder / EDITOR, editor_schema(new))
    print(f"{NAME}: {len(new.contracts)} flows; {EDITOR} completes their inputs in editors")
    return FAILED if found.failed else 0


def _tell(old: Lock, new: Lock) -> None:
    for target in sorted({*old.contracts, *new.contracts}):
        if target not in new.contracts:
            print(f"- {target.name} ({target.connection}): no step runs it any more")
        elif target not in old.contracts:
            print(f"+ {target.name} ({target.connection})")
        else:
            for change in changes(old.contracts[target].inputs, new.contracts[target].inputs):
                what = f"{change.name} " if change.name else ""
                print(one_line(f"~ {target.name} ({target.connection}): {what}{change.text}"))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror or error}") from error

"""`diff`: what changed in the pipelines since a revision, for a review."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path

from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.cli.printing import print_text
from airflow_provider_flows.cli.revisions import checked_out, root_of
from airflow_provider_flows.dags.files import pipeline_files, read_file
from airflow_provider_flows.pipelines.compare import Difference, differences, step_line
from airflow_provider_flows.pipelines.model import Pipeline


def diff(options: Namespace) -> int:
    """Print which pipelines are new, gone or changed, and what in them; always returns 0."""
    folder = Path(options.folder).resolve()
    if not folder.is_dir():
        raise CommandError(f"there is no folder {options.folder}")
    root = root_of(folder)
    with checked_out(root, options.revision) as before:
        old = _pipelines(before / folder.relative_to(root.resolve()), before, f"at {options.revision}")
    new = _pipelines(folder, root.resolve(), "now")
    lines = list(_lines(old, new))
    print_text("\n".join(lines) if lines else f"no pipeline changed since {options.revision}")
    return 0


def _pipelines(folder: Path, base: Path, when: str) -> dict[str, Pipeline]:
    """Return the pipelines below a folder by id; raises `CommandError` for one that can't be read."""
    found: dict[str, Pipeline] = {}
    for path in pipeline_files(folder) if folder.is_dir() else ():
        reading = read_file(path, base)
        if reading.pipeline is None:
            first = reading.errors[0]
            raise CommandError(f"{path.relative_to(base)} has errors {when}: {first.headline}")
        found[reading.pipeline.id] = reading.pipeline
    return found


def _lines(old: Mapping[str, Pipeline], new: Mapping[str, Pipeline]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if name not in old:
            yield f"+ {name} ({new[name].file})"
            yield from (f"    + step {step.name}: {step_line(step)}" for step in new[name].steps)
        elif name not in new:
            yield f"- {name} ({old[name].file})"
        elif found := differences(old[name], new[name]):
            yield f"~ {name} ({new[name].file})"
            yield from (line for each in found for line in _told(each))


def _told(each: Difference) -> Iterator[str]:
    head = f"    {each.sign} {each.what}"
    if len(each.lines) == 1:
        yield f"{head}: {each.lines[0]}"
        return
    yield head
    yield from (f"        {line}" for line in each.lines)

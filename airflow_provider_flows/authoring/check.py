"""Everything that is wrong in a platform spec, in one pass."""

from __future__ import annotations

from collections.abc import Iterator

from airflow_provider_flows.authoring import fields, sayings, sense, unfinished
from airflow_provider_flows.authoring.drafts import Draft, read_drafts
from airflow_provider_flows.pipelines.diagnostics import Diagnostic, in_order
from airflow_provider_flows.platforms.forms import SUFFIX, shipped


def check_spec(text: str, file: str, *, is_shipped: bool = False) -> tuple[Diagnostic, ...]:
    """Return all that is wrong with a spec, by place; without a network, and without running its examples.

    :param file: the file's name, for errors; it must be the platform's with `.platform.yaml` behind it
    :param is_shipped: whether it is one of the package's own, which has its name by right
    """
    drafts, found = read_drafts(text, file)
    for draft in drafts:  # what a variant has from the spec itself has the same place, and is told once
        for part in (fields, sayings, sense):
            found += part.problems(draft)
    if drafts:
        found += unfinished.problems(drafts[0])
        found += _name(drafts[0], file, is_shipped=is_shipped)
    return in_order(found)


def _name(draft: Draft, file: str, *, is_shipped: bool) -> Iterator[Diagnostic]:
    given = draft.get("platform")
    if given is None or not isinstance(given.value, str):
        return
    wanted = f"{given.value}{SUFFIX}"
    if file.rpartition("/")[2] != wanted:
        message = f"the file of the platform `{given.value}` must be called {wanted}"
        yield given.found("misnamed", message, "rename the file, or the platform")
    if not is_shipped and given.value in shipped():
        message = f"the package itself brings a platform `{given.value}`"
        yield given.found("duplicate-platform", message, f"call yours otherwise, such as {given.value}_own")

"""Everything that is wrong in a platform spec, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from airflow_provider_flows.authoring import fields, sayings, sense, unfinished
from airflow_provider_flows.authoring.drafts import Draft, read_drafts
from airflow_provider_flows.pipelines.diagnostics import Diagnostic, in_order
from airflow_provider_flows.platforms.forms import SUFFIX, shipped

_MISSING = "missing-key"


def check_spec(text: str, file: str, *, is_shipped: bool = False) -> tuple[Diagnostic, ...]:
    """Return all that is wrong with a spec, by place; without a network, and without running its examples.

    :param file: the file's name, for errors; it must be the platform's with `.platform.yaml` behind it
    :param is_shipped: whether it is one of the package's own, which has its name by right
    """
    drafts, found = read_drafts(text, file)
    if drafts:
        itself, *others = [_problems(draft) for draft in drafts]
        found += itself
        lacking = {name for each in itself if each.code == _MISSING for name in _names(each)}
        found += (
            each for other in others for each in other if each.code != _MISSING or not lacking & _names(each)
        )
        found += unfinished.problems(drafts[0])
        found += _name(drafts[0], file, is_shipped=is_shipped)
    return in_order(
        _explained(found)
    )  # what a variant has from the spec itself has the same place, told once


def _problems(draft: Draft) -> list[Diagnostic]:
    return [*draft.found, *(each for part in (fields, sayings, sense) for each in part.problems(draft))]


def _names(problem: Diagnostic) -> set[str]:
    """Return what an error speaks of; what a spec lacks each of its variants would lack again."""
    return set(re.findall(r"`([\w.\[\]]+)`", problem.message))


def _explained(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return what is wrong without what is missing only because it is there under a wrong name."""
    found = list(found)
    meant = {
        f"`{guess}`"
        for each in found
        if each.code == "unknown-key"
        for guess in re.findall(r"Did you mean `(\w+)`", each.message)
    }
    return [
        each for each in found if each.code != _MISSING or not any(guess in each.message for guess in meant)
    ]


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

"""Texts with `${…}`: where one may stand, where it must be the whole text, and where it means nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.given import Given
from airflow_provider_flows.pipelines.near import listed
from airflow_provider_flows.pipelines.references import Scope, problems
from airflow_provider_flows.pipelines.spoken import Spoken, speaks, spoken
from airflow_provider_flows.platforms.holes import Hole, split

FILLED = ("run", "with", "options", "files", "if", "for_each", "label")
"""The keys of a step in which `${…}` is filled."""
_WHOLE = {"with": "bad-value", "if": "bad-condition", "for_each": "bad-value"}
_FREE = frozenset({"doc", "needs", "group", "extends"})  # a text for people, and names


def expressions(keys: Mapping[str, Given]) -> dict[str, list[Spoken]]:
    """Return the `${…}` of each key that has some; those in a text for people, and in names, are none."""
    speaking = {key: given for key, given in keys.items() if key not in _FREE and speaks(given.value)}
    return {key: list(spoken(given)) for key, given in speaking.items()}


def text_problems(
    keys: Mapping[str, Given], said: Mapping[str, list[Spoken]], scope: Scope
) -> Iterator[Diagnostic]:
    """Yield what is wrong with the texts of a step, a template or defaults, and with the `${…}` in them."""
    for key, code in _WHOLE.items():
        given = keys.get(key)
        if given is not None and isinstance(given.value, str) and not _is_whole(given.value):
            yield given.found(code, f"`{key}` must be one `${{…}}` and no other text")
    for key, every in said.items():
        here = _scope(key, scope)
        for each in every:
            yield from problems(each, here) if key in FILLED else (not_filled(each, key),)


def not_filled(each: Spoken, key: str, *, is_error: bool = True) -> Diagnostic:
    """Return what is wrong with a `${…}` where nothing is filled."""
    message = f"{each} means nothing in `{key}`"
    return each.found("bad-expression", message, f"`${{…}}` is filled in {listed(FILLED)}", is_error=is_error)


def _scope(key: str, scope: Scope) -> Scope:
    """Return what one key may speak of: `for_each` of no item, and a label without items is told already."""
    if key == "for_each":
        return Scope(scope.steps, scope.params, has_item=False)
    return Scope(scope.steps, scope.params) if key == "label" and not scope.has_item else scope


def _is_whole(text: str) -> bool:
    """Tell whether a text is one `${…}`; of one that is never closed its own error tells."""
    parts = split(text)
    last = parts[-1]
    return isinstance(last, Hole) and (len(parts) == 1 or not last.is_closed)

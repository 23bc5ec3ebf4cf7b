"""One file by itself: what it gives, and what is wrong with it whatever the files around it say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from airflow_provider_flows.pipelines.abilities import defaults_problems
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.given import Given
from airflow_provider_flows.pipelines.marks import read_marked
from airflow_provider_flows.pipelines.pasted_secrets import pasted_secrets
from airflow_provider_flows.pipelines.references import Scope
from airflow_provider_flows.pipelines.shape import check
from airflow_provider_flows.pipelines.wording import expressions, text_problems

PIPELINE, DEFAULTS = "pipeline/1", "defaults/1"


@dataclass(frozen=True, slots=True)
class File:
    """One file.

    :param given: what it gives; None where it can't be read, or is of another kind than it should be
    """

    given: Given | None
    diagnostics: tuple[Diagnostic, ...]


def read_file(text: str, name: str, kind: str) -> File:
    """Return what a file of a kind gives, and what is wrong with it."""
    marked, found = read_marked(text, name)
    if marked is None:
        return File(None, tuple(found))
    wrong, unusable = check(marked, kind)
    given = Given.file(marked, unusable)
    found += [*wrong, *pasted_secrets(marked)]
    other = {PIPELINE: DEFAULTS, DEFAULTS: PIPELINE}[kind]
    if given.names.get("flows") == other:
        message = f"this file is to be a `{kind}`, but says that it is a `{other}`"
        return File(None, (*found, given.at("flows").found("bad-value", message)))
    return File(given, (*found, *_problems(given)))


@lru_cache(maxsize=64)
def read_defaults(text: str, name: str) -> File:
    """Return what a folder's defaults give; many pipelines share them."""
    return read_file(text, name, DEFAULTS)


def _problems(file: Given) -> Iterator[Diagnostic]:
    """Yield what is wrong with the defaults and the templates, whether a step uses them or not."""
    layers: list[Given] = []
    if (defaults := file.get("defaults")) is not None:
        yield from defaults_problems(defaults)
        layers.append(
            defaults._replace(value={key: each for key, each in defaults.names.items() if key != "platforms"})
        )
        layers += _members(defaults.get("platforms"))
    for layer in (*layers, *_members(file.get("templates"))):
        keys = dict(layer.each())
        yield from text_problems(keys, expressions(keys), Scope())


def _members(given: Given | None) -> list[Given]:
    return [each for _, each in given.each()] if given is not None else []

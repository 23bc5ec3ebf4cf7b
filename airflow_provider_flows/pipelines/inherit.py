"""What a step has from elsewhere: the folders' defaults, the file's, its platform's, and templates.

What is nearer wins: folder files, the file's `defaults`, those of the platform, templates, the step. The
mappings `with`, `options` and `files` are merged, all else replaces, and a null takes away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from airflow_provider_flows.pipelines.diagnostics import Diagnostic, Place
from airflow_provider_flows.pipelines.given import UNUSABLE, Given
from airflow_provider_flows.pipelines.guesses import guessed
from airflow_provider_flows.pipelines.near import listed
from airflow_provider_flows.pipelines.unknown_keys import meant
from airflow_provider_flows.schemas import schema

_MERGED = frozenset({"with", "options", "files"})
_ABOUT_OTHERS = frozenset({"extends", "platforms"})  # keys that are followed, not inherited


@cache
def known_keys(kind: str) -> frozenset[str]:
    """Return the keys that a `template`, `defaults` or `platform_defaults` may hold."""
    return frozenset(schema("pipeline")["$defs"][kind]["properties"])


@dataclass(slots=True)
class Keys:
    """A step's keys, merged.

    :param given: by key, but those that are null
    :param doubtful: keys that something unusable lies beneath, so that what is missing may be there
    :param is_whole: False where what the step extends is wrong: then any key is doubtful
    """

    given: dict[str, Given] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    is_whole: bool = True

    def put(self, layer: Given, kind: str) -> None:
        """Lay the keys of a mapping over these; `kind` as for `known_keys`."""
        if layer.value is UNUSABLE:
            self.is_whole = False
        known = known_keys(kind)
        for name, given in layer.each():
            if name in _ABOUT_OTHERS:
                continue
            if name not in known:
                self.doubtful.add(meant(name, known) or "")
                continue
            if given.value is UNUSABLE:
                self.doubtful.add(name)
            if given.value is None:
                self.given.pop(name, None)
            elif name in _MERGED:
                self.given[name] = given.over(self.given.get(name))
            else:
                self.given[name] = given

    def copy(self) -> Keys:
        """Return keys to lay others over."""
        return Keys(dict(self.given), set(self.doubtful), self.is_whole)

    def get(self, name: str) -> Given | None:
        """Return what was given for a key, None where nothing usable was."""
        given = self.given.get(name)
        return None if given is None or given.value is UNUSABLE else given

    def may_have(self, name: str) -> bool:
        """Tell whether a key may be there though it isn't, since something is wrong."""
        return not self.is_whole or name in self.doubtful


class Inheritance:
    """The defaults and templates that a pipeline's steps may have.

    :param files: the folder files from the outermost on, and the pipeline's own file last
    :param is_whole: False where a folder file could not be read, so that a template may be in it
    """

    def __init__(self, files: Sequence[Given], *, is_whole: bool = True) -> None:
        self.defaults = [each for file in files if (each := file.get("defaults")) is not None]
        parts = [each for file in files if (each := file.get("templates")) is not None]
        self.templates = {name: each for part in parts for name, each in part.each()}
        self._knows_templates = is_whole and not any(part.value is UNUSABLE for part in parts)
        self._general = Keys(is_whole=is_whole)
        for layer in self.defaults:
            self._general.put(layer, "defaults")
        self._platforms: dict[str, Keys] = {}

    def keys(self, step: Given) -> Keys:
        """Return a step's keys with all that it inherits."""
        layers, is_whole = self._chain(step)
        run = next((layer.at("run").value for layer in layers if "run" in layer.names), None)
        platform = run.partition("/")[0].partition(".")[0] if isinstance(run, str) else ""
        keys = self._under(platform).copy()
        keys.is_whole = keys.is_whole and is_whole
        for layer in reversed(layers):
            keys.put(layer, "template")
        return keys

    def problems(self, steps: Given | None) -> Iterator[Diagnostic]:
        """Yield what is wrong with what templates and steps extend."""
        for _, each in (*self.templates.items(), *(steps.each() if steps is not None else ())):
            extends = each.get("extends")
            name = extends.value if extends is not None else None
            if extends is None or not isinstance(name, str) or name in self.templates:
                continue
            if self._knows_templates:
                message = guessed(f"there is no template `{name}`", name, self.templates)
                note = f"templates: {listed(self.templates)}" if self.templates else "there are no templates"
                yield extends.found("unknown-template", message, note)
        yield from self._rings()

    def _under(self, platform: str) -> Keys:
        """Return what the defaults say for a platform."""
        if platform not in self._platforms:
            keys = self._platforms[platform] = self._general.copy()
            for layer in self.defaults:
                every = layer.get("platforms")
                keys.is_whole = keys.is_whole and (every is None or every.value is not UNUSABLE)
                if every is not None and (own := every.get(platform)) is not None:
                    keys.put(own, "platform_defaults")
        return self._platforms[platform]

    def _chain(self, given: Given) -> tuple[list[Given], bool]:
        """Return a step and all that it extends, the nearest first, and whether that is all."""
        layers, seen = [given], set()
        while (extends := layers[-1].get("extends")) is not None and extends.value is not None:
            name = extends.value
            if name not in self.templates or name in seen:
                return layers, False
            seen.add(name)
            layers.append(self.templates[name])
        return layers, True

    def _rings(self) -> Iterator[Diagnostic]:
        """Yield one error for each ring of templates that extend one another."""
        done: set[str] = set()
        for start in self.templates:
            chain: list[str] = []
            name: Any = start
            while name in self.templates and name not in done:
                done.add(name)
                chain.append(name)
                name = self.templates[name].names.get("extends")
            if name in chain:
                ring = [*chain[chain.index(name) :], name]
                message = f"templates extend one another: {' -> '.join(ring)}"
                yield self.templates[name].at("extends").found("cycle", message)


class Places(Mapping[str, Place]):
    """Where each key of a step was given, and each member of `with`, `options` and `files`: `with.plate`."""

    def __init__(self, given: Mapping[str, Given]) -> None:
        self._given = given

    def __getitem__(self, key: str) -> Place:
        """Return a key's place; raises `KeyError` where it was not given."""
        name, dot, member = key.partition(".")
        given = self._given[name]
        if not dot:
            return given.place
        if name in _MERGED and member in given.names:
            return given.at(member).place
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        """Yield the keys."""
        for name, given in self._given.items():
            yield name
            yield from (f"{name}.{member}" for member in given.names if name in _MERGED)

    def __len__(self) -> int:
        """Return how many there are."""
        return sum(1 for _ in self)

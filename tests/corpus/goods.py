"""Good files and the place of every key and value in them, found by PyYAML, not by the code under test."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from airflow_provider_flows.dags.files import DEFAULTS, pipeline_files, read_file, shown, text_of
from airflow_provider_flows.pipelines.diagnostics import Place
from airflow_provider_flows.pipelines.model import Pipeline, Reading
from airflow_provider_flows.pipelines.read import read_pipeline
from tests.corpus.cases import GOOD

Path_: TypeAlias = tuple[str | int, ...]
_LINE_END = re.compile(r"\r\n|\r|\n")
_NOT_VALUES = frozenset({"place", "places", "source", "file"})


@dataclass(frozen=True, slots=True)
class Site:
    """A value in a file's text, with its key where it is a member of a mapping.

    :param is_block: whether the mapping or list around it is in block style
    :param is_shared: whether an alias names it too, so that a change would be one elsewhere as well
    """

    path: Path_
    node: yaml.Node
    key: yaml.ScalarNode | None
    is_block: bool
    is_shared: bool

    @property
    def start(self) -> int:
        """Where the value begins."""
        return int(self.node.start_mark.index)

    @property
    def end(self) -> int:
        """Where the value ends; of block collections and block texts, where the next thing begins."""
        return int(self.node.end_mark.index)

    @property
    def key_start(self) -> int:
        """Where the key begins."""
        assert self.key is not None
        return int(self.key.start_mark.index)

    @property
    def key_end(self) -> int:
        """Where the key ends, before its colon."""
        assert self.key is not None
        return int(self.key.end_mark.index)


@dataclass(frozen=True)
class Good:
    """A good file, which may be one of defaults: its text and sites, and what it builds with others.

    :param files: the texts by name of all that is read: the folders' defaults, and the pipeline's own last
    """

    name: str
    files: Mapping[str, str]
    pipeline: Pipeline
    sites: tuple[Site, ...]

    @property
    def text(self) -> str:
        """The file's text."""
        return self.files[self.name]

    @property
    def is_pipeline(self) -> bool:
        """Whether it is the pipeline's own file, not one of defaults."""
        return self.name == [*self.files][-1]

    def with_text(self, text: str) -> dict[str, str]:
        """Return the files with another text in this one."""
        return {**self.files, self.name: text}

    def read(self, text: str) -> Reading:
        """Read the pipeline with another text in this file."""
        files = self.with_text(text)
        own = [*files][-1]
        return read_pipeline(files[own], own, [(each, name) for name, each in files.items() if name != own])

    def changed(self, text: str) -> Good:
        """Return the same file with another text, for further changes; what it builds stays as it was."""
        return Good(self.name, self.with_text(text), self.pipeline, sites(text))

    def at(self, *path: str | int) -> Site | None:
        """Return the site of a path, None where the file has none."""
        return next((site for site in self.sites if site.path == path), None)

    def line(self, index: int, text: str | None = None) -> int:
        """Return the line of a character, of this text or of another one."""
        return len(_LINE_END.findall(self.text if text is None else text, 0, index)) + 1

    def is_alone(self, site: Site) -> bool:
        """Whether a member of a block mapping has its line, or lines, for itself."""
        return site.is_block and site.key is not None and not self.indentation(site).strip(" ")

    def indentation(self, site: Site) -> str:
        """Return what stands before a member's key on its line."""
        return self.text[self.line_start(site.key_start) : site.key_start]

    def line_start(self, index: int) -> int:
        """Return where the line of a character begins."""
        return max((end.end() for end in _LINE_END.finditer(self.text, 0, index)), default=0)

    def line_end(self, index: int) -> int:
        """Return where the line of a character ends, its end of line left out."""
        found = _LINE_END.search(self.text, index)
        return found.start() if found else len(self.text)

    def is_one_line(self, site: Site) -> bool:
        """Whether a value begins and ends on the same line, as no block collection does."""
        return "\n" not in self.text[site.start : site.end] and "\r" not in self.text[site.start : site.end]


@cache
def goods() -> tuple[Good, ...]:
    """Return all good files, those of defaults too; raises `AssertionError` for one that is not good."""
    return tuple(good for path in pipeline_files(GOOD) for good in _goods(path))


def sites(text: str) -> tuple[Site, ...]:
    """Return the sites of a text that is YAML."""
    root = composed(text)
    return tuple(_sites(root, (), _seen_twice(root)))


def composed(text: str) -> yaml.Node:
    """Return the nodes of a text that is YAML."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert root is not None
    return root


def values(of: Any, *, in_order: bool = True) -> Any:
    """Return a pipeline as data to compare, without places and source; in no order if so wished."""
    if is_dataclass(of):
        return {
            each.name: values(_sorted(each.name, getattr(of, each.name), in_order), in_order=in_order)
            for each in fields(of)
            if each.name not in _NOT_VALUES
        }
    if isinstance(of, Mapping):
        members = [(key, values(member, in_order=in_order)) for key, member in of.items()]
        return members if in_order else dict(members)
    if isinstance(of, Sequence) and not isinstance(of, str):
        return [values(item, in_order=in_order) for item in of]
    assert not isinstance(of, Place)
    return type(of).__name__, of  # else 1, 1.0 and true would be the same


def _sorted(name: str, value: Any, in_order: bool) -> Any:
    if in_order or name not in {"steps", "needs"}:
        return value
    return sorted(value, key=lambda each: each if isinstance(each, str) else each.name)


def _goods(path: Path) -> Iterator[Good]:
    """Yield a pipeline's own file and those with its defaults."""
    paths = [*_defaults_around(path), path]
    files = {shown(each, GOOD): text_of(each) for each in paths}
    reading = read_file(path, GOOD)
    assert reading.pipeline is not None, reading.diagnostics
    assert not reading.diagnostics
    for name, text in files.items():
        yield Good(name, files, reading.pipeline, sites(text))


def _defaults_around(path: Path) -> list[Path]:
    """Return the files with the folders' defaults, the outermost first."""
    found: list[Path] = []
    for folder in path.relative_to(GOOD).parents:
        if (file := GOOD / folder / DEFAULTS).is_file():
            found.insert(0, file)
            if "root: true" in text_of(file):
                break
    return found


def _sites(node: yaml.Node, path: Path_, shared: frozenset[int]) -> Iterator[Site]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, key.value)
            yield Site(here, value, key, not node.flow_style, id(value) in shared)
            yield from _sites(value, here, shared)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield Site((*path, index), item, None, not node.flow_style, id(item) in shared)
            yield from _sites(item, (*path, index), shared)


def _seen_twice(root: yaml.Node) -> frozenset[int]:
    """Return the nodes that aliases name too, with all that is in them."""
    seen: dict[int, int] = {}

    def count(node: yaml.Node, by: int) -> None:
        seen[id(node)] = seen.get(id(node), 0) + by
        if isinstance(node, yaml.CollectionNode):
            for child in node.value:
                for each in child if isinstance(child, tuple) else (child,):
                    count(each, by)

    count(root, 1)
    return frozenset(node for node, times in seen.items() if times > 1)

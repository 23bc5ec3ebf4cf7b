"""A spec's YAML as data that remembers its lines, and its variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from airflow_provider_flows.platforms.fields import unknown_name
from airflow_provider_flows.platforms.forms import LOADER
from airflow_provider_flows.protocol.errors import OptionsError, SpecError
from airflow_provider_flows.schemas import Path, schema, violations

VERBS = frozenset({"get", "post", "put", "patch", "delete"})


@dataclass(frozen=True, slots=True)
class Document:
    """One spec file: its name, its data, and the line of each value."""

    name: str
    data: Mapping[str, Any]
    lines: Mapping[Path, int]

    def where(self, *path: str | int) -> str:
        """Return the place of a value for errors: file, line and dotted path."""
        known = (path[:end] for end in range(len(path), -1, -1) if path[:end] in self.lines)
        line = next((self.lines[each] for each in known), 1)
        return f"{self.name}:{line}: {'.'.join(map(str, path))}"

    def variant(self, name: str | None) -> Document:
        """Return the document as one of its variants has it; raises `OptionsError` for an unknown name."""
        if name is None:
            return self
        variants = self.data.get("variants", {})
        if not isinstance(name, str) or name not in variants:
            raise OptionsError(f"{self.data['title']}: {unknown_name(name, variants, 'variant')}")
        patch_lines = {path[2:]: line for path, line in self.lines.items() if path[:2] == ("variants", name)}
        return Document(self.name, merged(self.data, variants[name]), {**self.lines, **patch_lines})


def parse(text: str, name: str) -> Document:
    """Read and check a spec; raises `SpecError` with the line of the first thing that is wrong."""
    document = read(text, name)
    for path, problem in violations(schema("platform"), document.data):
        raise SpecError(f"{document.where(*path)}: {problem}")
    for variant in document.data.get("variants", {}):
        patched = document.variant(variant)
        for path, problem in violations(schema("platform"), patched.data):
            raise SpecError(f"{patched.where(*path)} (variant {variant}): {problem}")
    return document


def read(text: str, name: str) -> Document:
    """Read a spec without checking it, which is enough for one that ships and is tested.

    Raises `SpecError` for what is no YAML.
    """
    try:
        loader = LOADER(text)
        try:
            node = loader.get_single_node()
            return (
                Document(name, loader.construct_document(node), _lines(node))
                if node
                else Document(name, {}, {})
            )
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SpecError(f"{name}:{line}: not YAML: {error.problem}") from error
    except yaml.YAMLError as error:  # such as a character that YAML forbids
        raise SpecError(f"{name}: not YAML: {error}") from error


def merged(data: Any, patch: Any) -> Any:
    """Return data with a JSON Merge Patch (RFC 7396) applied; a new verb of a call replaces the old one."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(data) if isinstance(data, Mapping) else {}
    if VERBS & set(patch):
        result = {key: value for key, value in result.items() if key not in VERBS}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def _lines(node: yaml.Node, path: Path = ()) -> dict[Path, int]:
    lines = {path: node.start_mark.line + 1}
    if isinstance(node, yaml.MappingNode):
        for key, member in node.value:
            here = (*path, key.value)
            lines.update({**_lines(member, here), here: key.start_mark.line + 1})
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines.update(_lines(item, (*path, index)))
    return lines

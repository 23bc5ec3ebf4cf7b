"""Writes YAML anew from its nodes, in blocks or in brackets, with quotes of any kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

import yaml

_TEXTS = frozenset({"tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp"})  # to us a date is a text


def is_text(node: yaml.Node) -> bool:
    """Whether a value is a text, in quotes or not."""
    return isinstance(node, yaml.ScalarNode) and (node.style in {"'", '"'} or node.tag in _TEXTS)


def single_quoted(text: str) -> str:
    """Return a text in single quotes, or in double ones where those need not be escaped."""
    if any(not each.isprintable() for each in text):
        return json.dumps(text, ensure_ascii=False)
    return "'" + text.replace("'", "''") + "'"


def restyled(node: yaml.Node, rng: Random, *, chance: float, is_shuffled: bool = False) -> str:
    """Return a document's text.

    :param chance: how likely a list or mapping is in brackets; all that is in it then is too
    :param is_shuffled: whether the members of mappings change places
    """
    writer = _Writer(rng, chance, is_shuffled)
    if isinstance(node, yaml.ScalarNode) or writer.is_flow(node):
        return writer.flow(node) + "\n"
    return "".join(f"{line}\n" for line in writer.block(node))


class _Writer:
    def __init__(self, rng: Random, chance: float, is_shuffled: bool) -> None:
        self._rng, self._chance, self._is_shuffled = rng, chance, is_shuffled

    def is_flow(self, node: yaml.Node) -> bool:
        return not node.value or self._rng.random() < self._chance

    def flow(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.MappingNode):
            members = (f"{self._text(key.value)}: {self.flow(value)}" for key, value in self._members(node))
            return "{" + ", ".join(members) + "}"
        if isinstance(node, yaml.SequenceNode):
            return "[" + ", ".join(map(self.flow, node.value)) + "]"
        if isinstance(node, yaml.ScalarNode) and (is_text(node) or node.style):
            return self._text(node.value)
        return str(node.value) or "null"

    def block(self, node: yaml.Node) -> Iterator[str]:
        """Yield the lines of a list or mapping that is not empty."""
        indentation = " " * self._rng.choice([1, 2, 4])
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield from self._item(item)
            return
        assert isinstance(node, yaml.MappingNode)
        for key, value in self._members(node):
            name = self._text(key.value)
            if isinstance(value, yaml.ScalarNode) or self.is_flow(value):
                yield f"{name}: {self.flow(value)}"
            else:
                yield f"{name}:"
                is_flush = isinstance(value, yaml.SequenceNode) and self._rng.random() < 0.5
                yield from (line if is_flush else indentation + line for line in self.block(value))

    def _item(self, item: yaml.Node) -> Iterator[str]:
        if isinstance(item, yaml.ScalarNode) or self.is_flow(item):
            yield f"- {self.flow(item)}"
            return
        first, *others = self.block(item)
        yield f"- {first}"
        yield from (f"  {line}" for line in others)

    def _members(self, node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
        members = list(node.value)
        if self._is_shuffled:
            self._rng.shuffle(members)
        return members

    def _text(self, text: str) -> str:
        return self._rng.choice([single_quoted(text), json.dumps(text, ensure_ascii=False)])

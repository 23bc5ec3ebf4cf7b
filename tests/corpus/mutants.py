"""A mutant of a good file, and the ways to change a file's text from which mutators are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias, TypeVar

import yaml

from tests.corpus.goods import Good, Path_, Site, composed

_Choice = TypeVar("_Choice")


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A text that must fail.

    :param codes: one error must be of one of these kinds
    :param line: where that error must stand
    :param column: the same, None where the line is enough
    :param says: what that error must say
    :param also: what must be told in the same pass
    """

    text: str
    codes: frozenset[str]
    line: int
    column: int | None = None
    says: str = ""
    also: Spoilt | None = None


@dataclass(frozen=True, slots=True)
class Same:
    """A text that must build the same pipeline; in another order of names, unless `in_order`."""

    text: str
    in_order: bool = True


Mutant: TypeAlias = Spoilt | Same
Mutator: TypeAlias = Callable[[Good, Random], Mutant | None]
"""Makes a mutant of a file, None where the file has nothing to change in this way."""


def spoilt(good: Good, text: str, index: int, *codes: str, says: str = "", column: bool = True) -> Spoilt:
    """Return a text that must fail at a character of it."""
    start = max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1
    at = index - start + 1 if column else None
    return Spoilt(text, frozenset(codes), good.line(index, text), at, says)


def chosen(rng: Random, choices: Sequence[_Choice]) -> _Choice | None:
    """Return one of several, None where there is none."""
    return rng.choice(choices) if choices else None


def replaced(good: Good, start: int, end: int, new: str) -> str:
    """Return the file's text with a part of it replaced."""
    return good.text[:start] + new + good.text[end:]


def is_simple(good: Good, site: Site) -> bool:
    """Whether a value is one line that another value can take the place of."""
    return (
        not site.is_shared
        and site.start < site.end
        and good.is_one_line(site)
        and good.text[site.start] not in "&*!|>"
        and not (isinstance(site.node, yaml.CollectionNode) and not site.node.flow_style)
    )


def with_member(good: Good, path: Path_, key: str, value: str) -> tuple[str, int] | None:
    """Return the text with one member more in a mapping, at its head, and where its key stands."""
    members = [site for site in good.sites if site.path[:-1] == path and site.key is not None]
    if any(site.path[-1] == key or site.is_shared for site in members):
        return None
    owner = good.at(*path) if path else None
    start = owner.start if owner else good.text.find("{")
    is_flow = isinstance(owner.node, yaml.MappingNode) and owner.node.flow_style if owner else False
    if is_flow or (not path and members and not members[0].is_block):
        if good.text[start] != "{" or (owner is not None and owner.is_shared):
            return None
        comma = ", " if members else ""
        return replaced(good, start + 1, start + 1, f"{key}: {value}{comma}"), start + 1
    if not members or not good.is_alone(first := members[0]):
        return None
    indentation = good.indentation(first)
    at = good.line_start(first.key_start)
    return replaced(good, at, at, f"{indentation}{key}: {value}\n"), at + len(indentation)


def without_member(good: Good, site: Site) -> str | None:
    """Return the text without a member of a mapping, None where that is not one line or not simple."""
    members = [each for each in good.sites if each.path[:-1] == site.path[:-1]]
    if len(members) < 2 or not is_simple(good, site) or good.line(site.key_start) != good.line(site.start):
        return None
    if site.is_block:
        if not good.is_alone(site):
            return None
        end = min(good.line_end(site.end) + 1, len(good.text))
        return replaced(good, good.line_start(site.key_start), end, "")
    rest = good.text[site.end :]
    if rest.lstrip().startswith(","):
        comma = len(rest) - len(rest.lstrip()) + 1
        gap = len(rest[comma:]) - len(rest[comma:].lstrip(" "))
        return replaced(good, site.key_start, site.end + comma + gap, "")
    before = good.text[: site.key_start].rstrip()
    return before.removesuffix(",") + rest if before.endswith(",") else None


def typo(rng: Random, word: str) -> str:
    """Return a word with one letter left out, doubled, changed, or two in the wrong order."""
    at = rng.randrange(len(word))
    return rng.choice(
        [
            word[:at] + word[at + 1 :],
            word[: at + 1] + word[at:],
            word[:at] + rng.choice("aeiorstn") + word[at + 1 :],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        ]
    )


def composed_line(text: str, *path: str | int) -> int:
    """Return the line of a member's key, or of an item, in a text; of the whole where there is no path."""
    node = composed(text)
    line = node.start_mark.line
    for part in path:
        if isinstance(node, yaml.MappingNode):
            key, node = next((key, value) for key, value in node.value if key.value == part)
            line = key.start_mark.line
        else:
            node = node.value[part]
            line = node.start_mark.line
    return int(line) + 1

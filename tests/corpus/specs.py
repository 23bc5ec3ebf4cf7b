"""Good platform specs, the package's own and one more, and what of their language mutators may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from airflow_provider_flows.authoring.check import check_spec
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.marks import read_marked
from airflow_provider_flows.platforms.documents import VERBS
from airflow_provider_flows.platforms.forms import SUFFIX, shipped, text_of
from airflow_provider_flows.schemas import schema
from tests.corpus import harmless_layout, harmless_values, spoilt_keys, spoilt_layout
from tests.corpus.cases import GOOD
from tests.corpus.goods import Good, Path_, Site, sites
from tests.corpus.mutants import (
    Mutator,
    Spoilt,
    chosen,
    composed_line,
    is_simple,
    replaced,
    spoilt,
    without_member,
)

_CALLS = ("start", "status", "result", "cancel", "search", "describe", "test")
_WRONG: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("title", "platform", "credentials", "docs", "run_id", "state"), ("7", "[a]", "{a: b}", "true")
    ),
    **dict.fromkeys(
        ("connection", "auth", "states", "options", "remember", "variants", "start"), ("7", "[a]", "text")
    ),
    **dict.fromkeys(("rules", "already_over", "no_result", "examples"), ("7", "{a: b}", "text")),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking a spec gave, in the shape of what reading a pipeline gives."""

    pipeline: Any
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What keeps the platform from being used."""
        return tuple(each for each in self.diagnostics if each.is_error)


class GoodSpec(Good):
    """A good spec; what it builds is its data."""

    def read(self, text: str) -> Any:
        """Check the spec with another text."""
        return _checked(text, self.name)

    def changed(self, text: str) -> GoodSpec:
        """Return the same file with another text; what it builds stays as it was."""
        return GoodSpec(self.name, self.with_text(text), self.pipeline, sites(text))


@cache
def good_specs() -> tuple[GoodSpec, ...]:
    """Return all good specs; raises `AssertionError` for one that is not good."""
    texts = {name + SUFFIX: text_of(name + SUFFIX) for name in shipped()}
    texts |= {path.name: path.read_text("utf-8") for path in GOOD.glob(f"*{SUFFIX}")}
    return tuple(_good(name, text) for name, text in texts.items())


def spec_keys(path: Path_) -> frozenset[str] | None:
    """Return the keys that a mapping of a spec may have, None where they are free."""
    node: Any = schema("platform")
    for part in path:
        node = _resolved(node)
        if isinstance(part, int):
            node = node.get("items")
        else:
            node = node.get("properties", {}).get(part, node.get("additionalProperties"))
        if not isinstance(node, dict):
            return None
    node = _resolved(node)
    options = [_resolved(each) for each in node.get("oneOf", ())] or [node]
    known = [each for each in options if each.get("additionalProperties") is False]
    return frozenset(known[0]["properties"]) if known else None


def missing_key(good: Good, rng: Random) -> Spoilt | None:
    """Take a key away that must be there."""
    needed = [
        each for each in good.sites if len(each.path) == 1 and each.path[0] in schema("platform")["required"]
    ]
    site = chosen(rng, [each for each in needed if is_simple(good, each)])
    text = without_member(good, site) if site else None
    if site is None or text is None:
        return None
    return Spoilt(text, frozenset({"missing-key"}), composed_line(text), says=f"`{site.path[0]}`")


def wrong_type(good: Good, rng: Random) -> Spoilt | None:
    """Give a key of the language a value of another type."""
    known = [
        each
        for each in good.sites
        if each.path[-1] in _WRONG
        and is_simple(good, each)
        and each.path[0] not in {"variants", "examples"}
        and (len(each.path) == 1 or (len(each.path) == 2 and each.path[0] in _CALLS))
    ]
    site = chosen(rng, known)
    if site is None:
        return None
    text = replaced(good, site.start, site.end, rng.choice(_WRONG[str(site.path[-1])]))
    return spoilt(good, text, site.start, "bad-type", "bad-name")


def relative_path(good: Good, rng: Random) -> Spoilt | None:
    """Begin the path of a call without its slash."""
    paths = [
        each
        for each in good.sites
        if len(each.path) == 2 and each.path[0] in _CALLS and each.path[1] in VERBS
    ]
    site = chosen(rng, [each for each in paths if is_simple(good, each) and good.text[each.start] == "/"])
    if site is None:
        return None
    return spoilt(
        good,
        replaced(good, site.start, site.start + 1, ""),
        site.start,
        "bad-value",
        says="must begin with `/`",
    )


def unknown_field(good: Good, rng: Random) -> Spoilt | None:
    """Let a call speak of a field that the connection doesn't have."""
    return _in_a_path(good, rng, "${conn.nowhere}", "unknown-name", "`conn` has no `nowhere`")


def unknown_root(good: Good, rng: Random) -> Spoilt | None:
    """Let a call speak of something that nobody knows."""
    return _in_a_path(good, rng, "${steps.a}", "unknown-name", "nothing is called `steps`")


def secret_in_a_path(good: Good, rng: Random) -> Spoilt | None:
    """Put the password into an address."""
    if good.at("connection", "password") is None:
        return None
    return _in_a_path(good, rng, "${conn.password}", "secret", "a secret may stand in `auth` only")


def malformed(good: Good, rng: Random) -> Spoilt | None:
    """Write an expression on an answer that is none."""
    parts = [
        each
        for each in good.sites
        if len(each.path) == 2
        and each.path[0] in _CALLS
        and each.path[1] in {"run_id", "state", "result", "error"}
    ]
    site = chosen(rng, [each for each in parts if is_simple(good, each)])
    if site is None:
        return None
    wrong = rng.choice(['"id["', '"a ||"', '"${id}"', '"a b"', '"nope(@)"'])
    return spoilt(good, replaced(good, site.start, site.end, wrong), site.start, "bad-expression")


def _in_a_path(good: Good, rng: Random, wrong: str, code: str, says: str) -> Spoilt | None:
    paths = [
        each
        for each in good.sites
        if len(each.path) == 2 and each.path[0] in _CALLS and each.path[1] in VERBS
    ]
    site = chosen(rng, [each for each in paths if _is_plain(good, each)])
    if site is None:
        return None
    text = replaced(good, site.end, site.end, f"/{wrong}")
    return spoilt(good, text, site.end + 1, code, says=says)


def _is_plain(good: Good, site: Site) -> bool:
    return is_simple(good, site) and good.text[site.start] not in "'\"" and site.is_block


def _good(name: str, text: str) -> GoodSpec:
    checked = _checked(text, name)
    assert not checked.diagnostics, [each.text() for each in checked.diagnostics]
    return GoodSpec(name, {name: text}, checked.pipeline, sites(text))


def _checked(text: str, name: str) -> Checked:
    found = check_spec(text, name, is_shipped=name.removesuffix(SUFFIX) in shipped())
    is_sound = not any(each.is_error for each in found)
    marked = read_marked(text, name)[0] if is_sound else None
    return Checked(marked.data if marked is not None else None, found)


def _resolved(node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        node = schema("platform")["$defs"][node["$ref"].rpartition("/")[2]]
    return node


MUTATORS: tuple[Mutator, ...] = (
    spoilt_keys.key_typo,
    spoilt_keys.unknown_key,
    spoilt_keys.duplicate_key,
    spoilt_keys.merge_key,
    missing_key,
    wrong_type,
    relative_path,
    unknown_field,
    unknown_root,
    secret_in_a_path,
    malformed,
    *spoilt_layout.MUTATORS,
    harmless_layout.comment_line,
    harmless_layout.comment_beside,
    harmless_layout.blank_lines,
    harmless_layout.trailing_blanks,
    harmless_layout.line_ends,
    harmless_layout.byte_order_mark,
    harmless_layout.document_marks,
    harmless_layout.explicit_key,
    harmless_layout.spare_anchor,
    harmless_values.quoted,
    harmless_values.quoted_key,
    harmless_values.other_style,
    harmless_values.one_bracket,
    harmless_values.only_blocks,
    harmless_values.other_word,
)

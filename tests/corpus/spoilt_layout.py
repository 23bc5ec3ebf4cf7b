"""Mutators of the layout that must fail, since the text is no YAML any more."""

from __future__ import annotations

from random import Random

import yaml

from tests.corpus.goods import Good, Site
from tests.corpus.mutants import Mutator, Spoilt, chosen, is_simple, replaced, spoilt


def indented_less(good: Good, rng: Random) -> Spoilt | None:
    """Move a key one column to the left of its neighbours."""
    site = chosen(rng, _later_keys(good, least=2))
    if site is None:
        return None
    at = good.line_start(site.key_start)
    text = replaced(good, at, at + 1, "")
    return spoilt(good, text, site.key_start - 1, "yaml-syntax", column=False)


def indented_more(good: Good, rng: Random) -> Spoilt | None:
    """Move a key one column to the right of its neighbours."""
    site = chosen(rng, [each for each in _later_keys(good) if is_simple(good, _before(good, each))])
    if site is None:
        return None
    at = good.line_start(site.key_start)
    return spoilt(good, replaced(good, at, at, " "), site.key_start + 1, "yaml-syntax", column=False)


def indented_by_tab(good: Good, rng: Random) -> Spoilt | None:
    """Indent a key by a tab."""
    site = chosen(rng, _later_keys(good, least=2))
    if site is None:
        return None
    at = good.line_start(site.key_start)
    return spoilt(good, replaced(good, at, site.key_start, "\t"), at, "yaml-syntax", says="tab", column=False)


def bracket_never_closed(good: Good, rng: Random) -> Spoilt | None:
    """Take away the last bracket of a list or mapping, at the end of a line."""
    site = chosen(rng, [each for each in good.sites if _is_outermost(good, each)])
    if site is None:
        return None
    return spoilt(good, replaced(good, site.end - 1, site.end, ""), site.start, "yaml-syntax", column=False)


def bracket_too_many(good: Good, rng: Random) -> Spoilt | None:
    """Close a list or mapping twice."""
    site = chosen(rng, [each for each in good.sites if _is_outermost(good, each)])
    if site is None:
        return None
    closing = good.text[site.end - 1]
    return spoilt(good, replaced(good, site.end, site.end, closing), site.end, "yaml-syntax", column=False)


def quote_never_closed(good: Good, rng: Random) -> Spoilt | None:
    """Take away the last quote of the file."""
    last = [
        site
        for site in good.sites
        if is_simple(good, site)
        and (quote := good.text[site.start]) in "'\""
        and quote not in good.text[site.end :]
    ]
    site = chosen(rng, last)
    if site is None:
        return None
    text = replaced(good, site.end - 1, site.end, "")
    return spoilt(good, text, site.start, "yaml-syntax", says="quote")


def control_character(good: Good, rng: Random) -> Spoilt | None:
    """Put a character anywhere that YAML does not allow."""
    at = rng.randrange(len(good.text))
    wrong = rng.choice("\x00\x07\x1b\x7f\ufffe")
    return spoilt(good, replaced(good, at, at, wrong), at, "yaml-syntax")


def no_utf8(good: Good, rng: Random) -> Spoilt | None:
    """Put a byte anywhere that is no UTF-8, as a file in another encoding has them."""
    at = rng.randrange(len(good.text))
    wrong = chr(0xDC00 + rng.choice([0xE4, 0xFF, 0x80]))
    return spoilt(good, replaced(good, at, at, wrong), at, "yaml-syntax", says="UTF-8")


def second_document(good: Good, rng: Random) -> Spoilt | None:
    """Let another document follow."""
    end = "" if good.text.endswith("\n") else "\n"
    text = f"{good.text}{end}---\n{rng.choice(['flows: pipeline/1', '[]', 'x'])}\n"
    return spoilt(good, text, len(good.text + end), "yaml-syntax", says="second document")


def nothing_left(_: Good, rng: Random) -> Spoilt | None:
    """Leave nothing but comments, or a text, or a list."""
    text = rng.choice(["", "# nothing\n", "\n\n", "text\n", "[]\n", "- a\n- b\n", "null\n", "7"])
    return Spoilt(text, frozenset({"bad-type"}), 1)


def _later_keys(good: Good, least: int = 0) -> list[Site]:
    """Return keys alone on their lines, below one of the same mapping and so far right of the one around."""
    return [
        site
        for site in good.sites
        if site.key is not None
        and good.is_alone(site)
        and (before := _before(good, site)) is not site
        and good.is_alone(before)
        and len(good.indentation(site)) - _outer(good, site) >= least
    ]


def _before(good: Good, site: Site) -> Site:
    """Return the member before another one, the same one where it is the first."""
    members = [each for each in good.sites if each.path[:-1] == site.path[:-1]]
    return members[max(members.index(site) - 1, 0)]


def _outer(good: Good, site: Site) -> int:
    """Return the indentation of the key of the mapping that holds a member."""
    owner = good.at(*site.path[:-1]) if len(site.path) > 1 else None
    return len(good.indentation(owner)) if owner is not None and owner.key is not None else 0


def _is_outermost(good: Good, site: Site) -> bool:
    """Whether a list or mapping in brackets is all that its line ends with, and in no other brackets."""
    return (
        isinstance(site.node, yaml.CollectionNode)
        and site.is_block
        and is_simple(good, site)
        and site.key is not None
        and good.line_end(site.end) == site.end
    )


MUTATORS: tuple[Mutator, ...] = (
    indented_less,
    indented_more,
    indented_by_tab,
    bracket_never_closed,
    bracket_too_many,
    quote_never_closed,
    control_character,
    no_utf8,
    second_document,
    nothing_left,
)

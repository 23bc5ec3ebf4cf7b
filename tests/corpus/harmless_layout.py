"""Mutators of the layout that must build the same pipeline."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import yaml

from tests.corpus.goods import Good, Site
from tests.corpus.mutants import Mutator, Same, chosen, is_simple, replaced

_COMMENTS = ("# plain", "#", "# key: value", "# ${steps.gone.result} {{ ds }}", "#\ttab", "# ❶ 🧪 [ { ' \"")


def comment_line(good: Good, rng: Random) -> Same | None:
    """Put a comment between two lines."""
    at = chosen(rng, _line_starts(good))
    comment = " " * rng.choice([0, 0, 1, 7]) + rng.choice(_COMMENTS)
    return None if at is None else Same(replaced(good, at, at, f"{comment}\n"))


def comment_beside(good: Good, rng: Random) -> Same | None:
    """Put a comment at the end of a line."""
    at = chosen(rng, _line_ends(good))
    return None if at is None else Same(replaced(good, at, at, f" {rng.choice(_COMMENTS)}"))


def blank_lines(good: Good, rng: Random) -> Same | None:
    """Put empty lines, or lines of blanks, between two lines."""
    at = chosen(rng, _line_starts(good))
    return None if at is None else Same(replaced(good, at, at, rng.choice(["\n", "\n\n\n", "    \n"])))


def trailing_blanks(good: Good, rng: Random) -> Same | None:
    """Put blanks at the ends of lines."""
    ends = _line_ends(good)
    text = good.text
    for at in sorted(rng.sample(ends, rng.randint(1, len(ends))), reverse=True):
        text = text[:at] + rng.choice([" ", "    "]) + text[at:]
    return Same(text)


def line_ends(good: Good, rng: Random) -> Same | None:
    """End the lines as other systems do, or each in its own way."""
    kinds = rng.choice([("\r\n",), ("\r",), ("\n", "\r\n")])
    lines = good.text.split("\n")
    return Same("".join(line + rng.choice(kinds) for line in lines[:-1]) + lines[-1])


def byte_order_mark(good: Good, _: Random) -> Same | None:
    """Begin as Windows' editors do."""
    return Same(f"\ufeff{good.text}")


def document_marks(good: Good, rng: Random) -> Same | None:
    """Mark where the document begins and ends."""
    if "---" in good.text or "..." in good.text:
        return None
    begin = rng.choice(["---\n", "%YAML 1.1\n---\n", "# a comment\n---\n", "--- # a comment\n"])
    last = "" if good.text.endswith("\n") else "\n"
    end = rng.choice(["", "...\n", "... # the end\n"])
    return Same(f"{begin}{good.text}{last}{end}")


def last_line_end(good: Good, rng: Random) -> Same | None:
    """End the file without its last end of line, or with more of them."""
    if any(site.end >= len(good.text.rstrip()) and _is_block_text(site.node) for site in good.sites):
        return None
    return Same(good.text.rstrip("\n") + rng.choice(["", "\n\n\n", "\n  \n"]))


def wider_indentation(good: Good, rng: Random) -> Same | None:
    """Indent all by more."""
    if any(_is_bound_to_columns(good, site) for site in good.sites):
        return None
    factor = rng.choice([2, 3])
    lines = [line.lstrip(" ") for line in good.text.split("\n")]
    blanks = [len(old) - len(new) for old, new in zip(good.text.split("\n"), lines, strict=True)]
    return Same("\n".join(" " * (factor * blank) + line for blank, line in zip(blanks, lines, strict=True)))


def explicit_key(good: Good, rng: Random) -> Same | None:
    """Write a key with a question mark before it."""
    sites = [site for site in good.sites if good.is_alone(site) and is_simple(good, site)]
    site = chosen(rng, [site for site in sites if good.line(site.key_start) == good.line(site.start)])
    if site is None:
        return None
    key = good.text[site.key_start : site.key_end]
    return Same(replaced(good, site.key_start, site.start, f"? {key}\n{good.indentation(site)}: "))


def spare_anchor(good: Good, rng: Random) -> Same | None:
    """Put an anchor before a value that no alias names."""
    site = chosen(rng, [site for site in good.sites if is_simple(good, site)])
    return Same(replaced(good, site.start, site.start, "&spare-1 ")) if site else None


def neighbours_swapped(good: Good, rng: Random) -> Same | None:
    """Swap two members of a mapping."""
    if any(site.is_shared for site in good.sites):
        return None
    simple = [site for site in good.sites if site.key is not None and is_simple(good, site)]
    pairs = [
        (one, other)
        for one, other in pairwise(simple)
        if one.path[:-1] == other.path[:-1] and (not one.is_block or _are_lines(good, one, other))
    ]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    first, second = good.text[one.key_start : one.end], good.text[other.key_start : other.end]
    between = good.text[one.end : other.key_start]
    return Same(replaced(good, one.key_start, other.end, second + between + first), in_order=False)


def _is_bound_to_columns(good: Good, site: Site) -> bool:
    """Whether blanks mean more around a value: in texts of several lines, and for keys behind a hyphen."""
    if isinstance(site.node, yaml.ScalarNode):
        return not good.is_one_line(site)
    is_bracket = isinstance(site.node, yaml.CollectionNode) and site.node.flow_style
    return site.key is None and site.is_block and not is_bracket


def _are_lines(good: Good, *sites: Site) -> bool:
    return all(good.is_alone(site) and good.line(site.key_start) == good.line(site.start) for site in sites)


def _line_starts(good: Good) -> list[int]:
    """Return where lines begin that are not amid a text, nor right after a block text, which may go on."""
    starts = [0, *(at + 1 for at, each in enumerate(good.text) if each == "\n")]
    return [at for at in starts if not any(_is_amid(site, at) for site in _texts(good))]


def _line_ends(good: Good) -> list[int]:
    """Return where lines end that are not amid a text."""
    ends = [at for at, each in enumerate(good.text) if each == "\n"]
    return [at for at in ends if not any(_is_amid(site, at) for site in _texts(good))]


def _texts(good: Good) -> list[Site]:
    return [site for site in good.sites if isinstance(site.node, yaml.ScalarNode)]


def _is_amid(site: Site, at: int) -> bool:
    if _is_block_text(site.node):
        return site.start <= at <= site.end
    return site.start < at < site.end


def _is_block_text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}


MUTATORS: tuple[Mutator, ...] = (
    comment_line,
    comment_beside,
    blank_lines,
    trailing_blanks,
    line_ends,
    byte_order_mark,
    document_marks,
    last_line_end,
    wider_indentation,
    explicit_key,
    spare_anchor,
    neighbours_swapped,
)

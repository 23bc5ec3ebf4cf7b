"""Mutators made of others: a mistake in a file that looks otherwise, and two mistakes told at once."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import yaml

from tests.corpus import (
    harmless_layout,
    harmless_values,
    spoilt_keys,
    spoilt_meanings,
    spoilt_references,
    spoilt_values,
)
from tests.corpus.goods import Good, Site
from tests.corpus.mutants import Mutator, Same, Spoilt

_STYLES: tuple[Mutator, ...] = (
    harmless_layout.comment_line,
    harmless_layout.blank_lines,
    harmless_layout.trailing_blanks,
    harmless_layout.line_ends,
    harmless_layout.wider_indentation,
    harmless_layout.neighbours_swapped,
    harmless_values.other_style,
    harmless_values.one_bracket,
    harmless_values.only_blocks,
    harmless_values.other_order,
)
_LOCAL: tuple[Mutator, ...] = (
    spoilt_keys.key_typo,
    spoilt_keys.unknown_key,
    spoilt_keys.duplicate_key,
    spoilt_values.bad_duration,
    spoilt_values.bad_number,
    spoilt_values.bad_schedule,
    spoilt_values.bad_date,
    spoilt_values.bad_timezone,
    spoilt_values.bad_condition,
    spoilt_values.trap_as_input,
    spoilt_values.secret,
    spoilt_meanings.unknown_platform,
    spoilt_meanings.unknown_variant,
    spoilt_meanings.unknown_option,
    spoilt_meanings.unsupported_search,
    spoilt_meanings.unknown_need,
    spoilt_references.unknown_step,
    spoilt_references.unknown_root,
    spoilt_references.malformed,
    spoilt_references.item_outside,
)


def in_another_style(good: Good, rng: Random) -> Spoilt | None:
    """Make a mistake in the same pipeline, written otherwise."""
    styled = rng.choice(_STYLES)(good, rng)
    if not isinstance(styled, Same):
        return None
    mutators = (*spoilt_keys.MUTATORS, *spoilt_values.MUTATORS, *spoilt_meanings.MUTATORS, *_REFERENCES)
    made = rng.choice(mutators)(good.changed(styled.text), rng)
    return made if isinstance(made, Spoilt) else None


def two_mistakes(good: Good, rng: Random) -> Spoilt | None:
    """Make two mistakes that have nothing to do with one another."""
    first = rng.choice(_LOCAL)(good, rng)
    if not isinstance(first, Spoilt) or first.column is None:
        return None
    spoilt = good.changed(first.text)
    there = _owner(spoilt, _index(first))
    second = rng.choice(_LOCAL)(spoilt, rng)
    if not isinstance(second, Spoilt) or second.column is None:
        return None
    here = _owner(spoilt.changed(second.text), _index(second))
    if here is None or there is None or here.path[:2] == there.path[:2]:
        return None
    more = second.text.count("\n") - first.text.count("\n") if second.line <= first.line else 0
    moved = replace(first, line=first.line + more, column=None, says="")
    return replace(second, also=moved) if abs(moved.line - second.line) > 1 else None


def _index(spoilt: Spoilt) -> int:
    lines = spoilt.text.splitlines(keepends=True)
    return sum(map(len, lines[: spoilt.line - 1])) + (spoilt.column or 1) - 1


def _owner(good: Good, index: int) -> Site | None:
    """Return the innermost value around a character, None where much hangs on it that is not told then."""
    found: Site | None = None
    for site in good.sites:
        start = site.start if site.key is None else site.key_start
        if start <= index < max(site.end, start + 1) and (found is None or len(site.path) > len(found.path)):
            found = site
    is_small = found is not None and (isinstance(found.node, yaml.ScalarNode) or len(found.path) > 2)
    return found if is_small else None


_REFERENCES = tuple(each for each in spoilt_references.MUTATORS if each is not spoilt_references.never_closed)
MUTATORS: tuple[Mutator, ...] = (
    in_another_style,
    in_another_style,
    in_another_style,
    two_mistakes,
    two_mistakes,
)

"""Mutators of `${…}` that must fail, each with its error at the `$`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random

import yaml

from tests.corpus.goods import Good
from tests.corpus.language import FILLED, live_steps
from tests.corpus.mutants import Mutator, Spoilt, chosen, replaced, spoilt, typo, with_member

_STEP = re.compile(r"\bsteps\.(\w+)")
_PARAM = re.compile(r"\bparams\.(\w+)")
_FIELD = re.compile(r"\bsteps\.\w+\.(result|results|run_id|link)\b")
_OF_RUN = re.compile(r"\bdag_run\.(\w+)")
_ROOT = re.compile(r"\$\{ ?(steps|params|vars|dag_run)\b")
_RESULT = re.compile(r"\bsteps\.\w+\.(results?)\b")
_SIMPLE = re.compile(r"\$\{ ?[\w.]+ ?(\})")
_NONE_AT_ALL = (
    "bad-expression",
    "bad-condition",
    "bad-value",
)  # the last two where it must be a whole `${…}`
_OPENING = re.compile(r"\$+\{")


def unknown_step(good: Good, rng: Random) -> Spoilt | None:
    """Read the result of a step that there is not."""
    return _renamed(good, rng, _STEP, lambda name: f"{name}_gone", "unknown-step")


def unknown_param(good: Good, rng: Random) -> Spoilt | None:
    """Read a param that there is not."""
    return _renamed(good, rng, _PARAM, lambda name: f"{name}_gone", "unknown-param")


def unknown_root(good: Good, rng: Random) -> Spoilt | None:
    """Misspell the first name of an expression."""
    return _renamed(good, rng, _ROOT, lambda name: f"{name}x", "unknown-name", says="Did you mean `")


def unknown_field(good: Good, rng: Random) -> Spoilt | None:
    """Misspell what is read of a step, or of the run."""
    pattern = rng.choice([_FIELD, _OF_RUN])
    return _renamed(good, rng, pattern, lambda name: f"{typo(rng, name)}_x", "unknown-name")


def mapped_result(good: Good, rng: Random) -> Spoilt | None:
    """Read a mapped step as if it ran once, or the other way round."""
    other = {"result": "results", "results": "result"}
    return _renamed(good, rng, _RESULT, other.__getitem__, "mapped-result")


def malformed(good: Good, rng: Random) -> Spoilt | None:
    """Put into an expression what JMESPath does not know."""
    wrong = rng.choice([".", ".[", " |", " &&", "(", " -1", " ~", " ==", " x"])
    return _renamed(good, rng, _SIMPLE, lambda brace: wrong + brace, "bad-expression")


def never_closed(good: Good, rng: Random) -> Spoilt | None:
    """Take away the brace that closes an expression."""
    last = [
        (start, span) for start, span, end in _found(good, _SIMPLE) if "}" not in good.text[span[1] : end]
    ]
    if not last:
        return None
    start, span = rng.choice(last)
    return spoilt(good, replaced(good, *span, ""), start, *_NONE_AT_ALL, column=False)


def empty(good: Good, rng: Random) -> Spoilt | None:
    """Leave an expression empty."""
    found = [(start, span) for start, span, _ in _found(good, _SIMPLE)]
    if not found:
        return None
    start, span = rng.choice(found)
    return spoilt(good, replaced(good, start + 2, span[0], ""), start, *_NONE_AT_ALL, column=False)


def item_outside(good: Good, rng: Random) -> Spoilt | None:
    """Speak of an item in a step that has none."""
    steps = [site for site in live_steps(good) if good.pipeline.step(str(site.path[1])).for_each is None]
    step = chosen(rng, steps)
    if step is None:
        return None
    name = rng.choice(["item", "index", "item.name"])
    if good.at(*step.path, "with"):
        made = with_member(good, (*step.path, "with"), "spoilt", f'"${{{name}}}"')
        return made and spoilt(good, made[0], made[1] + len('spoilt: "'), "item-outside")
    made = with_member(good, step.path, "with", f'{{spoilt: "x ${{{name}}}"}}')
    return made and spoilt(good, made[0], made[1] + len('with: {spoilt: "x '), "item-outside")


def _renamed(
    good: Good,
    rng: Random,
    pattern: re.Pattern[str],
    change: Callable[[str], str],
    code: str,
    *,
    says: str = "",
) -> Spoilt | None:
    """Change what a pattern's group finds in one of the expressions."""
    found = [(start, span) for start, span, _ in _found(good, pattern)]
    if not found:
        return None
    start, span = rng.choice(found)
    text = replaced(good, *span, change(good.text[slice(*span)]))
    return spoilt(good, text, start, code, says=says)


def _found(good: Good, pattern: re.Pattern[str]) -> Iterator[tuple[int, tuple[int, int], int]]:
    """Yield where a live expression begins, where the pattern's group is in it, and where its text ends."""
    for site in good.sites:
        if site.is_shared or not isinstance(site.node, yaml.ScalarNode):
            continue
        if site.path[0] != "steps" or len(site.path) < 3 or site.path[2] not in FILLED:
            continue
        for found in pattern.finditer(good.text, site.start, site.end):
            opened = [
                each
                for each in _OPENING.finditer(good.text, site.start, found.end(1))
                if each.start() <= found.start(1)
            ]
            if (
                opened
                and len(opened[-1][0]) == 2
                and "}" not in good.text[opened[-1].start() : found.start(1)]
            ):
                yield opened[-1].start(), found.span(1), site.end


MUTATORS: tuple[Mutator, ...] = (
    unknown_step,
    unknown_param,
    unknown_root,
    unknown_field,
    mapped_result,
    malformed,
    never_closed,
    empty,
    item_outside,
)

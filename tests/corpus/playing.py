"""Plays mutants and random inputs, and tells which of them did not do as expected."""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Iterator, Sequence
from random import Random

from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.read import read_defaults_file
from tests.corpus import (
    combined,
    harmless_layout,
    harmless_values,
    specs,
    spoilt_keys,
    spoilt_layout,
    spoilt_meanings,
    spoilt_references,
    spoilt_values,
)
from tests.corpus.goods import Good, goods, values
from tests.corpus.mutants import Mutant, Mutator, Spoilt
from tests.corpus.noise import NOISES

MUTATORS: tuple[Mutator, ...] = (
    *spoilt_keys.MUTATORS,
    *spoilt_values.MUTATORS,
    *spoilt_meanings.MUTATORS,
    *spoilt_references.MUTATORS,
    *spoilt_layout.MUTATORS,
    *harmless_layout.MUTATORS,
    *harmless_values.MUTATORS,
    *combined.MUTATORS,
)
LONGEST = 1.0  # seconds of the processor's time for one input
_LINE_END = re.compile(r"\r\n|\r|\n")
_HIDDEN = "•\ufffd"  # what stands for a secret, and for what no terminal should be given


def play_mutants(seed: str, count: int) -> Iterator[str]:
    """Yield what is wrong with each mutant that is not as expected, all mutators in turns."""
    for number in range(count):
        mutator = MUTATORS[number % len(MUTATORS)]
        rng = seeded(seed, number)
        good, mutant = _made(mutator, rng, goods())
        if mutant is None:
            yield f"{mutator.__name__}: no good file has anything to change in this way"
        elif wrong := judged(good, mutant):
            who = f"{mutator.__name__}, seed {seed}/{number}, {good.name}"
            yield f"{who}: {wrong}\n{_changes(good.text, mutant.text)}"


def play_specs(seed: str, count: int) -> Iterator[str]:
    """Yield what is wrong with each mutant of a platform's spec that is not as expected."""
    for number in range(count):
        mutator = specs.MUTATORS[number % len(specs.MUTATORS)]
        rng = seeded(f"{seed}/spec", number)
        good, mutant = _made(mutator, rng, specs.good_specs())
        if mutant is None:
            yield f"{mutator.__name__}: no good spec has anything to change in this way"
        elif wrong := judged(good, mutant):
            who = f"{mutator.__name__}, seed {seed}/spec/{number}, {good.name}"
            yield f"{who}: {wrong}\n{_changes(good.text, mutant.text)}"


def play_noise(seed: str, count: int) -> Iterator[str]:
    """Yield what is wrong with the reading of each random input, all kinds of them in turns."""
    for number in range(count):
        noise = NOISES[number % len(NOISES)]
        rng = seeded(seed, number)
        good = rng.choice(goods())
        if wrong := quiet(good, noise(good, rng)):
            yield f"{noise.__name__}, seed {seed}/{number}, {good.name}: {wrong}"


def seeded(seed: str, number: int) -> Random:
    """Return the chances of one mutant or input, whatever came before it."""
    return Random(f"{seed}/{number}")  # noqa: S311 - no secret


def judged(good: Good, mutant: Mutant) -> str | None:
    """Return what is wrong with the reading of a mutant, None where it is as expected."""
    try:
        reading = good.read(mutant.text)
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        return traceback.format_exc()
    if unsound := _unsound(good, mutant.text, reading.diagnostics):
        return unsound
    heads = "; ".join(each.headline for each in reading.diagnostics)
    if isinstance(mutant, Spoilt):
        missing = next((each for each in _mistakes(mutant) if not _is_told(each, reading.errors)), None)
        if missing is None:
            return None
        place = f"{missing.line}:{missing.column or '?'}"
        says = f" with '{missing.says}'" if missing.says else ""
        return f"expected {' or '.join(sorted(missing.codes))} at {place}{says}, got: {heads or 'nothing'}"
    if reading.pipeline is None or reading.diagnostics:
        return f"expected the same pipeline, got: {heads}"
    before, after = (values(each, in_order=mutant.in_order) for each in (good.pipeline, reading.pipeline))
    return None if before == after else f"another pipeline: {after} instead of {before}"


def quiet(good: Good, text: str) -> str | None:
    """Return what is wrong with the reading of any text, None where it is quiet and fast."""
    started = time.process_time()
    try:
        found = [*good.read(text).diagnostics, *read_defaults_file(text, good.name)]
        for each in found:
            each.text().encode("utf-8", "replace")
    except BaseException:  # noqa: BLE001 - whatever it is, it is what is looked for
        return traceback.format_exc()
    taken = time.process_time() - started
    return f"took {taken:.1f} s" if taken > LONGEST else _unsound(good, text, found)


def _made(mutator: Mutator, rng: Random, files: Sequence[Good]) -> tuple[Good, Mutant | None]:
    """Return a mutant of any good file in which the mutator finds something to change."""
    every = rng.sample(files, len(files))
    for good in [*every, *every, *every]:  # a mutator may choose badly once
        mutant = mutator(good, rng)
        if mutant is not None and mutant.text != good.text:
            return good, mutant
    return every[0], None


def _mistakes(mutant: Spoilt) -> Iterator[Spoilt]:
    yield mutant
    if mutant.also is not None:
        yield from _mistakes(mutant.also)


def _is_told(mistake: Spoilt, errors: Sequence[Diagnostic]) -> bool:
    return any(
        each.code in mistake.codes
        and each.place.line == mistake.line
        and mistake.column in {None, each.place.column}
        and mistake.says in each.text()
        for each in errors
    )


def _unsound(good: Good, text: str, found: Sequence[Diagnostic]) -> str | None:
    """Return what is wrong with diagnostics whatever they say: each stands in its file and shows the line."""
    texts = good.with_text(text)
    for each in found:
        lines = _LINE_END.split(texts[each.place.file].removeprefix("\ufeff"))
        if not 1 <= each.place.line <= len(lines) or each.place.column > len(lines[each.place.line - 1]) + 1:
            return f"a place outside of the file: {each.headline}"
        line = lines[each.place.line - 1]
        shown = "".join(a if b in _HIDDEN else b for a, b in zip(line, each.excerpt, strict=False))
        if each.excerpt and shown != line:
            return f"an excerpt that is not the line: {each.text()}"
        if _LINE_END.search(each.headline) or not each.message:
            return f"a message of no line or several: {each.headline!r}"
    return None


def _changes(before: str, after: str) -> str:
    """Return the lines that changed, for a person who looks into a failure."""
    from difflib import unified_diff

    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    changed = [line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
    return "\n".join(f"    {line[:160]}" for line in changed[:8])

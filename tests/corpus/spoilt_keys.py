"""Mutators of keys that must fail: typos, doubled, unknown, missing and impossible ones."""

from __future__ import annotations

from random import Random

from tests.corpus.goods import Good, Site
from tests.corpus.language import allowed, language_sites
from tests.corpus.mutants import (
    Mutator,
    Spoilt,
    chosen,
    composed_line,
    is_simple,
    replaced,
    spoilt,
    typo,
    with_member,
    without_member,
)

_FREE_KEY = "colour"


def key_typo(good: Good, rng: Random) -> Spoilt | None:
    """Misspell a key of the language."""
    site = chosen(rng, language_sites(good))
    if site is None:
        return None
    word = str(site.path[-1])
    wrong = typo(rng, word)
    siblings = {each.path[-1] for each in good.sites if each.path[:-1] == site.path[:-1]}
    if wrong in siblings or wrong in (allowed(good, site.path[:-1]) or ()) or not wrong:
        return None
    says = "Did you mean `" if len(word) > 4 else f"`{wrong}`"
    return spoilt(good, _renamed(good, site, wrong), site.key_start, "unknown-key", says=says)


def unknown_key(good: Good, rng: Random) -> Spoilt | None:
    """Give a mapping a key that it can't have."""
    paths = [(), *(site.path for site in good.sites if allowed(good, site.path) is not None)]
    made = with_member(good, rng.choice(paths), _FREE_KEY, "blue")
    return made and spoilt(good, *made, "unknown-key", says=f"`{_FREE_KEY}`")


def duplicate_key(good: Good, rng: Random) -> Spoilt | None:
    """Give a key twice, of the language or not."""
    site = chosen(rng, [each for each in good.sites if each.key is not None and is_simple(good, each)])
    if site is None or good.line(site.key_start) != good.line(site.start):
        return None
    says = f"first given on line {good.line(site.key_start)}"
    if not site.is_block:
        member = good.text[site.key_start : site.end]
        text = replaced(good, site.end, site.end, f", {member}")
        return spoilt(good, text, site.end + 2, "duplicate-key", says=says)
    if not good.is_alone(site):
        return None
    end = good.line_end(site.end)
    line = good.text[good.line_start(site.key_start) : end]
    text = replaced(good, end, end, f"\n{line}")
    return spoilt(good, text, end + 1 + len(good.indentation(site)), "duplicate-key", says=says)


def missing_key(good: Good, rng: Random) -> Spoilt | None:
    """Take a key away that must be there."""
    needed = [
        site
        for site in language_sites(good, frozenset({"flows", "pipeline", "run", "notifier"}))
        if site.path[-1] != "run" or (site.path[0] == "steps" and not good.at(*site.path[:-1], "extends"))
    ]
    site = chosen(rng, needed)
    text = without_member(good, site) if site else None
    if site is None or text is None:
        return None
    line = composed_line(text, *site.path[:-1])
    return Spoilt(text, frozenset({"missing-key"}), line, says=f"`{site.path[-1]}`")


def bad_step_name(good: Good, rng: Random) -> Spoilt | None:
    """Give a step a name that no task can have."""
    steps = [site for site in good.sites if len(site.path) == 2 and site.path[0] == "steps"]
    site = chosen(rng, [each for each in steps if not each.is_shared])
    if site is None:
        return None
    name = str(site.path[-1])
    wrong = rng.choice([f"{name}-x", f"1{name}", f"{name}__x", f'"{name} x"', f"{name}.x", f"{name}ö"])
    return spoilt(good, _renamed(good, site, wrong), site.key_start, "bad-name")


def bad_pipeline_id(good: Good, rng: Random) -> Spoilt | None:
    """Give the pipeline an id that no DAG can have."""
    site = good.at("pipeline")
    if site is None or not is_simple(good, site):
        return None
    wrong = rng.choice(["two words", "größe", '""', "a/b", "x" * 251, '"a\\n"', "$x"])
    return spoilt(good, replaced(good, site.start, site.end, wrong), site.start, "bad-name")


def trap_as_key(good: Good, rng: Random) -> Spoilt | None:
    """Give inputs a key that YAML 1.1 takes for a boolean."""
    inputs = [site.path for site in good.sites if site.path[0] == "steps" and site.path[2:] == ("with",)]
    word = rng.choice(["on", "off", "yes", "no", "On", "NO"])
    made = with_member(good, rng.choice(inputs), word, "1") if inputs else None
    return made and spoilt(good, *made, "yaml-trap", says=f"`{word}`")


def merge_key(good: Good, rng: Random) -> Spoilt | None:
    """Give a mapping YAML's merge key."""
    paths = [(), *(site.path for site in good.sites if isinstance(site.node.value, list))]
    made = with_member(good, rng.choice(paths), "<<", "{}")
    return made and spoilt(good, *made, "merge-key")


def _renamed(good: Good, site: Site, name: str) -> str:
    """Return the text with another key, in quotes where the key was."""
    old = good.text[site.key_start : site.key_end]
    quote = old[0] if old[0] in "'\"" and name[0] != '"' else ""
    return replaced(good, site.key_start, site.key_end, f"{quote}{name}{quote}")


MUTATORS: tuple[Mutator, ...] = (
    key_typo,
    unknown_key,
    duplicate_key,
    missing_key,
    bad_step_name,
    bad_pipeline_id,
    trap_as_key,
    merge_key,
)

"""Mutators of values that must fail: wrong types, durations, words, dates, traps and tags."""

from __future__ import annotations

from random import Random

import yaml

from tests.corpus.goods import Good, Site
from tests.corpus.language import (
    CHOICES,
    COUNTS,
    DURATIONS,
    LISTS,
    MAPPINGS,
    TEXTS,
    TRUTHS,
    language_sites,
    words,
)
from tests.corpus.mutants import Mutator, Spoilt, chosen, is_simple, replaced, spoilt, typo, with_member

_WRONG = {
    **dict.fromkeys(COUNTS, ("many", "[1]", "{a: 1}", "true", "1.5", '"2"')),
    **dict.fromkeys(TRUTHS, ("7", "[true]", "maybe", '"true"', "{a: true}")),
    **dict.fromkeys(DURATIONS, ("[1h]", "true", "{h: 1}")),
    **dict.fromkeys(TEXTS, ("[a]", "{a: b}", "7", "true", "1.5")),
    **dict.fromkeys(MAPPINGS, ("7", "[a]", "true", "text")),
    **dict.fromkeys(LISTS, ("7", "{a: b}", "text", "true")),
}
_WRONG_DURATIONS = ("90", '"90"', "1 hour", "-5m", "1.5h", "soon", "PT1H", "1h 30m", "30m1h", '""', "10ms")
_TYPE_CODES = ("bad-type", "bad-value", "bad-duration")


def wrong_type(good: Good, rng: Random) -> Spoilt | None:
    """Give a key of the language a value of another type."""
    site = _simple(good, rng, frozenset(_WRONG))
    return _put(good, site, rng.choice(_WRONG[str(site.path[-1])]), *_TYPE_CODES) if site else None


def bad_duration(good: Good, rng: Random) -> Spoilt | None:
    """Write a duration in another way than the language's."""
    site = _simple(good, rng, DURATIONS)
    return _put(good, site, rng.choice(_WRONG_DURATIONS), "bad-duration") if site else None


def bad_number(good: Good, rng: Random) -> Spoilt | None:
    """Write a number that is too small."""
    site = _simple(good, rng, COUNTS - {"priority_weight"})
    return _put(good, site, rng.choice(["-1", "-99"]), "bad-value") if site else None


def bad_word(good: Good, rng: Random) -> Spoilt | None:
    """Misspell a word where only some are allowed."""
    site = _simple(good, rng, CHOICES)
    if (
        site is None
        or (wrong := typo(rng, site.node.value)) == site.node.value
        or wrong in words(str(site.path[-1]))
    ):
        return None
    return _put(good, site, wrong, "bad-value", says="allowed: ")


def bad_language(good: Good, rng: Random) -> Spoilt | None:
    """Ask for a language that there is not."""
    site = _simple(good, rng, frozenset({"flows"}))
    return _put(good, site, rng.choice(["pipeline/2", "pipeline", "x"]), "bad-value") if site else None


def bad_schedule(good: Good, rng: Random) -> Spoilt | None:
    """Write a schedule that is none."""
    site = _simple(good, rng, frozenset({"schedule"}))
    if site is None or not isinstance(site.node, yaml.ScalarNode):
        return None
    wrong = ['"61 * * * *"', '"@dayly"', "every day", "0 6 * *", '"* * * * * * *"', '""', '"0 0 * * 9"']
    return _put(good, site, rng.choice(wrong), "bad-schedule", "bad-value")


def bad_date(good: Good, rng: Random) -> Spoilt | None:
    """Write a day or a time that there is not."""
    site = _simple(good, rng, frozenset({"start", "end"}))
    wrong = ["2026-02-30", '"01.02.2026"', "tomorrow", "2026-1-1", "2026-01-01T24:61", "20260101", "null"]
    return _put(good, site, rng.choice(wrong), "bad-date", "bad-type") if site else None


def bad_timezone(good: Good, rng: Random) -> Spoilt | None:
    """Name a time zone that there is not."""
    site = _simple(good, rng, frozenset({"timezone"}))
    return (
        _put(good, site, rng.choice(["Europe/Zurick", "CEST", '"+02:00"']), "bad-timezone") if site else None
    )


def bad_condition(good: Good, rng: Random) -> Spoilt | None:
    """Write a condition that is no expression."""
    site = _simple(good, rng, frozenset({"if"}))
    wrong = ["maybe", '"${dag_run.ds} x"', '"{{ ds }}"', "1", "[true]", '"true"', '"$${dag_run.ds}"']
    return _put(good, site, rng.choice(wrong), "bad-condition") if site else None


def bad_default(good: Good, rng: Random) -> Spoilt | None:
    """Give a param a default that breaks its schema."""
    breaks = {"string": "[1]", "integer": "many", "number": "many", "array": "7", "object": "7"}
    types = {
        site.path[1]: site.node.value
        for site in good.sites
        if site.path[0] == "params" and site.path[2:] == ("type",) and isinstance(site.node.value, str)
    }
    sites = [good.at("params", name, "default") for name in types]
    site = chosen(rng, [each for each in sites if each is not None and is_simple(good, each)])
    return _put(good, site, breaks[types[site.path[1]]], "bad-param") if site else None


def trap_as_value(good: Good, rng: Random) -> Spoilt | None:
    """Write a boolean as YAML 1.1 does."""
    site = _simple(good, rng, TRUTHS)
    return _put(good, site, rng.choice(["yes", "No", "ON", "off"]), "yaml-trap") if site else None


def trap_as_input(good: Good, rng: Random) -> Spoilt | None:
    """Give an input that means one thing to one reader of YAML, and another to the next."""
    inputs = [site.path for site in good.sites if site.path[0] == "steps" and site.path[2:] == ("with",)]
    path = chosen(rng, inputs)
    made = (
        with_member(good, path, "spoilt", rng.choice(["08:30", "010", "no", "On", "1:30:00"]))
        if path
        else None
    )
    return made and spoilt(good, made[0], made[1] + len("spoilt: "), "yaml-trap")


def tagged(good: Good, rng: Random) -> Spoilt | None:
    """Put a tag before a value."""
    sites = [site for site in good.sites if is_simple(good, site)]
    site = chosen(rng, sites)
    tag = rng.choice(["!!str", "!x", "!!python/name:os.system", "!!binary", "!<tag:example.org,2026:x>"])
    return (
        spoilt(good, replaced(good, site.start, site.start, f"{tag} "), site.start, "tag") if site else None
    )


def unknown_alias(good: Good, rng: Random) -> Spoilt | None:
    """Put an alias of nothing in a value's place."""
    site = chosen(rng, [site for site in good.sites if is_simple(good, site)])
    return _put(good, site, "*nowhere ", "yaml-syntax", says="nowhere") if site else None


def secret(good: Good, rng: Random) -> Spoilt | None:
    """Paste a secret into a step's inputs."""
    inputs = [site.path for site in good.sites if site.path[0] == "steps" and site.path[2:] == ("with",)]
    key, value = rng.choice(
        [("token", "hunter2hunter2"), ("note", "wb_live_0123456789abcdef"), ("api_key", '"k3y-k3y-k3y"')]
    )
    made = with_member(good, rng.choice(inputs), key, value) if inputs else None
    return made and spoilt(good, made[0], made[1] + len(f"{key}: "), "secret")


def _simple(good: Good, rng: Random, keys: frozenset[str]) -> Site | None:
    return chosen(rng, [site for site in language_sites(good, keys) if is_simple(good, site)])


def _put(good: Good, site: Site, value: str, *codes: str, says: str = "") -> Spoilt:
    return spoilt(good, replaced(good, site.start, site.end, value), site.start, *codes, says=says)


MUTATORS: tuple[Mutator, ...] = (
    wrong_type,
    bad_duration,
    bad_number,
    bad_word,
    bad_language,
    bad_schedule,
    bad_date,
    bad_timezone,
    bad_condition,
    bad_default,
    trap_as_value,
    trap_as_input,
    tagged,
    unknown_alias,
    secret,
)

"""Mutators of what names stand for that must fail: platforms, options, templates, steps, their rings."""

from __future__ import annotations

from random import Random

import yaml

from tests.corpus.goods import Good, Site
from tests.corpus.language import PLATFORMS, WITH_FILES, WITHOUT_SEARCH, language_sites, live_steps
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


def unknown_platform(good: Good, rng: Random) -> Spoilt | None:
    """Misspell a platform."""
    site = chosen(rng, _runs(good))
    if site is None:
        return None
    platform = good.pipeline.step(str(site.path[1])).platform
    wrong = typo(rng, platform)
    at = good.text.find(platform, site.start, site.end)
    if wrong in PLATFORMS or at < 0:
        return None
    text = replaced(good, at, at + len(platform), wrong)
    return spoilt(good, text, site.start, "unknown-platform", says="Did you mean `")


def unknown_variant(good: Good, rng: Random) -> Spoilt | None:
    """Ask for a variant that a platform has not."""
    site = chosen(
        rng, [site for site in _runs(good) if good.pipeline.step(str(site.path[1])).variant is None]
    )
    if site is None:
        return None
    platform = good.pipeline.step(str(site.path[1])).platform
    at = good.text.find(f"{platform}/", site.start, site.end)
    if at < 0:
        return None
    text = replaced(good, at, at + len(platform), f"{platform}.wrong")
    return spoilt(good, text, site.start, "unknown-variant", says="`wrong`")


def unknown_option(good: Good, rng: Random) -> Spoilt | None:
    """Give a step an option that its platform has not."""
    step = chosen(rng, list(live_steps(good)))
    if step is None:
        return None
    if good.at(*step.path, "options"):
        made = with_member(good, (*step.path, "options"), "colour", "blue")
        return made and spoilt(good, *made, "unknown-option", says="`colour`")
    made = with_member(good, step.path, "options", "{colour: blue}")
    return made and spoilt(good, made[0], made[1] + len("options: {"), "unknown-option", says="`colour`")


def missing_option(good: Good, rng: Random) -> Spoilt | None:
    """Take away an option that its platform needs and nothing else gives."""
    sites = [
        site
        for site in good.sites
        if site.path[0] == "steps"
        and site.path[2:] in {("options", "start_node_id"), ("options", "end_node_id")}
    ]
    alone = [site for site in sites if good.text.count(f"{site.path[-1]}:") == 1 and len(good.files) == 1]
    site = chosen(rng, alone)
    text = without_member(good, site) if site else None
    if site is None or text is None:
        return None
    line = composed_line(text, *site.path[:3])
    return Spoilt(text, frozenset({"missing-option"}), line, says=str(site.path[-1]))


def bad_option(good: Good, rng: Random) -> Spoilt | None:
    """Give an option a value that its platform refuses."""
    wrong = {"temp": "[1]", "sync_timeout": "0", "event": "x", "callback": "7", "start_node_id": "[a]"}
    sites = [
        site
        for site in good.sites
        if len(site.path) == 4 and site.path[2] == "options" and site.path[3] in wrong
    ]
    site = chosen(rng, [site for site in sites if site.path[0] == "steps" and is_simple(good, site)])
    if site is None:
        return None
    text = replaced(good, site.start, site.end, wrong[str(site.path[3])])
    return spoilt(good, text, site.start, "bad-option")


def unsupported_files(good: Good, rng: Random) -> Spoilt | None:
    """Give files to a platform that takes none."""
    steps = [
        site for site in live_steps(good) if good.pipeline.step(str(site.path[1])).platform != WITH_FILES
    ]
    step = chosen(rng, steps)
    made = with_member(good, step.path, "files", "{a: b.png}") if step else None
    return made and spoilt(good, made[0], made[1], "not-supported", says="files", column=False)


def unsupported_search(good: Good, rng: Random) -> Spoilt | None:
    """Let a run be searched for on a platform that can't be asked."""
    steps = [
        site for site in live_steps(good) if good.pipeline.step(str(site.path[1])).platform in WITHOUT_SEARCH
    ]
    step = chosen(rng, steps)
    made = with_member(good, step.path, "on_ambiguous_start", "search") if step else None
    return made and spoilt(good, made[0], made[1], "not-supported", says="search", column=False)


def unknown_template(good: Good, rng: Random) -> Spoilt | None:
    """Misspell the name of a template."""
    extends = language_sites(good, frozenset({"extends"}))
    site = chosen(rng, [site for site in extends if is_simple(good, site)])
    if site is None:
        return None
    text = replaced(good, site.start, site.end, f"{site.node.value}_gone")
    return spoilt(good, text, site.start, "unknown-template", says="templates: ")


def unknown_need(good: Good, rng: Random) -> Spoilt | None:
    """Let a step wait for one that there is not."""
    step = chosen(rng, list(live_steps(good)))
    made = _with_need(good, step, "nowhere") if step else None
    return made and spoilt(good, *made, "unknown-step", says="`nowhere`")


def cycle(good: Good, rng: Random) -> Spoilt | None:
    """Let a step wait for one that waits for it."""
    pairs = [(step.name, need) for step in good.pipeline.steps for need in step.needs]
    if not pairs:
        return None
    later, earlier = rng.choice(pairs)
    return _ring(good, earlier, later)


def own_cycle(good: Good, rng: Random) -> Spoilt | None:
    """Let a step wait for itself."""
    name = rng.choice(good.pipeline.steps).name
    return _ring(good, name, name)


def _ring(good: Good, waiting: str, need: str) -> Spoilt | None:
    """Let a step wait for another one; the error stands at the first step of the ring."""
    step = good.at("steps", waiting)
    made = _with_need(good, step, need) if step and not step.is_shared else None
    if made is None:
        return None
    needs = {each.name: {*each.needs} for each in good.pipeline.steps}
    needs[waiting].add(need)
    first = next(name for name in needs if name in _reached(needs, name))
    return Spoilt(made[0], frozenset({"cycle"}), composed_line(made[0], "steps", first), says=" -> ")


def _reached(needs: dict[str, set[str]], start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [*needs[start]]
    while waiting:
        if (name := waiting.pop()) not in reached:
            reached.add(name)
            waiting += needs[name]
    return reached


def _with_need(good: Good, step: Site, name: str) -> tuple[str, int] | None:
    """Return the text in which a step has one need more, and where that stands."""
    site = good.at(*step.path, "needs")
    if site is None:
        if good.at(*step.path, "extends"):  # its template may have needs, which these would replace
            return None
        made = with_member(good, step.path, "needs", name)
        return made and (made[0], made[1] + len("needs: "))
    if not is_simple(good, site) or site.node.value in ("null", "~"):
        return None
    if isinstance(site.node, yaml.ScalarNode):
        old = good.text[site.start : site.end]
        return replaced(good, site.start, site.end, f"[{name}, {old}]"), site.start + 1
    comma = ", " if site.node.value else ""
    return replaced(good, site.start + 1, site.start + 1, f"{name}{comma}"), site.start + 1


def _runs(good: Good) -> list[Site]:
    return [
        site
        for site in language_sites(good, frozenset({"run"}))
        if site.path[0] == "steps" and is_simple(good, site)
    ]


MUTATORS: tuple[Mutator, ...] = (
    unknown_platform,
    unknown_variant,
    unknown_option,
    missing_option,
    bad_option,
    unsupported_files,
    unsupported_search,
    unknown_template,
    unknown_need,
    cycle,
    own_cycle,
)

"""Mutators of the values' spelling that must build the same pipeline."""

from __future__ import annotations

import json
from random import Random

import yaml

from airflow_provider_flows.pipelines.durations import seconds
from airflow_provider_flows.pipelines.whole import whole
from tests.corpus.goods import Good, Site, composed
from tests.corpus.language import DURATIONS, language_sites, live_steps
from tests.corpus.mutants import Mutator, Same, chosen, is_simple, replaced, with_member
from tests.corpus.styles import is_text, restyled, single_quoted

_OTHER_WORDS = {
    "null": ("null", "Null", "NULL", "~"),
    "true": ("true", "True", "TRUE"),
    "false": ("false", "False", "FALSE"),
}
_NOTHING_IN_A_STEP = (
    "label",
    "doc",
    "if",
    "pool",
    "group",
    "retries",
    "outlets",
    "max_parallel",
    "on_failure",
)


def quoted(good: Good, rng: Random) -> Same | None:
    """Put a text into quotes, or into others."""
    sites = [site for site in good.sites if is_simple(good, site) and is_text(site.node)]
    site = chosen(rng, sites)
    return Same(replaced(good, site.start, site.end, _in_quotes(site.node.value, rng))) if site else None


def quoted_key(good: Good, rng: Random) -> Same | None:
    """Put a key into quotes, or into others."""
    site = chosen(rng, [site for site in good.sites if site.key is not None])
    if site is None or site.key is None:
        return None
    return Same(replaced(good, site.key_start, site.key_end, _in_quotes(site.key.value, rng)))


def other_style(good: Good, rng: Random) -> Same | None:
    """Write the whole file in other styles: in blocks, in brackets, or some of both."""
    return Same(restyled(composed(good.text), rng, chance=rng.random()))


def one_bracket(good: Good, rng: Random) -> Same | None:
    """Write the whole file in brackets, as JSON does."""
    return Same(restyled(composed(good.text), rng, chance=1))


def only_blocks(good: Good, rng: Random) -> Same | None:
    """Write the whole file without brackets."""
    return Same(restyled(composed(good.text), rng, chance=0))


def other_order(good: Good, rng: Random) -> Same | None:
    """Write the whole file with all its members in another order."""
    node = composed(good.text)
    return Same(restyled(node, rng, chance=rng.random(), is_shuffled=True), in_order=False)


def other_word(good: Good, rng: Random) -> Same | None:
    """Write null, true or false in YAML's other spellings."""
    known = [
        site
        for site in good.sites
        if isinstance(site.node, yaml.ScalarNode)
        and is_simple(good, site)
        and not site.node.style
        and site.node.value.lower() in _OTHER_WORDS
    ]
    site = chosen(rng, known)
    if site is None:
        return None
    return Same(replaced(good, site.start, site.end, rng.choice(_OTHER_WORDS[site.node.value.lower()])))


def other_duration(good: Good, rng: Random) -> Same | None:
    """Write a duration in other units."""
    sites = [site for site in language_sites(good, DURATIONS) if is_simple(good, site)]
    site = chosen(rng, [site for site in sites if site.node.value.lower() != "null"])
    if site is None:
        return None
    length = seconds(site.node.value)
    minutes, hours = divmod(length, 60), divmod(length, 3600)
    spelled = [f"{length}s", f"0{length}s", f"{minutes[0]}m{minutes[1]}s", f"{hours[0]}h{hours[1]}s"]
    return Same(replaced(good, site.start, site.end, rng.choice(spelled)))


def need_in_a_list(good: Good, rng: Random) -> Same | None:
    """Write a single need as a list."""
    sites = [site for site in language_sites(good, frozenset({"needs"})) if is_simple(good, site)]
    site = chosen(rng, [site for site in sites if is_text(site.node)])
    return (
        Same(replaced(good, site.start, site.end, f"[{good.text[site.start : site.end]}]")) if site else None
    )


def need_that_is_known(good: Good, rng: Random) -> Same | None:
    """Say of a step that it needs what its references speak of."""
    steps = [site for site in live_steps(good) if not good.at(*site.path, "extends")]
    step = chosen(rng, [site for site in steps if good.pipeline.step(str(site.path[1])).needs])
    if step is None:
        return None
    needs = good.pipeline.step(str(step.path[1])).needs
    made = with_member(good, step.path, "needs", f"[{', '.join(rng.sample(needs, len(needs)))}]")
    return made and Same(made[0])


def nothing_said(good: Good, rng: Random) -> Same | None:
    """Say null, or the default, where nothing was said."""
    if not good.is_pipeline:
        return None
    step = chosen(rng, [site for site in live_steps(good) if not good.at(*site.path, "extends")])
    if len(good.files) > 1 or good.at("defaults") or step is None or rng.random() < 0.3:
        key, value = rng.choice([("catchup", "false"), ("schedule", "null"), ("params", "{}")])
        made = with_member(good, (), key, value)
    else:
        made = with_member(good, step.path, rng.choice(_NOTHING_IN_A_STEP), rng.choice(["null", "~", ""]))
    return made and Same(made[0])


def spare_template(good: Good, rng: Random) -> Same | None:
    """Add a template that nothing extends, or defaults that say nothing."""
    key, value = rng.choice(
        [("templates", "{spare: {run: wisebot/x, with: {a: 1}}}"), ("defaults", "{platforms: {}}")]
    )
    made = with_member(good, (), key, value)
    return made and Same(made[0])


def written_out(good: Good, _: Random) -> Same | None:
    """Write the pipeline as `render` does, with all that its steps inherit and no defaults."""
    return Same(whole(good.pipeline)) if len(good.files) == 1 else None


def text_by_alias(good: Good, rng: Random) -> Same | None:
    """Give a text a name where it first stands, and an alias where it stands again."""
    texts: dict[str, Site] = {}
    pairs = []
    for site in good.sites:
        if is_simple(good, site) and is_text(site.node):
            if site.node.value in texts:
                pairs.append((texts[site.node.value], site))
            texts.setdefault(site.node.value, site)
    if not pairs:
        return None
    first, again = rng.choice(pairs)
    text = replaced(good, again.start, again.end, "*again ")
    return Same(f"{text[: first.start]}&again {text[first.start :]}")


def _in_quotes(value: str, rng: Random) -> str:
    return rng.choice([json.dumps(value, ensure_ascii=False), single_quoted(value)])


MUTATORS: tuple[Mutator, ...] = (
    quoted,
    quoted_key,
    other_style,
    one_bracket,
    only_blocks,
    other_order,
    other_word,
    other_duration,
    need_in_a_list,
    need_that_is_known,
    nothing_said,
    spare_template,
    text_by_alias,
    written_out,
)

"""What a step asks of its platform, against what the platform's spec says."""

from __future__ import annotations

import pytest

from airflow_provider_flows.platforms.specs import load, names
from tests.pipelines.told import cases, heads, pipeline, read, told

NODES = "start_node_id: a, end_node_id: b"


@pytest.mark.parametrize(("step", "said"), cases("abilities"))
def test_what_the_platform_has_not_is_told(step: str, said: list[str]) -> None:
    """Each wish that the spec can't fulfil is told at the wish, with the platform's title."""
    assert heads(f"steps: {{a: {step}}}\n") == said


@pytest.mark.parametrize(
    "step",
    [
        f"{{run: scade/w, options: {{{NODES}}}}}",
        f"{{run: 'scade/${{params}}', options: {{{NODES}}}}}",
        "{run: scade/w, options: {start_node_id: '${params.x}', end_node_id: '{{ ds }}'}}",
        "{run: blinkops.sync/w, options: {sync_timeout: '60', workspace: w}}",
        "{run: blinkops.sync/w, options: {sync_timeout: '${params.x}'}}",
        "{run: blinkops.sync/w, options: {sync_timeout: '{% if 1 %}3{% endif %}'}}",
        "{run: blinkops/w, options: {callback: {url: '${params.x}', nope: 1}}}",
        "{run: blinkops/w, options: {callback: {headers: {}, body: {x: ['{{ ds }}']}}}}",
        "{run: blinkops/w, options: {event: null, runner: ''}}",
        "{run: wisebot.webhook/w}",
        "{run: vishwa/w, files: {a: '${params.x}'}, with: {b: 1}}",
        "{run: unitelabs/w, on_ambiguous_start: search, correlation_input: key, with: {key: '${params.x}'}}",
        "{run: unitelabs/w, on_ambiguous_start: search, correlation_input: key, with: '${params}'}",
        "{run: unitelabs/w, on_ambiguous_start: fail, correlation_input: key}",
        "{run: blinkops/w, cancel_on_timeout: true, on_ambiguous_start: search}",
        "{run: wisebot/w, cancel_on_timeout: false, on_ambiguous_start: restart}",
    ],
)
def test_what_the_platform_can_do_may_be_asked(step: str) -> None:
    """Options of the right type, or known only at run time, and abilities that the spec has."""
    pipeline(f"params: {{x: 1}}\nsteps: {{a: {step}}}\n")


@pytest.mark.parametrize("value", ["null", "''", "' '"])
def test_an_empty_option_is_missing(value: str) -> None:
    """As it is at run time."""
    body = f"steps: {{a: {{run: scade/w, ¦options: {{start_node_id: a, end_node_id: {value}}}}}}}\n"
    if value == "' '":
        pipeline(body.replace("¦", ""))  # one blank is an odd id, but may be one
    else:
        assert heads(body) == ["missing-option: Scade needs `options.end_node_id` (End node)"]


def test_required_options_may_come_from_anywhere() -> None:
    """From the defaults, from a template, or half from each."""
    pipeline(
        "defaults: {platforms: {scade: {options: {start_node_id: a}}}}\n"
        "templates: {t: {options: {end_node_id: b}}}\n"
        "steps: {a: {extends: t, run: scade/w}, b: {run: scade/w, options: {end_node_id: c}}}\n"
    )
    assert (
        len(
            told(
                "defaults: {platforms: {scade: {options: {start_node_id: a}}}}\nsteps: {¦a: {run: scade/w}}\n"
            )
        )
        == 1
    )


def test_an_option_of_one_variant_may_be_a_default() -> None:
    """Steps in another variant don't get it; a step's own is an error."""
    found = pipeline(
        "defaults: {platforms: {blinkops: {options: {sync_timeout: 30, runner: r}}}}\n"
        "steps: {a: {run: blinkops.sync/w}, b: {run: blinkops/w}}\n"
    )
    assert [step.options for step in found.steps] == [{"sync_timeout": 30, "runner": "r"}, {"runner": "r"}]


def test_a_wish_for_all_platforms_is_no_fault_of_one() -> None:
    """A default for every step may ask for what some platforms can't; one for the platform may not."""
    pipeline("defaults: {cancel_on_kill: true}\nsteps: {a: {run: scade/w, options: {" + NODES + "}}}\n")
    (found,) = told(
        "defaults: {platforms: {wisebot: {cancel_on_kill: ¦true}}}\nsteps: {a: {run: wisebot/w}}\n"
    )
    assert not found.is_error


def test_a_secret_is_not_repeated() -> None:
    """An option that looks like a key is called malformed, not shown."""
    reading = read("steps: {a: {run: vishwa/w, options: {temp: sk-1234567890abcdefghijklmno}}}\n")
    text = "\n".join(each.text() for each in reading.diagnostics)
    assert "option temp (Temporary files) is malformed" in text
    assert "abcdefgh" not in text


@pytest.mark.parametrize("name", names())
def test_every_platform_can_be_run(name: str) -> None:
    """With the options that its spec requires, in each of its variants."""
    spec = load(name)
    for variant in (None, *spec.variants):
        fields = spec.variant(variant).options.values()
        options = ", ".join(f"{each.name}: x" for each in fields if each.required and each.default is None)
        run = f"{name}.{variant}/f" if variant else f"{name}/f"
        (step,) = pipeline(f"steps: {{a: {{run: {run}, options: {{{options}}}}}}}\n").steps
        assert (step.platform, step.variant, step.flow, step.connection) == (
            name,
            variant,
            "f",
            f"{name}_default",
        )


def test_a_flow_is_all_after_the_first_slash() -> None:
    """It may hold slashes, dots and blanks."""
    (step,) = pipeline("steps: {a: {run: 'wisebot/a/b.c d/e'}}\n").steps
    assert (step.platform, step.variant, step.flow) == ("wisebot", None, "a/b.c d/e")

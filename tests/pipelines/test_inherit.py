"""What a step has from folders, from its file, from its platform and from templates."""

from __future__ import annotations

import pytest

from airflow_provider_flows.pipelines.diagnostics import Place
from airflow_provider_flows.pipelines.read import read_defaults_file
from tests.pipelines.told import FILE, FOLDER, cases, heads, pipeline, places, read, told

OUTER = """
defaults:
  retries: 1
  retry_delay: 1m
  timeout: 1h
  pool: outer
  queue: outer
  platforms: {wisebot: {retries: 2, pool: outer_wisebot, connection: outer}}
"""
INNER = "defaults: {retries: 3, timeout: 2h, platforms: {wisebot: {pool: inner_wisebot}}}\n"
OWN = "defaults: {timeout: 3h, queue: own}\n"


def test_what_is_nearer_wins() -> None:
    """Folders from the outside in, the file, the platform in the same order, the template, the step."""
    found = pipeline(
        OWN + "templates: {t: {run: wisebot/w, poll_interval: 1s, queue: template}}\n"
        "steps: {a: {extends: t, poll_interval: 2s}, b: {run: vishwa/w}}\n",
        OUTER,
        INNER,
    )
    a, b = found.steps
    assert a.settings == {
        "retries": 2,
        "retry_delay": 60,
        "timeout": 10800,
        "pool": "inner_wisebot",
        "queue": "template",
        "poll_interval": 2,
    }
    assert a.connection == "outer"
    assert b.settings == {"retries": 3, "retry_delay": 60, "timeout": 10800, "pool": "outer", "queue": "own"}
    assert b.connection == "vishwa_default"


def test_each_value_knows_where_it_was_given() -> None:
    """The places are those of the layer that has won, member by member where mappings are merged."""
    step = pipeline(
        "templates:\n  t: {run: wisebot/w, with: {x: 1, y: 1}}\nsteps:\n  a: {extends: t, with: {y: 2}}\n",
        OUTER,
    ).step("a")
    assert step.places["retries"] == Place(FOLDER, 9, 34)
    assert step.places["queue"] == Place(FOLDER, 8, 10)
    assert step.places["run"] == Place(FILE, 4, 12)
    assert step.places["with"] == Place(FILE, 6, 25)
    assert step.places["with.x"] == Place(FILE, 4, 33)
    assert step.places["with.y"] == Place(FILE, 6, 29)
    assert "with.z" not in step.places
    assert "timeout.x" not in step.places
    assert set(step.places) == {
        *("retries", "retry_delay", "timeout", "pool", "queue", "connection", "run"),
        *("with", "with.x", "with.y"),
    }
    assert len(step.places) == 10


def test_a_folder_may_be_the_root() -> None:
    """Above a folder that says `root: true` nothing counts, not even its errors."""
    found = pipeline("steps: {a: {run: wisebot/w}}\n", "defaults: {retires: 1}\n", "root: true\n" + INNER)
    assert found.steps[0].settings == {"retries": 3, "timeout": 7200, "pool": "inner_wisebot"}


def test_mappings_are_merged_and_null_takes_away() -> None:
    """Inputs, options and files are merged as deep as they go; lists and texts replace."""
    found = pipeline(
        "templates:\n"
        "  t:\n"
        "    run: vishwa/w\n"
        "    with: {keep: 1, drop: 1, deep: {a: 1, b: [1, 2]}, text: {a: 1}}\n"
        "    options: {temp: true, override_config: {n: {x: 1}}}\n"
        "    files: {a: /a, b: /b}\n"
        "    retries: 3\n"
        "    if: ${params}\n"
        "steps:\n"
        "  a:\n"
        "    extends: t\n"
        "    with: {drop: null, deep: {b: [3], c: null}, text: '${params.x}', none: null}\n"
        "    options: {temp: null, override_config: {m: {}}}\n"
        "    files: {b: /c}\n"
        "    retries: null\n"
        "    if: null\n"
        "  b: {extends: t, with: null, files: null, options: null}\n"
        "  c: {extends: t, with: '${params}'}\n"
        "params: {x: 1}\n"
    )
    a, b, c = found.steps
    assert a.inputs == {"keep": 1, "deep": {"a": 1, "b": [3], "c": None}, "text": "${params.x}", "none": None}
    assert a.options == {"override_config": {"n": {"x": 1}, "m": {}}}
    assert a.files == {"a": "/a", "b": "/c"}
    assert a.settings == {}
    assert a.condition is None
    assert (b.inputs, b.files, b.options, b.settings) == ({}, {}, {}, {"retries": 3})
    assert c.inputs == "${params}"


def test_templates_extend_templates() -> None:
    """A template's own template comes first; a nearer file's template of the same name replaces."""
    found = pipeline(
        "templates:\n  base: {run: wisebot/near}\n  more: {extends: base, retries: 2, with: {x: 1}}\n"
        "steps:\n  a: {extends: more, with: {y: 2}}\n",
        "templates: {base: {run: wisebot/far, retries: 9, pool: far}, unused: {pool: x}}\n",
    )
    (step,) = found.steps
    assert (step.flow, step.settings, step.inputs) == ("near", {"retries": 2}, {"x": 1, "y": 2})


@pytest.mark.parametrize(("body", "said"), cases("templates"))
def test_what_is_wrong_is_told_once_where_it_was_given(body: str, said: list[str]) -> None:
    """A fault in a template is told at the template, once for all steps, whether they use it or not."""
    assert heads(body) == said


def test_an_error_stands_in_the_file_that_gave_the_value() -> None:
    """A fault in a folder's defaults has that file's name, also where only the step makes it one."""
    said = heads(
        "steps: {a: {extends: t}, b: {run: wisebot/w}}\n",
        "defaults:\n"
        "  platforms: {¦scad: {}, scade: {options: {¦start_node: x}}}\n"
        "  on_ambiguous_start: ¦search\n",
        "templates: {t: {run: ¦wisebot.hook/w, needs: ¦c}}\n",
    )
    assert sorted(said) == [
        "not-supported: Wisebot documents no way to list runs, so `on_ambiguous_start: search` can't work",
        "unknown-option: Scade has no option `start_node`. Did you mean `start_node_id`?",
        "unknown-platform: no platform is called `scad`. Did you mean `scade`?",
        "unknown-step: there is no step `c`",
        "unknown-variant: Wisebot has no variant `hook`. Did you mean `webhook`?",
    ]


@pytest.mark.parametrize(
    "folder",
    [
        "templates: ¦5\n",
        "templates: {t: ¦5}\n",
        "templates: {¦t-x y: {run: wisebot/w}, t: {run: ¦5}}\n",
        "templates: {t: {¦rum: scade/w}}\n",
        "defaults: {¦run: scade/w, platforms: {scade: {¦with: {}}}}\ntemplates: {t: {¦runn: scade/w}}\n",
        "x¦: : :\n",
    ],
)
def test_a_broken_folder_file_silences_what_depends_on_it(folder: str) -> None:
    """Its own faults are told, but no template is called missing, and nothing that it may have given."""
    reading = read("steps: {a: {extends: t}}\n", folder.replace("¦", ""))
    assert reading.pipeline is None
    assert {each.place.file for each in reading.diagnostics} == {FOLDER}


@pytest.mark.parametrize(
    "defaults",
    [
        "¦5",
        "{platforms: ¦5}",
        "{platforms: {scade: ¦5}}",
        "{platforms: {scade: {options: ¦5}}}",
        "{platforms: {scade: {¦optoins: {}}}}",
    ],
)
def test_a_broken_default_silences_what_may_be_missing(defaults: str) -> None:
    """Options that the defaults may have given are not called missing."""
    (found,) = told(
        f"defaults: {defaults}\nsteps: {{a: {{run: scade/w}}, b: {{run: scade/w, options: {{}}}}}}\n"
    )
    assert found.code in {"bad-type", "unknown-key"}


def test_a_file_of_the_other_kind_is_named() -> None:
    """A defaults file in a pipeline's place, and the other way round, is one error."""
    reading = read("steps: {a: {run: wisebot/w}}\n")
    assert reading.pipeline is not None
    (found,) = read_defaults_file(reading.pipeline.source, FOLDER)
    assert found.place == Place(FOLDER, 1, 8)
    assert found.message == "this file is to be a `defaults/1`, but says that it is a `pipeline/1`"


def test_a_folder_file_can_be_read_by_itself() -> None:
    """Its own faults are told, but not what other folders or pipelines may give it."""
    text, expected = places(
        "flows: defaults/1\n"
        "defaults: {¦retires: 1, pool: '¦${x}', platforms: {¦wisebt: {}}}\n"
        "templates:\n"
        "  t: {extends: elsewhere, with: {x: '${steps.any.result} ${params.any} ¦${x}'}}\n"
        "  u: {extends: ¦u}\n",
        FOLDER,
    )
    assert [each.place for each in read_defaults_file(text, FOLDER)] == expected
    assert read_defaults_file("flows: defaults/1\n", FOLDER) == ()
    assert [each.code for each in read_defaults_file("a: [", FOLDER)] == ["yaml-syntax"]

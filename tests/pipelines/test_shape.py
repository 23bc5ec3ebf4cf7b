"""A file's shape: the same verdict as jsonschema has on our schema, in a person's words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator, validators

from airflow_provider_flows.pipelines.marks import read_marked
from airflow_provider_flows.pipelines.shape import check
from airflow_provider_flows.schemas import schema
from tests.pipelines.documents import DEFAULTS_FILE, PIPELINE, SETTINGS, STEP, WHOLE, changed
from tests.pipelines.here import FILE, marked

SCHEMA = schema("pipeline")
# JSON Schema takes 2.0 for an integer; Airflow would get it as it is, so it is refused.
TYPES = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
EXTEND: Any = validators.extend
VALIDATOR = EXTEND(Draft202012Validator, type_checker=TYPES)(SCHEMA)
HEAD = "flows: pipeline/1\npipeline: x\n"


def test_the_schema_is_one() -> None:
    """It keeps the draft that it names, and refers to nothing outside of itself."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    references = [each["$ref"] for each in _nodes(SCHEMA) if "$ref" in each]
    assert {each.removeprefix("#/$defs/") for each in references} <= set(SCHEMA["$defs"])
    assert set(SCHEMA["$defs"]) - {each.removeprefix("#/$defs/") for each in references} == set()


def test_an_editor_can_explain_every_key() -> None:
    """Each key of a file has a title and a sentence, itself or by what it refers to."""
    for name in ("pipeline", "defaults_file", "template", "defaults", "platform_defaults"):
        for key, node in SCHEMA["$defs"][name]["properties"].items():
            told = {**SCHEMA["$defs"].get(node.get("$ref", "").rpartition("/")[2], {}), **node}
            assert told.get("title"), (name, key)
            assert told.get("description", "").endswith((".", ")")), (name, key)


def test_patterns_mean_the_same_in_an_editor() -> None:
    """JavaScript lacks some of Python's signs, and other signs mean fewer letters there."""
    patterns = [each["pattern"] for each in _nodes(SCHEMA) if "pattern" in each]
    assert len(patterns) > 10
    assert [each for each in patterns if re.search(r"\\[AZzdwb]|\(\?P|\(\?<", each)] == []


def test_settings_are_the_same_wherever_they_can_be_given() -> None:
    """A step, the defaults and those of a platform have them all, by the same definition."""
    definitions = SCHEMA["$defs"]
    for key in SETTINGS:
        nodes = [
            definitions[each]["properties"][key] for each in ("template", "defaults", "platform_defaults")
        ]
        assert nodes == [{"$ref": f"#/$defs/{key}"}] * 3
    own = set(STEP) - set(SETTINGS)
    assert set(definitions["template"]["properties"]) == own | set(SETTINGS)
    assert set(definitions["defaults"]["properties"]) == {"platforms", "on_failure", *SETTINGS}
    assert set(definitions["platform_defaults"]["properties"]) == {"connection", "options", *SETTINGS}
    assert set(definitions["pipeline"]["properties"]) == set(PIPELINE)
    assert set(definitions["defaults_file"]["properties"]) == set(DEFAULTS_FILE)


@pytest.mark.parametrize("number", range(len(WHOLE)))
def test_a_file_may_say_all_that_there_is_to_say(number: int) -> None:
    """Nothing that the language has is refused, by jsonschema neither."""
    found = marked(json.dumps(WHOLE[number]))
    assert check(found) == ([], frozenset())
    assert VALIDATOR.is_valid(WHOLE[number])


@settings(deadline=None, max_examples=150)
@given(changed())
def test_a_file_is_refused_just_where_jsonschema_refuses_it(document: dict[str, Any]) -> None:
    """The rules that we read from the schema are those that an editor reads, whatever is wrong in a file."""
    found = marked(json.dumps(document))
    diagnostics, unusable = check(found)
    assert bool(diagnostics) == (not VALIDATOR.is_valid(document)), [each.headline for each in diagnostics]
    assert unusable <= set(found.marks)
    for each in diagnostics:
        assert each.is_error


def test_all_errors_are_told_in_one_pass() -> None:
    """Each part is judged, whatever is wrong with the others; what was refused is named for later checks."""
    text = "flows: pipeline/2\npipeline: a b\ncatchup: 1\nsteps: {a: {run: x, with: 1}, b: null}\nx: 1"
    diagnostics, unusable = check(marked(text))
    assert [each.code for each in diagnostics] == [
        "bad-value", "bad-name", "bad-type", "bad-value", "bad-type", "bad-type", "unknown-key",
    ]  # fmt: skip
    refused = {
        ("flows",),
        ("pipeline",),
        ("catchup",),
        ("steps", "a", "run"),
        ("steps", "a", "with"),
        ("steps", "b"),
    }
    assert unusable == refused


def test_nothing_is_said_of_what_yaml_has_refused() -> None:
    """One mistake is told once: of the file, a value, an item, a key, or the word that tells shapes apart."""
    text = HEAD + "steps: {a: {run: x/y, needs: [on], 12: 3, timeout: off}}\nschedule: {timetable: on}\n"
    found, diagnostics = read_marked(text, FILE)
    assert found is not None
    assert len(diagnostics) == 4
    assert check(found) == ([], found.unusable)
    whole, diagnostics = read_marked("!x [a]", FILE)
    assert whole is not None
    assert (check(whole), len(diagnostics)) == (([], frozenset({()})), 1)


def test_a_secret_in_a_wrong_place_is_not_repeated() -> None:
    """Neither in the sentence nor in the line below it."""
    step = f"run: x/y, retries: {{token: hunter22}}, timeout: ghp_{'a1' * 20}"
    diagnostics = check(marked(f"{HEAD}steps:\n  a: {{{step}}}\ntoken: s3cret!!\n"))[0]
    assert [each.code for each in diagnostics] == ["bad-type", "bad-duration", "unknown-key"]
    assert diagnostics[1].message.endswith("; got a text")
    told = "\n".join(each.text() for each in diagnostics)
    assert not any(each in told for each in ("hunter22", "a1a1", "s3cret"))


def test_long_names_and_values_are_cut() -> None:
    """An error fits on a screen."""
    text = f"{HEAD}steps:\n  a:\n    run: '{'x y ' * 200}'\n    with: \"a\\nb\"\n    {'k' * 200}: 1\n"
    diagnostics = check(marked(text))[0]
    assert all(len(each.message) < 350 for each in diagnostics)
    assert "got 'a b'" in diagnostics[1].message


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nodes(each)

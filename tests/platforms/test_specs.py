"""The specs that ship: valid, compilable, and each field with its source."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from airflow_provider_flows.platforms.documents import parse
from airflow_provider_flows.platforms.fields import Field
from airflow_provider_flows.platforms.forms import field_data, form, text_of
from airflow_provider_flows.platforms.options import evaluated_options
from airflow_provider_flows.platforms.specs import load, names, read_spec
from airflow_provider_flows.protocol.errors import NotSupportedError
from airflow_provider_flows.schemas import schema, schema_problem
from tests.platforms.known import NODES, build

PLATFORMS = ("airflow", "blinkops", "scade", "unitelabs", "vishwa", "wisebot")
VARIANTS = [(name, variant) for name in PLATFORMS for variant in (None, *load(name).variants)]


def test_six_platforms_ship() -> None:
    """The platforms are found by their files; any other name is an error that lists them."""
    assert names() == PLATFORMS
    with pytest.raises(NotSupportedError, match=r"'vishva' is unknown; did you mean 'vishwa'\?"):
        load("vishva")
    with pytest.raises(
        NotSupportedError, match="known: airflow, blinkops, scade, unitelabs, vishwa, wisebot"
    ):
        load("postgres")


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_shipped_spec_is_valid(name: str) -> None:
    """The spec keeps its schema in every variant, and its name is its file's."""
    spec = read_spec(parse(text_of(f"{name}.platform.yaml"), name))
    assert spec.name == name
    assert spec.document.data["docs"].startswith("https://")


def test_the_schema_of_specs_is_a_schema_and_short() -> None:
    """The schema is itself valid, and small enough to be read."""
    Draft202012Validator.check_schema(schema("platform"))
    text = (files("airflow_provider_flows.schemas") / "platform.schema.json").read_text("utf-8")
    assert json.loads(text) == schema("platform")
    assert len(text.splitlines()) <= 150


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_every_field_is_a_json_schema_that_its_default_keeps(name: str, variant: str | None) -> None:
    """A field's schema is valid, its default keeps it, and its texts are there."""
    spec = load(name).variant(variant)
    for part, each in [*spec.standard.items(), *spec.extra.items(), *spec.options.items()]:
        assert isinstance(each, Field)
        assert each.title, part
        assert schema_problem(each.schema) is None
        if each.default is not None and "${" not in str(each.default):
            assert each.problems(each.default) == [], part
            assert each.coerced(each.default) == each.default


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_every_expression_compiles_and_every_setting_exists(name: str, variant: str | None) -> None:
    """Building the platform compiles all that the spec holds, and each call's settings are extras."""
    spoken = build(name, variant)
    data = spoken.spec.document.data
    known = {"conn": spoken.settings.public, "flow": "f", "task": {"key": "k"}}
    options = evaluated_options(spoken.spec, NODES if name == "scade" else {}, known)
    assert list(options) == list(spoken.spec.options)
    calls = [
        data[purpose]
        for purpose in ("start", "status", "result", "cancel", "search", "upload")
        if purpose in data
    ]
    for call in calls:
        for part, field in call.get("settings", {}).items():
            assert part in call
            assert field in spoken.spec.extra
    assert set(spoken.spec.remembered) <= set(spoken.spec.options)


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_form_has_the_fields_of_the_spec(name: str) -> None:
    """The form, which Airflow reads unchecked and fast, shows the same fields as the checked spec."""
    shown, spec = form(text_of(f"{name}.platform.yaml")), load(name)
    assert (shown["title"], shown["docs"]) == (spec.title, spec.document.data["docs"])
    assert list(shown["standard"]) == list(spec.standard)
    assert list(shown["extra"]) == list(spec.extra)
    assert ("failed_states" in shown["extra"]) == spec.can("status")


def test_further_secrets_are_hidden_by_their_names() -> None:
    """Airflow hides an extra by words in its name; every secret field of ours has such a name."""
    hidden = re.compile("secret|password|proxy|token|api_key|private_key|passphrase|authorization")
    for name in PLATFORMS:
        for field, each in load(name).extra.items():
            if each.secret:
                assert each.schema["format"] == "password"
                assert hidden.search(field)


def test_a_platforms_own_field_wins_over_the_common_one() -> None:
    """Wisebot's read timeout is its own, the other common fields stay."""
    own = field_data({"connection": {"extra": {"verify": {"title": "Mine"}}}})["extra"]
    assert own["verify"] == {"title": "Mine"}
    assert "cert" in own
    assert load("wisebot").extra["read_timeout"].default == 300
    assert load("vishwa").extra["read_timeout"].default == 30


FIRST = "flows: platform/1  # ours"  # above it stands the head, which declares the sources
SOURCE = re.compile(r"^\W*(?P<name>[a-z]+)\b")
SETTING = re.compile(r"\bsee (?P<names>[a-z_]+(?:(?:,| and) [a-z_]+)*)")


class Sourced:
    """A spec's text with the comments of each of its lines."""

    def __init__(self, name: str) -> None:
        self.text = text_of(f"{name}.platform.yaml")
        self.lines = self.text.splitlines()
        head = " ".join(self.lines[: self.lines.index(FIRST)])
        self.sources = set(re.findall(r'"([a-z]+)" is ', head))

    def comments(self, number: int) -> str:
        """Return the comment on a line and those that stand alone right above it."""
        above = number
        while self.lines[above - 1].lstrip().startswith("#"):
            above -= 1
        texts = [line.strip() for line in self.lines[above:number]]
        return " ".join([*texts, _trailing(self.lines[number])])

    def leaves(self) -> Iterator[tuple[str, list[int]]]:
        """Yield the path of each scalar, with the lines of the keys that lead to it."""
        yield from _leaves(yaml.compose(self.text), [], [])


def _trailing(line: str) -> str:
    unquoted = re.sub(r"\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'|`[^`]*`", lambda found: "x" * len(found[0]), line)
    found = re.search(r"(?:^|\s)#\s.*$", unquoted)
    return line[found.start() :].strip() if found else ""


def _leaves(node: Any, path: list[str], lines: list[int]) -> Iterator[tuple[str, list[int]]]:
    if isinstance(node, yaml.MappingNode):
        for key, member in node.value:
            yield from _leaves(member, [*path, key.value], [*lines, key.start_mark.line])
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _leaves(item, [*path, str(index)], [*lines, item.start_mark.line])
    else:
        yield ".".join(path), lines


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_field_of_a_spec_has_its_source(name: str) -> None:
    """Each value's line, or that of what it is part of, names a declared source, or that there is none."""
    spec = Sourced(name)
    assert {"vendor", "ours"} <= spec.sources
    missing = []
    for path, lines in spec.leaves():
        comments = [comment for line in lines if (comment := spec.comments(line))]
        named = [SOURCE.match(comment) for comment in comments]
        known = [found for found in named if found and found["name"] in spec.sources]
        if not known and not any("Undocumented:" in comment for comment in comments):
            missing.append(path)
    assert missing == []


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_comment_names_a_declared_source(name: str) -> None:
    """No comment beside a value cites a source that the head of the file does not declare."""
    spec = Sourced(name)
    for line in spec.lines[spec.lines.index(FIRST) :]:
        comment = _trailing(line)
        if comment and "Undocumented:" not in comment:
            found = SOURCE.match(comment)
            assert found, comment
            assert found["name"] in spec.sources, comment


@pytest.mark.parametrize("name", PLATFORMS)
def test_what_is_undocumented_can_be_set(name: str) -> None:
    """Each guess names the field or option that changes it, which is there and used, or says why not."""
    spec = Sourced(name)
    fields = set(load(name).extra) | {option for _, variant in VARIANTS for option in _options(name, variant)}
    guesses = [
        line[line.index("Undocumented:") :]
        for line in spec.lines
        if "# " in line and "Undocumented: " in line
    ]
    assert guesses or name == "airflow"  # whose API is public to its last word
    for guess in guesses:
        settings = [
            setting
            for found in SETTING.finditer(guess)
            for setting in re.split(r"(?:,| and) ", found["names"])
        ]
        assert settings or re.search(r"no setting: \w+", guess), guess
        assert set(settings) <= fields, guess
        for setting in settings:
            used = setting.endswith("_states") or re.search(
                rf"settings: .*\b{setting}\b|\.{setting}\b", spec.text
            )
            assert used, guess


def _options(name: str, variant: str | None) -> set[str]:
    return set(load(name).variant(variant).options) if variant in (None, *load(name).variants) else set()

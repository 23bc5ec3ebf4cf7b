"""Diagnostics as text, JSON, GitHub's annotations and SARIF."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows import pipelines
from airflow_provider_flows.pipelines.codes import CODES
from airflow_provider_flows.pipelines.diagnostics import Diagnostic, Place
from airflow_provider_flows.pipelines.formats import FORMATS, formatted, summary

ERROR = Diagnostic(
    place=Place("dags/b, c.flow.yaml", 3, 7),
    code="unknown-key",
    message="`wth` is not a key of `steps.a`: 100 %",
    notes=("allowed: with", "see: docs"),
    excerpt="    a: {wth: é}",
)
WARNING = Diagnostic(place=Place("a.flow.yaml"), code="secret", message="looks like one", is_error=False)
DIAGNOSTICS = st.builds(
    Diagnostic,
    place=st.builds(Place, st.text(min_size=1, max_size=10), st.integers(1, 9), st.integers(1, 9)),
    code=st.sampled_from(sorted(CODES)),
    message=st.text(max_size=20),
    notes=st.lists(st.text(max_size=10), max_size=2).map(tuple),
    excerpt=st.text(max_size=20),
    is_error=st.booleans(),
)


def test_text_is_for_people() -> None:
    """By file and place, with the line, the caret and the notes, and the sum at the end."""
    assert formatted([ERROR, WARNING, ERROR], "text", files=3) == (
        "a.flow.yaml:1:1: warning[secret] looks like one\n\n"
        "dags/b, c.flow.yaml:3:7: error[unknown-key] `wth` is not a key of `steps.a`: 100 %\n"
        "     3 |     a: {wth: é}\n"
        "       |       ^\n"
        "       = allowed: with\n"
        "       = see: docs\n\n"
        "3 files, 1 error, 1 warning"
    )


@pytest.mark.parametrize(
    ("found", "files", "text"),
    [
        ([], 0, "0 files, 0 errors"),
        ([], 1, "1 file, 0 errors"),
        ([ERROR], 2, "2 files, 1 error"),
        ([ERROR, WARNING, replace(WARNING, code="tag")], 2, "2 files, 1 error, 2 warnings"),
    ],
)
def test_the_sum_is_a_line(found: list[Diagnostic], files: int, text: str) -> None:
    """Warnings are named only where there are some; it is all that a good file has to tell."""
    assert summary(found, files) == text
    assert formatted(found, "text", files=files).splitlines()[-1] == text
    assert found or formatted(found, "text", files=files) == text


def test_github_shows_an_annotation_at_the_line() -> None:
    """What would end a property or the line is escaped as GitHub does it."""
    head = "::error file=dags/b%2C c.flow.yaml,line=3,col=7,title=unknown-key"
    assert formatted([ERROR, WARNING], "github", files=2).splitlines() == [
        "::warning file=a.flow.yaml,line=1,col=1,title=secret::looks like one",
        f"{head}::`wth` is not a key of `steps.a`: 100 %25%0Aallowed: with%0Asee: docs",
        "2 files, 1 error, 1 warning",
    ]


@given(DIAGNOSTICS)
def test_nothing_is_lost_on_the_way_to_github(each: Diagnostic) -> None:
    """An annotation is one line that can be read back, whatever the file is called and the message says."""
    line, _ = formatted([each], "github", files=1).rsplit("\n", 1)
    assert "\n" not in line
    assert "\r" not in line
    found = re.fullmatch(
        r"::(error|warning) file=([^:,]*),line=(\d+),col=(\d+),title=([a-z-]+)::(.*)", line, re.DOTALL
    )
    assert found is not None
    severity, file, row, column, code, message = found.groups()
    assert (severity, _unescaped(file), code) == (each.severity, each.place.file, each.code)
    assert (int(row), int(column)) == (each.place.line, each.place.column)
    assert _unescaped(message) == "\n".join([each.message, *each.notes])


def _unescaped(text: str) -> str:
    return re.sub("%(25|0D|0A|3A|2C)", lambda found: chr(int(found[1], 16)), text)


@given(st.lists(DIAGNOSTICS, max_size=5))
def test_json_holds_all_of_each(found: list[Diagnostic]) -> None:
    """Each diagnostic can be made again of it."""
    data = json.loads(formatted(found, "json", files=7))
    read = [
        Diagnostic(
            place=Place(each.pop("file"), each.pop("line"), each.pop("column")),
            notes=tuple(each.pop("notes")),
            is_error=each.pop("severity") == "error",
            **each,
        )
        for each in data["diagnostics"]
    ]
    assert set(read) == set(found)
    assert data["files"] == 7
    assert data["errors"] + data["warnings"] == len(read)
    assert data["errors"] == sum(each.is_error for each in read)


def test_sarif_names_rule_place_and_line() -> None:
    """A code host shows each result at its line, under the sentence of its rule."""
    log = json.loads(formatted([ERROR, WARNING], "sarif", files=2))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == ["secret", "unknown-key"]
    assert rules[1]["shortDescription"] == {"text": CODES["unknown-key"]}
    warning, error = run["results"]
    assert (warning["level"], error["level"]) == ("warning", "error")
    assert error["ruleId"] == rules[error["ruleIndex"]]["id"] == "unknown-key"
    assert error["message"]["text"].splitlines() == [ERROR.message, *ERROR.notes]
    assert error["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "dags/b%2C%20c.flow.yaml"},
                "region": {"startLine": 3, "startColumn": 7, "snippet": {"text": ERROR.excerpt}},
            }
        }
    ]
    assert "snippet" not in warning["locations"][0]["physicalLocation"]["region"]


@given(st.lists(DIAGNOSTICS, max_size=5))
def test_sarif_points_to_its_rules_and_files(found: list[Diagnostic]) -> None:
    """Every result has a rule, and an address that is one whatever the file is called."""
    (run,) = json.loads(formatted(found, "sarif", files=1))["runs"]
    rules = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    for each in run["results"]:
        assert rules[each["ruleIndex"]] == each["ruleId"]
        uri = each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9_.~/:%-]+", uri)


def test_sarif_takes_a_whole_path_for_a_file() -> None:
    """A path from the root is an address of its own."""
    absolute = Diagnostic(place=Place("/a b/c.yaml"), code="secret", message="x")
    log = json.loads(formatted([absolute], "sarif", files=1))
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert unquote(location["artifactLocation"]["uri"]) == "file:///a b/c.yaml"


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_can_be_printed(form: str) -> None:
    """A file's name may hold bytes that are no text; whoever prints replaces them, JSON escapes them."""
    odd = Diagnostic(place=Place("a\udce9.yaml"), code="secret", message="x")
    text = formatted([odd], form, files=1)
    assert text.encode("utf-8", "surrogateescape")
    if form in ("json", "sarif"):
        assert text.isascii()
        assert json.loads(text)


def test_every_kind_of_diagnostic_has_its_sentence() -> None:
    """What the modules can tell of is in the table, and the table has nothing that none of them tells."""
    kinds = {each for path in Path(pipelines.__file__).parent.glob("*.py") for each in _kinds(path)}
    assert kinds - set(CODES) == set()
    assert all(sentence[0].isupper() or sentence[0] == "`" for sentence in CODES.values())
    assert all(sentence.endswith(".") for sentence in CODES.values())


def _kinds(path: Path) -> set[str]:
    """Return the texts in a module that look like the kind of a diagnostic and stand where one is told."""
    found: set[Any] = set()
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in {"found", "add", "Fault", "Trap", "_fault", "Diagnostic"}:
            values = [*call.args[:3], *(each.value for each in call.keywords if each.arg == "code")]
            found |= {each.value for each in values if isinstance(each, ast.Constant)}
    return {
        each
        for each in found
        if isinstance(each, str) and re.fullmatch(r"[a-z]+(-[a-z]+)+|cycle|secret|tag", each)
    }

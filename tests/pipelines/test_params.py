"""Params: JSON Schemas with defaults."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pipelines.told import cases, heads, pipeline, read, told

STEPS = "steps: {a: {run: wisebot/w}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P-001", {"type": "string", "default": "P-001"}),
        ("7", {"type": "integer", "default": 7}),
        ("1.5", {"type": "number", "default": 1.5}),
        ("true", {"type": "boolean", "default": True}),
        ("[a, 1]", {"type": "array", "default": ["a", 1]}),
        ("null", {"default": None}),
        ("{type: string}", {"type": "string"}),
        ("{}", {}),
        ("{default: {a: 1}, type: object, title: T}", {"default": {"a": 1}, "type": "object", "title": "T"}),
        ("{default: null, type: [string, 'null']}", {"default": None, "type": ["string", "null"]}),
        ("{default: 2.0, type: integer}", {"default": 2.0, "type": "integer"}),
        ("{default: b, enum: [a, b]}", {"default": "b", "enum": ["a", "b"]}),
        ("{default: 1, minimum: 0, x-own: y}", {"default": 1, "minimum": 0, "x-own": "y"}),
        (
            "{default: 2026-01-01, format: date, type: string}",
            {"default": "2026-01-01", "format": "date", "type": "string"},
        ),
    ],
)
def test_a_param_is_a_json_schema(text: str, expected: dict[str, Any]) -> None:
    """A mapping is one already; any other value is the default of one that has its type."""
    assert pipeline(f"params: {{p: {text}}}\n{STEPS}").params == {"p": expected}


@pytest.mark.parametrize(("text", "said"), cases("params"))
def test_what_is_no_schema_or_breaks_it_is_told(text: str, said: list[str]) -> None:
    """A default must keep its param's schema, formats too, as Airflow will ask of it."""
    assert heads(f"params: {{{text}}}\n{STEPS}") == said


def test_a_number_that_should_be_a_text_is_mended_by_quotes() -> None:
    """The note shows it as it should be."""
    (found,) = told(f"params: {{p: {{type: string, default: ¦5}}}}\n{STEPS}")
    assert found.notes == ('write "5"',)


@pytest.mark.parametrize("schedule", ['"@daily"', "{assets: [a]}"])
def test_a_scheduled_run_is_told_nothing(schedule: str) -> None:
    """So each param needs a default there, and nowhere else."""
    (found,) = told(
        f"schedule: {schedule}\nparams: {{¦p: {{type: string}}, q: {{default: 1}}, r: 2}}\n{STEPS}"
    )
    assert (found.code, found.notes) == ("bad-param", ("give it a `default`",))
    pipeline(f"schedule: null\nparams: {{p: {{type: string}}}}\n{STEPS}")


def test_what_is_wrong_already_is_not_told_twice() -> None:
    """A param with an unusable part breeds no more errors, and can be spoken of."""
    steps = "steps: {a: {run: wisebot/w, with: {x: '${params.p}'}}}\n"
    assert len(told(f"schedule: ¦5\nparams: {{p: {{type: ¦strng, default: 1}}}}\n{steps}")) == 2
    assert len(told(f"params: ¦5\n{steps}")) == 1


def test_a_secret_default_is_not_repeated() -> None:
    """The value is left out of the error."""
    reading = read(f"params: {{key: {{type: integer, default: sk-1234567890abcdefghijklmno}}}}\n{STEPS}")
    assert "the default of `key` breaks its schema" in [each.message for each in reading.diagnostics]
    assert "abcdefgh" not in "\n".join(each.text() for each in reading.diagnostics)

"""Files that are no pipelines, and files that were made to do harm."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_flows.pipelines.marks import read_marked
from airflow_provider_flows.pipelines.nodes import DEEPEST, MOST_FAULTS
from airflow_provider_flows.pipelines.pasted_secrets import pasted_secrets
from airflow_provider_flows.pipelines.shape import check
from tests.pipelines.here import FILE

PIECES = st.sampled_from(
    [
        "a:",
        " ",
        "\n",
        "  ",
        "- ",
        "&a",
        "*a",
        "<<:",
        "{",
        "}",
        "[",
        "]",
        ",",
        "'",
        '"',
        "${",
        "|\n",
        "x",
        "? ",
    ]
)


@settings(deadline=None)
@given(
    st.binary(max_size=200).map(lambda data: data.decode("utf-8", "surrogateescape"))
    | st.text(max_size=100)
    | st.text(st.sampled_from("ab0.:-,?!&*|>'\"%@`{}[]#$~<=\\ \t\r\n"), max_size=60)
    | st.lists(PIECES, max_size=25).map("".join),
    st.sampled_from([yaml.SafeLoader, yaml.CSafeLoader]),
)
def test_no_text_raises_and_every_error_has_a_place_in_it(text: str, loader: Any) -> None:
    """Whatever a file holds, its errors can be printed, and stand on a character of it or at a line's end."""
    found, diagnostics = read_marked(text, FILE, loader)
    if found is not None:
        json.dumps(found.data, allow_nan=False)
        diagnostics += [*check(found)[0], *pasted_secrets(found)]
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    for each in diagnostics:
        assert 1 <= each.place.line <= len(lines)
        assert 1 <= each.place.column <= len(lines[each.place.line - 1]) + 1
        assert each.headline.isprintable()
        each.text().encode()
    assert found is not None or diagnostics


BUSY = {
    "lists": "[" * 10_000,
    "more lists": "[" * 100_000,
    "mappings": "{" * 100_000,
    "both": "[{a: " * 30_000,
    "items": "- " * 100_000,
    "complex keys": "? " * 100_000,
    "flow keys": "{? " * 50_000,
    "keys of lists": "? " + "[" * 50_000,
    "indents": "".join(f"{' ' * n}a:\n" for n in range(2_000)),
    "closed": "[" * 5_000 + "]" * 5_000,
    "directives": "".join(f"%TAG !a{n}! b\n" for n in range(20_000)),
    "expressions": "a: '" + "${" * 400_000 + "'",
    "jinja": "password: '" + "{{" * 400_000 + "'",
    "addresses": "a: " + "x://" * 300_000,
    "a word": "a: " + "eyJ" * 300_000,
    "bytes": "a: " + "\udcff" * 100_000,
    "much": "a" * 3_000_000,
    "keys": "".join(f"{'k' * 50}{n}: 1\n" for n in range(10_000)),
}


READ_ALL = """
import json, sys
from airflow_provider_flows.pipelines.marks import read_marked
from airflow_provider_flows.pipelines.pasted_secrets import pasted_secrets
from airflow_provider_flows.pipelines.shape import check
for name, text in json.load(sys.stdin).items():
    print(name, end=" ", flush=True)
    marked, found = read_marked(text, "x")
    if marked is not None:
        found += [*check(marked)[0], *pasted_secrets(marked)]
    print(len(found) > 0, flush=True)
"""


def test_nothing_keeps_the_reader_busy_or_ends_the_process() -> None:
    """Depth, size and repetition are bounded; a process of its own shows that this one would have lived."""
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL],
        input=json.dumps(BUSY),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.splitlines() == [f"{name} True" for name in BUSY]
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ("{a: ", "}"), ("{? [", "]: b}")])
def test_depth_is_bounded(begin: str, end: str) -> None:
    """A hundred levels are read, more are not, be it in values or in keys."""
    right, found = read_marked(f"a: {begin}{'[' * (DEEPEST - 3)}{']' * (DEEPEST - 3)}{end}", FILE)
    assert right is not None
    assert "too-large" not in {each.code for each in found}
    wrong, found = read_marked(f"a: {begin}{'[' * (DEEPEST + 1)}", FILE)
    assert wrong is None
    assert found[-1].code == "too-large"


def test_a_file_with_too_many_mistakes_is_read_no_further() -> None:
    """Nobody mends thousands at once, and each takes its time to be told."""
    found, diagnostics = read_marked("- on\n" * (MOST_FAULTS + 5), FILE)
    assert found is None
    assert len(diagnostics) == MOST_FAULTS + 1
    assert (diagnostics[-1].code, diagnostics[-1].place.line) == ("too-large", MOST_FAULTS + 1)

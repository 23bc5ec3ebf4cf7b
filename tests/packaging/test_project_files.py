"""The files that install, build and check the project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
CONSTRAINTS = (TOP / "constraints.txt").read_text().splitlines()
PYPROJECT = (TOP / "pyproject.toml").read_text()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _names(table: str) -> list[str]:
    found = re.search(rf"^{table} = \[\n(.*?)^\]", PYPROJECT, re.MULTILINE | re.DOTALL)
    assert found, table
    return re.findall(r'^  "([A-Za-z0-9_.-]+)', found[1], re.MULTILINE)


def test_every_constraint_is_one_exact_version() -> None:
    """No address of an index, no path of a machine, no range; each package once."""
    assert [line for line in CONSTRAINTS if not re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+]+", line)] == []
    names = [_normal(line.split("==")[0]) for line in CONSTRAINTS]
    assert len(names) == len(set(names))
    assert "airflow-provider-flows" not in names


@pytest.mark.parametrize("table", ["dependencies", "test", "dev"])
def test_everything_that_is_declared_is_pinned(table: str) -> None:
    """An install that follows the constraints repeats."""
    pinned = {_normal(line.split("==")[0]) for line in CONSTRAINTS}
    names = [
        name for name in _names(table) if name != "airflow-provider-flows"
    ]  # the extra dev has all of test
    assert names
    assert [name for name in names if _normal(name) not in pinned] == []


def test_every_ignored_lint_rule_has_its_reason() -> None:
    """A rule that is switched off says why beside it."""
    rules = re.findall(r'^  "([A-Z]+[0-9]+)",(.*)$', PYPROJECT, re.MULTILINE)
    assert rules
    assert [rule for rule, rest in rules if not re.match(r"\s*# \S+ \S+", rest)] == []


def test_ci_runs_the_tests_and_then_the_lint() -> None:
    """It stops at the first that fails."""
    script = (TOP / ".ci" / "run").read_text().splitlines()
    assert script[:2] == ["#!/usr/bin/env bash", "set -euo pipefail"]
    assert script[-2:] == ["make test", "make lint"]
    assert (TOP / ".ci" / "run").stat().st_mode & 0o111

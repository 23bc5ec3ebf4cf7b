"""The reasons for surviving mutants are about code that still stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.survivors import Mutant, reasons

ROOT = Path(__file__).parents[2]
KNOWN = reasons()


@pytest.mark.parametrize("mutant", KNOWN, ids=lambda mutant: f"{mutant.function}: {mutant.replaced}")
def test_each_reason_is_about_code_that_is_there(mutant: Mutant) -> None:
    """The lines that were changed stand in the file, and the reason is a sentence."""
    source = [line.strip() for line in (ROOT / mutant.file).read_text("utf-8").splitlines()]
    assert all(line in source for line in mutant.original.splitlines())
    assert mutant.original != mutant.replaced
    assert KNOWN[mutant].endswith(".")

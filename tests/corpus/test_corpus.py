"""Faulty files get exactly the errors that they deserve, and good files build whatever they look like."""

from __future__ import annotations

import pytest

from airflow_provider_flows.pipelines.codes import CODES
from tests.corpus.cases import Case, cases, difference, good_files_difference, orphans
from tests.corpus.playing import MUTATORS, play_mutants, play_noise, play_specs
from tests.corpus.specs import MUTATORS as SPEC_MUTATORS

CASES = cases()
NEEDS_MORE_THAN_THE_FILE = {"drift", "no-such-timetable", "refused", "unknown-notifier", "unreadable"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_faulty_file_gets_exactly_its_errors(case: Case) -> None:
    """What the command prints is the text that lies beside the file, to the last character."""
    assert difference(case) is None


def test_good_files_get_no_errors() -> None:
    """The command finds nothing in any good file."""
    assert good_files_difference() is None


def test_each_faulty_file_has_its_expectation() -> None:
    """No faulty file lies in the corpus that nothing is expected of."""
    assert [*orphans()] == []


def test_each_kind_of_error_is_in_the_corpus() -> None:
    """Every kind that a file alone can have stands in some expectation."""
    texts = "\n".join(case.expected.read_text("utf-8") for case in CASES)
    missing = {code for code in CODES if f"[{code}]" not in texts}
    assert missing <= NEEDS_MORE_THAN_THE_FILE


def test_mutants_fail_or_build_the_same_as_they_should() -> None:
    """A mistake is told where it was made; what is only written in another way builds the same pipeline."""
    assert [*play_mutants("test", 4 * len(MUTATORS))] == []


def test_mutants_of_specs_fail_or_mean_the_same() -> None:
    """The same rules hold for platforms' specs."""
    assert [*play_specs("test", 4 * len(SPEC_MUTATORS))] == []


def test_random_inputs_are_read_quietly() -> None:
    """No text makes lint raise, nor take long."""
    assert [*play_noise("test", 110)] == []

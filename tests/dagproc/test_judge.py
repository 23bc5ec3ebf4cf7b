"""What the check calls held, and what it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.dagproc.judge import (
    Rounds,
    Sample,
    Verdict,
    Wanted,
    Way,
    judge,
    least_parses,
    seconds_until_shown,
)
from tests.dagproc.report import Watch, last_line, report

WAY = Way("load_dags", "flows/{}.flow.yaml", rounds=3, vanishes=50, errors_needed=0.8)
PLACE = "b.flow.yaml:3:1: error[cycle]"
WANTED = (Wanted("a"), Wanted("b", PLACE))
SHOWN = {"flows/b.flow.yaml": f"{PLACE} b waits for itself"}
HELD_BOTH = {"a": "10:00", "b": "10:00"}
HELD = Sample(100.0, {"a": "10:00"}, SHOWN)


def sentences(sample: Sample, *wanted: Wanted, rounds: int = 0) -> int:
    """Count all that is wrong in a sample."""
    verdict = judge(WAY, wanted or WANTED, sample, rounds)
    return len(verdict.dags + verdict.errors)


def test_every_good_dag_live_and_every_error_at_its_place_is_held() -> None:
    """The plain case is held."""
    assert judge(WAY, WANTED, HELD, 0) == Verdict(100.0)


@pytest.mark.parametrize(
    "sample",
    [
        Sample(100.0, {}, SHOWN),
        Sample(100.0, {"a": "", "b": ""}, SHOWN),
        Sample(100.0, {"a": ""}, {}),
        Sample(100.0, {"a": ""}, {"b.flow.yaml": SHOWN["flows/b.flow.yaml"]}),
        Sample(100.0, {"a": ""}, {"flows/b.flow.yaml": "Traceback (most recent call last):"}),
        Sample(100.0, {"a": ""}, {"flows/b.flow.yaml": "b.flow.yaml:3:11: error[cycle] elsewhere"}),
        Sample(100.0, {"a": ""}, {**SHOWN, "flows/a.flow.yaml": "a.flow.yaml:1:1: error"}),
        Sample(100.0, {"a": ""}, {**SHOWN, "load_pipelines.py": "ImportError"}),
    ],
)
def test_whatever_is_missing_or_too_much_is_told(sample: Sample) -> None:
    """Each shortcoming alone spoils a sample."""
    assert sentences(sample)


def test_a_change_may_be_shown_late_but_not_for_ever() -> None:
    """Neither the old nor the new state is demanded at once; then the new one is, and nothing of the old."""
    mended = (Wanted("a"), Wanted("b", since=95.0, round=4))
    old, both, new = Sample(99.0, {"a": ""}, SHOWN), Sample(99.0, HELD_BOTH, SHOWN), Sample(99.0, HELD_BOTH)
    assert not any(sentences(each, *mended, rounds=6) for each in (old, both, new))
    assert sentences(old, *mended, rounds=7)
    assert not sentences(both, *mended, rounds=7)
    assert sentences(replace(both, at=145.0), *mended, rounds=7)
    assert not sentences(replace(new, at=145.0), *mended, rounds=7)
    broken = (Wanted("a"), Wanted("b", PLACE, since=95.0, round=4))
    assert sentences(new, *broken, rounds=7)
    assert not sentences(both, *broken, rounds=7)
    assert sentences(replace(both, at=145.0), *broken, rounds=7)


def test_a_round_is_over_when_every_file_was_parsed_again() -> None:
    """Files that are not shown before and after don't count, and one that is not parsed holds it up."""
    rounds = Rounds()
    counts = []
    for live, errors in (
        ({"a": "1"}, {"b.py": "1"}),
        ({"a": "2"}, {"b.py": "1"}),
        ({"a": "2"}, {"b.py": "2"}),
        ({"a": "3", "c": "1"}, {}),
        ({"a": "4", "c": "1"}, {}),
    ):
        rounds.see(Sample(0.0, live, {}, errors))
        counts.append(rounds.count)
    assert counts == [0, 0, 1, 2, 2]


def test_the_time_until_a_change_is_shown_counts_from_the_change() -> None:
    """The first sample that shows all of the new state ends it, and earlier ones don't count."""
    mended = Wanted("b", since=95.0)
    samples = [Sample(90.0, {"b": ""}), Sample(98.0, {"b": ""}, SHOWN), Sample(101.0, {"b": ""})]
    assert seconds_until_shown(WAY, mended, samples) == 6.0
    assert seconds_until_shown(WAY, mended, samples[:2]) is None


def test_the_parses_are_those_of_the_file_that_was_parsed_least() -> None:
    """One file that is not read any more is seen, and one that is not always there is not asked."""
    assert least_parses([{"a": "1", "b": "1"}, {"a": "2", "b": "1"}, {"a": "3", "b": "2", "c": "1"}]) == 2
    assert least_parses([]) == 0


def watch(good: int, errors: int, parses: int = 9) -> Watch:
    """Make ten samples, some of them wrong."""
    samples = [Sample(float(at), {"a": f"10:{min(at, parses - 1)}"}) for at in range(10)]
    wrong = [
        Verdict(float(at), ("a is not live",) * (at >= good), ("no error",) * (at >= errors))
        for at in range(10)
    ]
    return Watch(WAY, samples, wrong)


def test_the_needed_part_of_the_samples_decides() -> None:
    """DAGs must be right in all samples, errors in as many as the way says, and files read often enough."""
    assert not watch(10, 8).shortcomings(5)
    assert watch(9, 10).shortcomings(5)
    assert watch(10, 7).shortcomings(5)
    assert watch(10, 10, parses=4).shortcomings(5)
    assert Watch(WAY).shortcomings(0)


def test_the_last_line_counts_samples() -> None:
    """It says `all` only where it was all."""
    whole, part = watch(10, 10), watch(9, 8)
    assert last_line(whole, watch(10, 9)) == (
        "dagproc-check: 10 samples, stubs held in all, load_dags: good in all, errors in 90 %"
    )
    assert last_line(part, part) == (
        "dagproc-check: 10 samples, stubs held in 8 of 10, load_dags: good in 9 of 10, errors in 80 %"
    )
    assert "load_dags at 9 s: a is not live" in report(whole, part)

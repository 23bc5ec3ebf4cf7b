"""What the check says of the two ways when its time is over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

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

_SHOWN = 6  # of what was wrong in samples, for each way


@dataclass(slots=True)
class Watch:
    """All that was seen of one way.

    :param changes: the pipelines that were mended or broken meanwhile
    """

    way: Way
    samples: list[Sample] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    changes: list[Wanted] = field(default_factory=list)
    rounds: Rounds = field(default_factory=Rounds)

    def take(self, sample: Sample, wanted: Iterable[Wanted]) -> None:
        """Judge one more sample."""
        self.rounds.see(sample)
        self.samples.append(sample)
        self.verdicts.append(judge(self.way, wanted, sample, self.rounds.count))

    @property
    def good_in(self) -> int:
        """Count the samples in which every good pipeline was live, and no faulty one."""
        return sum(not each.dags for each in self.verdicts)

    @property
    def errors_in(self) -> int:
        """Count the samples in which every error was shown as it has to be, and no other."""
        return sum(not each.errors for each in self.verdicts)

    @property
    def parses(self) -> int:
        """Count the parses of that file which was parsed least, of those that did not change."""
        return least_parses(sample.parsed for sample in self.samples)

    def shortcomings(self, parses_needed: int) -> list[str]:
        """Say why this way does not hold; empty if it does."""
        found, number = [], len(self.samples)
        if not number:
            found.append(f"{self.way.name}: nothing was looked at")
        if self.good_in < number:
            found.append(f"{self.way.name}: the good DAGs were live in {self.good_in} of {number} samples")
        if self.errors_in < self.way.errors_needed * number:
            found.append(
                f"{self.way.name}: the errors were shown in {self.errors_in} of {number} samples, "
                f"{self.way.errors_needed:.0%} are needed"
            )
        if self.parses < parses_needed:
            found.append(
                f"{self.way.name}: a file was parsed {self.parses} times, {parses_needed} are needed"
            )
        return found


def report(stubs: Watch, loader: Watch) -> str:
    """Return the table, the changes, and the first of what was wrong in any sample."""
    lines = ["| way | samples | DAGs right | errors right | live at least | errors at least | parses |",
             "| --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    lines += [_row(each) for each in (stubs, loader)]
    lines += ["", *(line for each in (stubs, loader) for line in _changes(each))]
    for each in (stubs, loader):
        wrong = [
            f"{each.way.name} at {verdict.at:.0f} s: {sentence}"
            for verdict in each.verdicts
            for sentence in verdict.dags + verdict.errors
        ]
        more = [f"{each.way.name}: and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
        lines += [*wrong[:_SHOWN], *more]
    return "\n".join(lines)


def last_line(stubs: Watch, loader: Watch) -> str:
    """Return the result in one line."""
    number = len(stubs.samples)
    held = sum(not each.dags + each.errors for each in stubs.verdicts)
    shown = _percent(loader.errors_in, len(loader.samples))
    return (
        f"dagproc-check: {number} samples, stubs held in {_all_or(held, number)}, "
        f"load_dags: good in {_all_or(loader.good_in, len(loader.samples))}, errors in {shown}"
    )


def _row(watch: Watch) -> str:
    number = len(watch.samples)
    cells = (
        watch.way.name, number, _percent(watch.good_in, number), _percent(watch.errors_in, number),
        min((len(each.live) for each in watch.samples), default=0),
        min((len(each.errors) for each in watch.samples), default=0), watch.parses,
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def _changes(watch: Watch) -> list[str]:
    lines = []
    for each in watch.changes:
        seconds = seconds_until_shown(watch.way, each, watch.samples)
        what = "mended" if each.headline is None else "broken"
        shown = "never shown so" if seconds is None else f"shown so after {seconds:.0f} s"
        lines.append(f"{watch.way.name}: {each.name} was {what} at {each.since:.0f} s and {shown}")
    return lines


def _percent(part: int, whole: int) -> str:
    """Round down: 100 % means all of them."""
    return f"{100 * part // whole if whole else 0} %"


def _all_or(part: int, whole: int) -> str:
    return "all" if part == whole else f"{part} of {whole}"

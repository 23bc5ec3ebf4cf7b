"""What Airflow has to show of each pipeline at a time, and whether it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a pipeline is since a time.

    :param name: the pipeline's id, and its file's name before the first dot
    :param headline: how the first line of its error begins; None while the file is good
    :param since: seconds on the check's clock; what never changed is so since minus infinity
    :param round: how often all files had been parsed by then
    """

    name: str
    headline: str | None = None
    since: float = float("-inf")
    round: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to load pipelines, and how soon Airflow has to show a change.

    :param error_file: the name under which an error is shown, with `{}` for the pipeline's
    :param rounds: how often all files have to be parsed until a mended pipeline is live and the error of a
        broken one is shown; a machine that is busy with something else takes longer for it
    :param vanishes: seconds after which, besides, nothing is left of what a pipeline was before
    :param errors_needed: the part of all samples in which every error has to be shown
    """

    name: str
    error_file: str
    rounds: int
    vanishes: float = 0.0
    errors_needed: float = 1.0

    def error_name(self, pipeline: str) -> str:
        """Return the name under which a pipeline's error is shown."""
        return self.error_file.format(pipeline)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the API told at one time, of one way.

    :param live: when each DAG that is neither stale nor paused nor marked was parsed, by id
    :param errors: the first line of each import error, by its file
    :param error_times: when each of them was found
    """

    at: float
    live: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    error_times: Mapping[str, str] = field(default_factory=dict)

    @property
    def parsed(self) -> Mapping[str, str]:
        """Return when each file was parsed of which anything is shown."""
        return {**self.live, **self.error_times}


@dataclass(slots=True)
class Rounds:
    """Counts how often all files were parsed, of those that are shown before and after."""

    count: int = 0
    _began: Mapping[str, str] = field(default_factory=dict)

    def see(self, sample: Sample) -> None:
        """Take notice of one more sample."""
        both = self._began.keys() & sample.parsed.keys()
        if all(self._began[name] != sample.parsed[name] for name in both):
            self.count += bool(both)
            self._began = sample.parsed


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was wrong in one sample, as sentences: nothing where it held."""

    at: float
    dags: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


def judge(way: Way, wanted: Iterable[Wanted], sample: Sample, rounds: int) -> Verdict:
    """Compare what is shown with what has to be; a file that has just changed may be shown either way.

    :param rounds: how often all files were parsed by now
    """
    dags: list[str] = []
    errors: list[str] = []
    unnamed = dict(sample.errors)
    for each in wanted:
        file = way.error_name(each.name)
        shown = unnamed.pop(file, None)
        is_live = each.name in sample.live
        has_appeared = rounds >= each.round + way.rounds
        has_vanished = has_appeared and sample.at >= each.since + way.vanishes
        if each.headline is None:
            if not is_live and has_appeared:
                dags.append(f"{each.name} is not live")
            if shown is not None and has_vanished:
                errors.append(f"{file} is good and has the error {shown!r}")
            continue
        if is_live and has_vanished:
            dags.append(f"{each.name} is faulty and live")
        if has_appeared and not (shown or "").startswith(each.headline):
            errors.append(f"{file} shows {shown!r} and not {each.headline!r}")
    errors += [f"there is an error of {file}: {text!r}" for file, text in unnamed.items()]
    return Verdict(sample.at, tuple(dags), tuple(errors))


def seconds_until_shown(way: Way, changed: Wanted, samples: Iterable[Sample]) -> float | None:
    """Return how long after its change a pipeline was first shown as it is, None if it never was."""
    at_once = Way(way.name, way.error_file, rounds=0)
    now = Wanted(changed.name, changed.headline)
    for sample in samples:
        own = Sample(
            sample.at,
            {name: at for name, at in sample.live.items() if name == changed.name},
            {file: text for file, text in sample.errors.items() if file == way.error_name(changed.name)},
        )
        verdict = judge(at_once, [now], own, rounds=0)
        if sample.at >= changed.since and not verdict.dags + verdict.errors:
            return sample.at - changed.since
    return None


def least_parses(seen: Iterable[Mapping[str, str]]) -> int:
    """Return how often that one was parsed which was parsed least, of those that all samples show."""
    samples = list(seen)
    always = set(samples[0]).intersection(*samples) if samples else set()
    return min((len({sample[name] for sample in samples}) for name in always), default=0)

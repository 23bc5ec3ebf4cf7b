"""One step: what is wrong with it, what it waits for, and the step itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from airflow_provider_flows.pipelines import abilities, runs
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.durations import seconds
from airflow_provider_flows.pipelines.given import Given
from airflow_provider_flows.pipelines.guesses import guessed
from airflow_provider_flows.pipelines.inherit import Keys, Places
from airflow_provider_flows.pipelines.model import DURATIONS, Notice, Step
from airflow_provider_flows.pipelines.near import listed
from airflow_provider_flows.pipelines.references import Scope
from airflow_provider_flows.pipelines.runs import Run
from airflow_provider_flows.pipelines.schedules import asset_problems
from airflow_provider_flows.pipelines.spoken import Spoken
from airflow_provider_flows.pipelines.uses import uses
from airflow_provider_flows.pipelines.wording import FILLED, expressions, text_problems

_NOT_SETTINGS = frozenset(
    {*FILLED, "connection", "doc", "group", "max_parallel", "needs", "on_failure", "outlets"}
)


@dataclass(slots=True)
class Draft:
    """A step that is being checked.

    :param given: where the step stands in its file
    :param said: the `${…}` of each key
    :param needs: what names each of the steps that it waits for, the first that does
    """

    name: str
    given: Given
    keys: Keys
    run: Run | None = None
    said: Mapping[str, list[Spoken]] = field(default_factory=dict)
    needs: dict[str, Given | Spoken] = field(default_factory=dict)

    @classmethod
    def read(cls, name: str, given: Given, keys: Keys, steps: Collection[str]) -> Draft:
        """Read what the step runs and waits for; `steps` are the names of all."""
        run = keys.get("run")
        said = expressions(keys.given)
        draft = cls(name, given, keys, Run.read(run.value) if run is not None else None, said)
        for each in draft._needs():
            if each.value in steps:
                draft.needs.setdefault(each.value, each)
        for part in (part for key in FILLED for part in said.get(key, ())):
            for used in part.uses.names:
                if used[:1] == ("steps",) and used[1:] and used[1] in steps:
                    draft.needs.setdefault(used[1], part)
        return draft

    @property
    def is_mapped(self) -> bool | None:
        """Whether the step runs once for each item of a list; None where nobody knows."""
        if "for_each" in self.keys.given:
            return True
        return None if self.keys.may_have("for_each") else False

    def problems(self, scope: Scope) -> Iterator[Diagnostic]:
        """Yield all that is wrong with the step; `scope` is what any step may speak of."""
        yield from self._run_problems()
        here = Scope(scope.steps, scope.params, has_item=self.is_mapped)
        yield from text_problems(self.keys.given, self.said, here)
        for each in self._needs():
            if scope.steps is not None and each.value not in scope.steps:
                message = guessed(f"there is no step `{each.value}`", each.value, scope.steps)
                yield each.found("unknown-step", message, f"steps: {listed(scope.steps)}")
        for key in ("label", "max_parallel"):
            if (given := self.keys.get(key)) is not None and self.is_mapped is False:
                message = f"`{key}` does nothing without `for_each`"
                yield given.found("bad-value", message, key=True, is_error=False)
        yield from self._interval_problems()
        path = self.keys.get("result_path")
        if path is not None and "{{" not in path.value and (fault := uses(path.value).fault) is not None:
            yield path.found("bad-expression", f"`result_path` is not valid JMESPath: {fault}")
        for uri in _items(self.keys.get("outlets")):
            yield from asset_problems(uri)

    def step(self, order: Collection[str]) -> Step:
        """Return the step, which has no errors; `order` are the names of all."""
        keys, run = self.keys.given, self.run
        value = {name: given.value for name, given in keys.items()}
        if run is None or run.spec is None:
            raise ValueError(f"the step {self.name!r} has errors")
        items, group = value.get("for_each"), value.get("group")
        return Step(
            name=self.name,
            platform=run.platform,
            variant=run.variant,
            flow=run.flow,
            connection=value.get("connection", f"{run.platform}_default"),
            inputs=value.get("with", {}),
            options=abilities.options(self.keys, run.spec),
            files=value.get("files", {}),
            needs=tuple(name for name in order if name in self.needs),
            condition=value.get("if"),
            for_each=tuple(items) if isinstance(items, list) else items,
            label=value.get("label"),
            max_parallel=value.get("max_parallel"),
            group=tuple(group.split(".")) if group else (),
            settings={
                name: seconds(each) if name in DURATIONS else each
                for name, each in value.items()
                if name not in _NOT_SETTINGS
            },
            outlets=tuple(value.get("outlets", ())),
            on_failure=notices(keys.get("on_failure")),
            doc=value.get("doc"),
            places=Places(keys),
        )

    def _run_problems(self) -> Iterator[Diagnostic]:
        given, run = self.keys.get("run"), self.run
        if given is None or run is None:
            if "extends" in self.given.names and not self.keys.may_have("run"):
                message = f"the step `{self.name}` has no `run`, and no template gives it one"
                yield self.given.found("missing-key", message, key=True)
            return
        yield from runs.problems(given, run)
        if run.spec is not None:
            yield from abilities.problems(self.given, self.keys, run.spec)

    def _interval_problems(self) -> Iterator[Diagnostic]:
        first, longest = self.keys.get("poll_interval"), self.keys.get("max_poll_interval")
        if first is None or longest is None or seconds(longest.value) >= seconds(first.value):
            return
        message = (
            f"`max_poll_interval` of the step `{self.name}` is below its `poll_interval`: "
            f"{longest.value} is less than {first.value}"
        )
        notes = ["give both the same value for a fixed interval"]
        if first.place.file != longest.place.file:
            notes.append(f"`poll_interval` stands in {first.place}")
        yield longest.found("bad-value", message, *notes)

    def _needs(self) -> list[Given]:
        given = self.keys.get("needs")
        if given is None:
            return []
        return (
            [given]
            if isinstance(given.value, str)
            else [each for each in given.items() if isinstance(each.value, str)]
        )


def notices(given: Given | None) -> tuple[Notice, ...]:
    """Return whom to tell of a failure."""
    return tuple(
        Notice(
            notifier=each.value["notifier"],
            arguments=each.value.get("with", {}),
            place=each.at("notifier").place,
        )
        for each in _items(given)
    )


def _items(given: Given | None) -> Iterator[Given]:
    return given.items() if given is not None else iter(())

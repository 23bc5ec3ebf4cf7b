"""What expressions may speak of in a step, checked before anything runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.guesses import guessed
from airflow_provider_flows.pipelines.near import listed
from airflow_provider_flows.pipelines.spoken import Spoken
from airflow_provider_flows.pipelines.uses import Name
from airflow_provider_flows.platforms.expressions import FUNCTIONS

NAMES = ("steps", "params", "item", "index", "vars", "dag_run")
_NUMBER_BESIDE = re.compile(r"[=<>]\s*-?[0-9]")
_LITERALS = ("null", "true", "false")
PLAIN_PARTS = ("result", "run_id", "link")
MAPPED_PARTS = ("results",)
DAG_RUN = (
    "run_id",
    "run_type",
    "dag_id",
    "ds",
    "ts",
    "logical_date",
    "run_after",
    "data_interval_start",
    "data_interval_end",
    "start_date",
    "conf",
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What there is for expressions to speak of; nothing is said of what is None, since nobody knows.

    :param steps: by name, whether the step runs once for each item of a list
    :param has_item: whether `item` and `index` mean something here
    """

    steps: Mapping[str, bool | None] | None = None
    params: Collection[str] | None = None
    has_item: bool | None = None


def problems(each: Spoken, scope: Scope) -> Iterator[Diagnostic]:
    """Yield what is wrong with one `${…}`."""
    if each.is_key:
        note = "a plain `${` is written `$${`"
        yield each.found("bad-expression", f"{each} stands in a name, but only values are filled", note)
    elif not each.hole.is_closed:
        yield each.found("bad-expression", "`${` is never closed", "a plain `${` is written `$${`")
    elif (fault := each.uses.fault) is not None:
        yield malformed(each, fault)
    elif each.is_in_jinja:
        note = "in `{{ }}` use Airflow's own names, such as `params.…`"
        yield each.found(
            "bad-expression", f"{each} stands inside `{{{{ }}}}`, which Airflow fills first", note
        )
    elif each.uses.asks_a_not:
        message = f"{each} finds nothing: JMESPath reads `!a.b` as `(!a).b`"
        yield each.found("bad-expression", message, "write `!(a.b)`")
    else:
        for name in each.uses.names:
            yield from _CHECKS.get(name[0] if name else "", _unknown)(each, name, scope)
        yield from _of_elements(each, scope)


def _about_braces(each: Spoken) -> list[str]:
    inner = each.hole.text.strip("{} ")
    return [f"write `${{{inner}}}`, with one pair of braces"] if each.hole.text.startswith("{") else []


def malformed(each: Spoken, fault: str) -> Diagnostic:
    """Return what is wrong with an expression that JMESPath does not take."""
    message, notes = f"{each} is not valid JMESPath: {fault}", _about_braces(each)
    if _NUMBER_BESIDE.search(each.hole.text):
        notes.append("a number stands in backticks: `1`")
    if fault.startswith("unknown token"):
        notes.append(
            "a name of other characters than a-z, 0-9 and _ stands in double quotes; there is no arithmetic"
        )
    if "() is no function" in fault:
        message = guessed(message, fault.partition("(")[0], FUNCTIONS)
        notes.append(f"functions: {', '.join(FUNCTIONS)}")
    return each.found("bad-expression", message, *notes)


def _steps(each: Spoken, name: Name, scope: Scope) -> Iterator[Diagnostic]:
    if len(name) == 1:
        message = f"{each} takes `steps` as a whole; name a step: `steps.<name>.result`"
        yield each.found("bad-expression", message)
        return
    steps, step = scope.steps, name[1]
    if steps is None:
        return
    if step not in steps:
        message = guessed(f"there is no step `{step}`", step, steps)
        yield each.found("unknown-step", message, f"steps: {listed(steps)}")
    elif len(name) == 2:
        part = "results" if steps[step] else "result"
        yield each.found("bad-expression", f"{each} takes all of `{step}` at once; say `steps.{step}.{part}`")
    else:
        yield from _step_part(each, name, is_mapped=steps[step])


def _step_part(each: Spoken, name: Name, *, is_mapped: bool | None) -> Iterator[Diagnostic]:
    _, step, part, *rest = name
    if part not in (*PLAIN_PARTS, *MAPPED_PARTS):
        allowed = MAPPED_PARTS if is_mapped else PLAIN_PARTS
        message = guessed(f"{each}: a step has no `{part}`", part, allowed)
        yield each.found("unknown-name", message, f"`steps.{step}` has: {listed(allowed)}")
    elif is_mapped and part not in MAPPED_PARTS:
        message = f"{each}: `{step}` runs once for each item, so there is no one `{part}`"
        yield each.found("mapped-result", message, f"`steps.{step}.results` is the list of its results")
    elif is_mapped is False and part in MAPPED_PARTS:
        message = f"{each}: `{step}` has no `for_each`, so there is one `result` and no `results`"
        yield each.found("mapped-result", message, f"write `steps.{step}.result`")
    elif part in MAPPED_PARTS and rest:
        message = f"{each}: `steps.{step}.results` is a list, in which `.{rest[0]}` finds nothing"
        yield each.found("mapped-result", message, f"`steps.{step}.results[].{rest[0]}` gives that of each")
    elif part in {"run_id", "link"} and rest:
        yield each.found("unknown-name", f"{each}: `steps.{step}.{part}` is a text and has no `{rest[0]}`")


def _params(each: Spoken, name: Name, scope: Scope) -> Iterator[Diagnostic]:
    if len(name) > 1 and scope.params is not None and name[1] not in scope.params:
        message = guessed(f"{each}: there is no param `{name[1]}`", name[1], scope.params)
        note = f"params: {listed(scope.params)}" if scope.params else "the pipeline has no `params`"
        yield each.found("unknown-param", message, note)


def _item(each: Spoken, name: Name, scope: Scope) -> Iterator[Diagnostic]:
    if scope.has_item is False:
        message = f"{each}: `{name[0]}` exists only in a step with `for_each`, beside it"
        yield each.found("item-outside", message)
    elif name[0] == "index" and len(name) > 1:
        yield each.found("unknown-name", f"{each}: `index` is a number and has no `{name[1]}`")


def _vars(each: Spoken, name: Name, scope: Scope) -> Iterator[Diagnostic]:  # noqa: ARG001 - one of the checks
    if len(name) == 1:
        yield each.found("bad-expression", f"{each} takes `vars` as a whole; name a Variable: `vars.<name>`")


def _dag_run(each: Spoken, name: Name, scope: Scope) -> Iterator[Diagnostic]:  # noqa: ARG001 - one of the checks
    if len(name) > 1 and name[1] not in DAG_RUN:
        message = guessed(f"{each}: `dag_run` has no `{name[1]}`", name[1], DAG_RUN)
        yield each.found("unknown-name", message, f"`dag_run` has: {listed(DAG_RUN)}")
    elif len(name) > 2 and name[1] != "conf":
        yield each.found("unknown-name", f"{each}: `dag_run.{name[1]}` is a text and has no `{name[2]}`")


def _unknown(each: Spoken, name: Name, scope: Scope) -> Iterator[Diagnostic]:
    note = f"names: {listed(NAMES)}"
    if not name:
        yield each.found("bad-expression", f"{each} takes all names at once; say which", note)
        return
    steps, root = scope.steps or {}, name[0]
    message = f"{each}: nothing is called `{root}`"
    if f'"{root}"' in each.hole.text:
        note = f"a text stands in single quotes: '{root}'"
    elif root in _LITERALS:
        note = f"it stands in backticks: `{root}`"
    if root in steps:
        message += f". Did you mean `steps.{root}.{'results' if steps[root] else 'result'}`?"
    elif root in (scope.params or ()):
        message += f". Did you mean `params.{root}`?"
    elif root in DAG_RUN:
        message += f". Did you mean `dag_run.{root}`?"
    else:
        message = guessed(message, root, NAMES)
    yield each.found("unknown-name", message, note)


def _of_elements(each: Spoken, scope: Scope) -> Iterator[Diagnostic]:
    """Warn of names that are sought in each element of a list, where JMESPath can't look outside."""
    for name in each.uses.of_elements:
        known = (
            (name[0] == "steps" and name[1:2] and name[1] in (scope.steps or ()))
            or (name[0] == "params" and name[1:2] and name[1] in (scope.params or ()))
            or (name[0] in {"vars", "dag_run"} and len(name) > 1)
            or (name[0] == "item" and scope.has_item)
        )
        if known:
            message = (
                f"{each}: `{'.'.join(name)}` is sought in each element of the list here, not outside of it"
            )
            yield each.found("unknown-name", message, is_error=False)


_Check = Callable[[Spoken, Name, Scope], Iterator[Diagnostic]]
_CHECKS: Mapping[str, _Check] = {
    "steps": _steps,
    "params": _params,
    "item": _item,
    "index": _item,
    "vars": _vars,
    "dag_run": _dag_run,
}

"""What a platform takes and can do, as its spec tells it, against what a step asks of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.durations import near_duration, seconds
from airflow_provider_flows.pipelines.given import Given, is_usable
from airflow_provider_flows.pipelines.guesses import guessed
from airflow_provider_flows.pipelines.inherit import Keys
from airflow_provider_flows.pipelines.near import listed
from airflow_provider_flows.pipelines.runs import spec_of, unknown_platform
from airflow_provider_flows.pipelines.secret_shapes import suspicion
from airflow_provider_flows.platforms.fields import Field
from airflow_provider_flows.platforms.specs import PlatformSpec
from airflow_provider_flows.schemas.simple import surely_keeps

_CANCELS = ("cancel_on_timeout", "cancel_on_kill")


def problems(step: Given, keys: Keys, spec: PlatformSpec) -> Iterator[Diagnostic]:
    """Yield what a step asks of its platform in vain."""
    options = keys.get("options")
    for name, given in options.each() if options is not None else ():
        if given.path[0] != "defaults":  # those have been looked at by themselves
            yield from _option(name, given, spec, spec.options)
    lacking = options if options is not None and options.path[: len(step.path)] == step.path else step
    if not keys.may_have("options"):
        for name, each in spec.options.items():
            own = options.get(name) if options is not None else None
            if each.required and each.default is None and (own is None or _is_empty(own.value, each)):
                message = f"{spec.title} needs `options.{name}` ({each.title})"
                notes = [text for text in (each.description, each.hint) if text]
                yield lacking.found("missing-option", message, *notes, key=True)
    yield from _calls(step, keys, spec)


def options(keys: Keys, spec: PlatformSpec) -> dict[str, Any]:
    """Return the options of a step that has no errors; a default for another variant is not among them."""
    given = keys.get("options")
    return {
        name: each.value
        for name, each in (given.each() if given is not None else ())
        if each.value is not None and not _is_of_another_variant(each, spec)
    }


def defaults_problems(defaults: Given) -> Iterator[Diagnostic]:
    """Yield what is wrong with the defaults of platforms, whether a step uses them or not."""
    platforms = defaults.get("platforms")
    for name, given in platforms.each() if platforms is not None else ():
        spec = spec_of(name)
        if spec is None:
            yield unknown_platform(given, name, key=True)
            continue
        every = {option: field for each in _all_variants(spec) for option, field in each.options.items()}
        options = given.get("options")
        for option, member in options.each() if options is not None else ():
            yield from _option(option, member, spec, every)


def _all_variants(spec: PlatformSpec) -> list[PlatformSpec]:
    found = (spec_of(spec.name, variant) for variant in (None, *spec.variants))
    return [each for each in found if each is not None]


def _option(name: str, given: Given, spec: PlatformSpec, known: Mapping[str, Field]) -> Iterator[Diagnostic]:
    if name not in known:
        message = guessed(f"{spec.title} has no option `{name}`", name, known)
        elsewhere = [variant for variant, option in spec.options_of_variants if option == name]
        notes = [f"only `run: {spec.name}.{variant}/…` has it" for variant in elsewhere]
        notes += [f"options: {listed(known)}" if known else f"{spec.title} takes no options"]
        yield given.found("unknown-option", message, *notes, key=True)
        return
    each, value = known[name], given.value
    if (
        not is_usable(value)
        or _is_filled(value)
        or _is_empty(value, each)
        or surely_keeps(each.schema, value)
    ):
        return
    found = each.problems(each.coerced(value))
    if found and isinstance(value, str) and suspicion(given.path, value):
        found = [f"{name} ({each.title}) is malformed"]
    for problem in found:
        notes = [*_in_seconds(each, value), *([each.description] if each.description else [])]
        yield given.found("bad-option", f"option {problem}", *notes)


def _in_seconds(each: Field, value: Any) -> list[str]:
    """Return how to write a duration where the platform takes a number of seconds."""
    is_time = not {"integer", "number"}.isdisjoint(each.types) and "seconds" in each.title.lower()
    meant = near_duration(value) if is_time and isinstance(value, str) else None
    return [f"write {seconds(meant)}: it is in seconds"] if meant else []


def _is_of_another_variant(given: Given, spec: PlatformSpec) -> bool:
    """Tell whether an option is a platform's default for steps of another variant than this one's."""
    name = given.path[-1]
    is_default = given.path[:1] == ("defaults",)
    return (
        is_default and name not in spec.options and any(name == each for _, each in spec.options_of_variants)
    )


def _is_empty(value: Any, each: Field) -> bool:
    return value is None or value == "" or (isinstance(value, str) and each.coerced(value) is None)


def _is_filled(value: Any) -> bool:
    """Tell whether a value is known only at run time, by its `${…}` or Airflow's `{{ }}`."""
    if isinstance(value, dict):
        return any(map(_is_filled, value.values()))
    if isinstance(value, list):
        return any(map(_is_filled, value))
    return isinstance(value, str) and any(mark in value for mark in ("${", "{{", "{%"))


def _calls(step: Given, keys: Keys, spec: PlatformSpec) -> Iterator[Diagnostic]:
    """Yield the abilities that the platform lacks."""
    files, inputs = keys.get("files"), keys.get("with")
    if files is not None and files.names and not spec.can("upload"):
        message = f"{spec.title} takes no files"
        yield files.found("not-supported", message, *_heir(files, step), key=True)
    for name, given in files.each() if files is not None else ():
        if inputs is not None and name in inputs.names:
            yield given.found("bad-value", f"`{name}` is given both as a file and as an input", key=True)
    wish = keys.get("on_ambiguous_start")
    if wish is not None and wish.value == "search":
        yield from _search(wish, step, keys, spec)
    for name in _CANCELS:
        wish = keys.get(name)
        is_for_all = wish is not None and wish.path[:1] == ("defaults",) and "platforms" not in wish.path
        if wish is not None and wish.value is True and not is_for_all and not spec.can("cancel"):
            message = f"{spec.title} documents no way to cancel a run, so `{name}` changes nothing"
            yield wish.found("not-supported", message, is_error=False)


def _heir(given: Given, step: Given) -> list[str]:
    """Return a note with the step that has a value from elsewhere."""
    is_own = given.marked is step.marked and given.path[: len(step.path)] == step.path
    return [] if is_own else [f"the step `{step.path[-1]}` has it from here"]


def _search(wish: Given, step: Given, keys: Keys, spec: PlatformSpec) -> Iterator[Diagnostic]:
    if not spec.can("search"):
        message = f"{spec.title} documents no way to list runs, so `on_ambiguous_start: search` can't work"
        yield wish.found("not-supported", message, "allowed: fail, restart", *_heir(wish, step))
        return
    name, inputs = keys.get("correlation_input"), keys.get("with")
    if name is None or keys.may_have("with") or (inputs is not None and not isinstance(inputs.value, dict)):
        return
    given = inputs.names if inputs is not None else {}
    if given.get(name.value) is None:
        message = f"`correlation_input` names `{name.value}`, which is no input of the step"
        note = f"inputs: {listed(given)}" if given else "the step has no `with`"
        yield name.found("bad-value", guessed(message, name.value, given), note)

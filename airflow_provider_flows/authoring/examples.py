"""Runs a spec's examples: each request is the one that stands there, each answer gives what it says.

Without a network: the answers are those of the example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from airflow_provider_flows.authoring.compared import Mismatch, gives_mismatch, sends_mismatch
from airflow_provider_flows.authoring.drafts import read_drafts
from airflow_provider_flows.authoring.rehearsal import Rehearsal
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.given import Given
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.documents import read
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.platforms.specs import PlatformSpec, read_spec
from airflow_provider_flows.protocol.errors import FlowError
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import RunOrder

TASK = {
    "key": "dag.task.run.-1.1",
    "dag_id": "dag",
    "task_id": "task",
    "run_id": "run",
    "map_index": -1,
    "try_number": 1,
}
"""What `task` is in examples."""
Maker: TypeAlias = Callable[[PlatformSpec, RawConnection, str | None], SpecPlatform]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a spec's examples.

    :param calls: how many calls were made
    """

    examples: int
    calls: int
    diagnostics: tuple[Diagnostic, ...]


def make_platform(spec: PlatformSpec, raw: RawConnection, variant: str | None) -> SpecPlatform:
    """Return the platform as the spec alone makes it, at the time 0."""
    return SpecPlatform(spec, raw, clock=_no_time, retry=RetryPolicy(), variant=variant)


def run_examples(text: str, file: str, make: Maker = make_platform) -> Outcome:
    """Run all examples of a sound spec; each that isn't kept is an error with its place.

    :param make: makes the platform; one with Python of its own is made by that
    """
    spec = read_spec(read(text, file))
    drafts, _ = read_drafts(text, file)
    given = drafts[0].get("examples") if drafts else None
    found: list[Diagnostic] = []
    examples = list(given.items()) if given is not None else []
    calls = 0
    for example in examples:
        for call, mismatches in _played(spec, example, make):
            calls += 1
            found += (_told(call, mismatch) for mismatch in mismatches)
    return Outcome(len(examples), calls, tuple(found))


def _played(spec: PlatformSpec, example: Given, make: Maker) -> Iterator[tuple[Given, list[Mismatch]]]:
    """Yield each call of an example, with what is not as it says, up to an answer that nothing can follow."""
    data = example.value
    order = RunOrder(data["flow"], data.get("inputs", {}), data.get("options", {}), TASK)
    try:
        raw = RawConnection(conn_id="example", conn_type=spec.name, **data.get("connection", {}))
        rehearsal = Rehearsal(make(spec, raw, data.get("variant")), order)
    except Exception as error:  # noqa: BLE001 - odd values, or a class of the spec's own, raise anything
        yield example, [Mismatch((), f"the platform can't be made on this connection: {_said(error)}")]
        return
    for call in example.at("calls").items():
        yield call, [each for each in _mismatches(rehearsal, call.value) if each is not None]
        if call.value["call"] == "start" and not rehearsal.is_started:
            return


def _mismatches(rehearsal: Rehearsal, call: Mapping[str, Any]) -> Iterator[Mismatch | None]:
    purpose = call["call"]
    try:
        request = rehearsal.request(purpose)
    except Exception as error:  # noqa: BLE001 - odd values, or a class of the spec's own, raise anything
        yield _failure(call, f"no request can be made: {_said(error)}", ("sends",))
        return
    if request is None:
        yield Mismatch(("call",), f"the spec has no `{purpose}` for this run")
        return
    yield sends_mismatch(call["sends"], request)
    if {"answer", "http"} & set(call):
        yield _misread(rehearsal, call)


def _misread(rehearsal: Rehearsal, call: Mapping[str, Any]) -> Mismatch | None:
    purpose = call["call"]
    try:
        given = rehearsal.given(purpose, call.get("http", 200), call.get("answer"))
    except Exception as error:  # noqa: BLE001 - odd answers, or a class of the spec's own, raise anything
        return _failure(call, f"the answer gives an error: {_said(error)}", ("answer",))
    if "fails" in call:
        return Mismatch(("fails",), f"the answer gives no error but {given}")
    return gives_mismatch(call.get("gives", {}), given)


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, FlowError) else f"{type(error).__name__}: {error}"


def _failure(call: Mapping[str, Any], text: str, path: tuple[str, ...]) -> Mismatch | None:
    """Return nothing for an error that the example expects."""
    if "fails" not in call:
        return Mismatch(path, text)
    return None if call["fails"] in text else Mismatch(("fails",), text, "the example expects another text")


def _told(call: Given, mismatch: Mismatch) -> Diagnostic:
    at = call
    for part in mismatch.path:
        inner = at.get(str(part)) if isinstance(at.value, dict) else None
        if inner is None:
            break
        at = inner
    return at.found("bad-example", mismatch.message, *mismatch.notes)


def _no_time() -> float:
    return 0.0

"""What a spec says as a whole: calls that can be made and read, settings and states that mean something."""

from __future__ import annotations

import re
from collections.abc import Iterator

from airflow_provider_flows.authoring.drafts import Draft
from airflow_provider_flows.authoring.sayings import ANSWER_PARTS, PURPOSES
from airflow_provider_flows.authoring.unfinished import FILL_IN
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.given import UNUSABLE, Given, is_usable
from airflow_provider_flows.pipelines.guesses import guessed
from airflow_provider_flows.pipelines.near import listed
from airflow_provider_flows.platforms.documents import VERBS
from airflow_provider_flows.platforms.states import plain

_ENDS = frozenset({"success", "failed", "cancelled", "skipped"})
_WITHOUT_NEEDS = ("start", "test")
_OF_A_RUN = ("search", "status", "result", "cancel")


def problems(draft: Draft) -> Iterator[Diagnostic]:
    """Yield what is wrong with the calls, the settings and the states of a spec."""
    yield from _one_of(draft.get("auth"), ("header", "basic", "oauth2", "login"), "way to sign in")
    for purpose in PURPOSES:
        call = draft.get(purpose)
        if call is not None and isinstance(call.value, dict):
            yield from _one_of(call, sorted(VERBS), "verb and path")
            yield from _settings(draft, call)
            yield from _needs(draft, purpose, call)
            yield from _fits(purpose, call)
            yield from _seconds(call)
    yield from _remembered(draft)
    yield from _states(draft)
    yield from _ends(draft)
    yield from _searches(draft)


def _one_of(given: Given | None, keys: tuple[str, ...] | list[str], what: str) -> Iterator[Diagnostic]:
    if given is None or not isinstance(given.value, dict):
        return
    there = [key for key in keys if key in given.value]
    if len(there) > 1:
        message = f"only one {what} can stand here, and there are {listed(f'`{key}`' for key in there)}"
        yield given.at(there[1]).found("bad-value", message, "take the others away", key=True)
    elif not there and what == "way to sign in":
        ways = listed(f"`{key}`" for key in keys)
        yield given.found("missing-key", f"`auth` needs one of {ways}", key=True)


def _settings(draft: Draft, call: Given) -> Iterator[Diagnostic]:
    """Yield what is wrong with the fields that may stand for a part of a call."""
    fields = draft.names("connection", "extra")
    settings = call.get("settings")
    for part, field in settings.each() if settings is not None else ():
        if part not in (*ANSWER_PARTS, *VERBS):
            message = guessed(f"no setting can stand for `{part}`", part, (*ANSWER_PARTS, *VERBS))
            yield field.found(
                "bad-name",
                message,
                f"a part of this call: {listed((*ANSWER_PARTS, *sorted(VERBS)))}",
                key=True,
            )
        elif part not in call.names:
            message = f"this call has no `{part}` that a setting could stand for"
            yield field.found(
                "unknown-key",
                message,
                f"give the call a `{part}`, which holds where the field is empty",
                key=True,
            )
        if isinstance(field.value, str) and field.value not in fields:
            message = guessed(f"the connection has no extra `{field.value}`", field.value, fields)
            yield field.found(
                "unknown-name",
                message,
                f"declare it as `connection: {{extra: {{{field.value}: {{title: …}}}}}}`",
            )
        elif isinstance(field.value, str) and not _is_text(draft.get("connection", "extra", field.value)):
            message = f"the extra `{field.value}` can't stand for a part of a call: it is secret, or no text"
            yield field.found("bad-type", message, "give it no other `type`, and no `secret`")


def _is_text(field: Given | None) -> bool:
    data = field.value if field is not None and isinstance(field.value, dict) else {}
    return data.get("type", "string") == "string" and data.get("secret") is not True


def _seconds(call: Given) -> Iterator[Diagnostic]:
    seconds = call.get("read_timeout")
    if seconds is not None and isinstance(seconds.value, str) and "${" not in seconds.value:
        yield seconds.found(
            "bad-type", "`read_timeout` must be a number of seconds, or `${…}` that gives one"
        )


def _needs(draft: Draft, purpose: str, call: Given) -> Iterator[Diagnostic]:
    needs = call.get("needs")
    if needs is None or not isinstance(needs.value, str):
        return
    whose, _, name = needs.value.partition(".")
    known = draft.names("remember") if whose == "options" else draft.names("connection", "extra")
    if purpose in _WITHOUT_NEEDS:
        yield needs.found(
            "bad-value", f"`{purpose}` can't depend on a field or an option", "take it away", key=True
        )
    elif name not in known:
        where = "`remember`" if whose == "options" else "the connection's extra"
        message = guessed(f"`{needs.value}`: {where} has no `{name}`", name, known)
        yield needs.found("unknown-name", message)


def _fits(purpose: str, call: Given) -> Iterator[Diagnostic]:
    """Yield the parts of a call that mean nothing there."""
    meant = {
        "multipart": ("upload",),
        "already_over": ("cancel",),
        "no_result": ("result",),
        "runs": ("search",),
        "total": ("search",),
        "flow": ("search",),
        "started_at": ("search",),
        "name": ("search",),
        "named": ("search",),
        "inputs": ("search", "describe"),
        "run_id": ("start", "search"),
        "state": ("start", "status", "search"),
        "rules": ("start", "status", "search"),
    }
    for part, purposes in meant.items():
        if part in call.names and purpose not in purposes:
            message = f"`{part}` means nothing in `{purpose}`"
            yield call.at(part).found(
                "unknown-key", message, f"it belongs to {listed(f'`{each}`' for each in purposes)}", key=True
            )
    if purpose == "upload" and "multipart" not in call.names:
        yield call.found(
            "missing-key", "`upload` needs `multipart`, the name of the part that holds the file", key=True
        )


def _remembered(draft: Draft) -> Iterator[Diagnostic]:
    options = draft.names("options")
    remember = draft.get("remember")
    for name, each in remember.each() if remember is not None else ():
        if name not in options:
            yield each.found(
                "unknown-option", guessed(f"there is no option `{name}`", name, options), key=True
            )


def _states(draft: Draft) -> Iterator[Diagnostic]:
    """Yield the words that are to mean two states."""
    first: dict[str, tuple[str, Given]] = {}
    states = draft.get("states")
    for state, words in states.each() if states is not None else ():
        for word in words.items():
            if word.value is UNUSABLE:
                continue
            other, place = first.setdefault(plain(word.value), (state, word))
            if other != state:
                message = f"`{word.value}` is to mean `{state}` and `{other}`"
                yield word.found("bad-value", message, f"it stands under `{other}` at {place.place}")


def _ends(draft: Draft) -> Iterator[Diagnostic]:
    """Yield why nobody could tell how a run ends."""
    start, status = draft.get("start"), draft.get("status")
    if start is None or not isinstance(start.value, dict):
        return
    if status is None:
        rules = start.get("rules")
        ends = [each.names.get("is") for each in (rules.items() if rules is not None else ())]
        if not _ENDS & set(ends) and "state" not in start.names and "status" not in draft.given.names:
            message = "nothing tells how a run ends: there is no `status`, and no rule of `start` says it"
            note = (
                "write `status`; or, where the start's answer is the end, `rules: [{http: 200, is: success}]`"
            )
            yield start.found("missing-key", message, note, key=True)
        return
    if "run_id" not in start.names and isinstance(status.value, dict):
        message = "`start` needs `run_id`, where its answer has the id that `status` asks for"
        yield start.found(
            "missing-key", message, "write JMESPath on the answer, such as `run_id: id`", key=True
        )
    if isinstance(status.value, dict) and not _asks_for_a_run(status):
        message = "`status` asks for no run in particular: `${run.id}` stands nowhere in it"
        yield status.found("bad-value", message, "write it where the call has the run's id", key=True)
    if isinstance(status.value, dict) and not {"state", "rules"} & set(status.names):
        message = "`status` needs `state`, where its answer says how the run stands, or `rules`"
        yield status.found(
            "missing-key", message, "write JMESPath on the answer, such as `state: status`", key=True
        )


def _asks_for_a_run(status: Given) -> bool:
    parts = (*VERBS, "query", "json", "settings")  # a setting may bring a path of its own
    said = [each.value for part in parts if (each := status.get(part)) is not None]
    wrong = not all(map(is_usable, said)) or FILL_IN in str(said)  # which is told already
    return wrong or re.search(r"\b(run|inputs)\.", str(said)) is not None


def _searches(draft: Draft) -> Iterator[Diagnostic]:
    search = draft.get("search")
    if search is None or not isinstance(search.value, dict):
        return
    if "run_id" not in search.names:
        yield search.found(
            "missing-key", "`search` needs `run_id`, where each listed run has its id", key=True
        )
    for one, other in (("name", "named"), ("named", "name")):
        if one in search.names and other not in search.names:
            message = (
                f"`{one}` means nothing without `{other}`: a run is known by the name that its start gave it"
            )
            yield search.at(one).found("missing-key", message, key=True)
